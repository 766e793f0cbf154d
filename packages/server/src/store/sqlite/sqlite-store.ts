import { join } from 'node:path';
import type { Position } from '@hubbub/protocol';
import {
  type AppendResult,
  type Cursor,
  MAX_UNSTORED,
  type MessagePage,
  type PageQuery,
  type Store,
  type StoredMessage,
  type StoredNotice,
} from '../store.ts';
import { Grouped } from './grouped.ts';
import type { Reader } from './reader.ts';
import { packMessages, unpackKnownIds, unpackMessages } from './rows.ts';
import { WorkerClient } from './worker-client.ts';
import type { EpochOpening, Writer } from './writer.ts';

export interface SqliteOptions {
  /** The most messages that may be sent and not stored in this run. */
  readonly maxUnstored?: number;
  /** What an ack survives: `full` (default) a power cut too, `normal` any end of the process. */
  readonly synchronous?: 'full' | 'normal';
  /** For tests: the file grows no larger than this many pages of 4096 bytes. */
  readonly maxPages?: number;
}

export const DATABASE_FILE = 'hubbub.db';

/** Opens, or makes, the database in a folder that exists and that this process has locked. */
export async function openSqliteStore(dir: string, options: SqliteOptions = {}): Promise<SqliteStore> {
  const database = { path: join(dir, DATABASE_FILE), synchronous: options.synchronous ?? 'full', maxPages: options.maxPages } as const;
  const [writer, reader] = [new WorkerClient<Writer>('writer', database), new WorkerClient<Reader>('reader', database)];
  try {
    await writer.call('start', options.maxUnstored ?? MAX_UNSTORED);
    await reader.call('totals');
  } catch (error) {
    await Promise.all([writer.close(), reader.close()]);
    throw error;
  }
  return new SqliteStore(writer, reader);
}

/** A SQLite file, written by one thread and read by another: neither the event loop nor a reader ever waits for a commit. */
export class SqliteStore implements Store {
  readonly kind = 'sqlite';
  readonly #writer: WorkerClient<Writer>;
  readonly #reader: WorkerClient<Reader>;
  readonly #openings: Grouped<EpochOpening>;

  constructor(writer: WorkerClient<Writer>, reader: WorkerClient<Reader>) {
    this.#writer = writer;
    this.#reader = reader;
    this.#openings = new Grouped((openings) => writer.call('openEpochs', openings));
  }

  async append(batch: readonly StoredMessage[]): Promise<readonly AppendResult[]> {
    const { repeats, firsts } = await this.#writer.call('append', packMessages(batch));
    const results: AppendResult[] = batch.map(() => INSERTED);
    if (repeats.length === 0) return results;
    for (const [n, first] of unpackMessages(firsts).entries()) results[repeats[n] as number] = { kind: 'repeat', first };
    return results;
  }

  importEvents(batch: readonly (StoredMessage | StoredNotice)[]): Promise<readonly boolean[]> {
    return this.#writer.call('importEvents', packMessages(batch));
  }

  openEpoch(roomId: string, epoch: string, firstSeq: number): Promise<void> {
    return this.#openings.add({ roomId, epoch, firstSeq });
  }

  async room(roomId: string, options: { idsSince: number; maxIds: number; tail: number }) {
    const record = await this.#reader.call('room', roomId, options);
    return { ...record, knownIds: unpackKnownIds(record.knownIds), tail: unpackMessages(record.tail) };
  }

  async find(roomId: string, messageId: string): Promise<StoredMessage | undefined> {
    return unpackMessages(await this.#reader.call('find', roomId, messageId))[0];
  }

  missed(roomId: string, since: Position, throughSeq: number) {
    return this.#reader.call('missed', roomId, since, throughSeq);
  }

  async sequencedAfter(roomId: string, afterSeq: number, throughSeq: number, limit: number): Promise<readonly StoredMessage[]> {
    return unpackMessages(await this.#reader.call('sequencedAfter', roomId, afterSeq, throughSeq, limit));
  }

  async roomMessages(roomId: string, query: PageQuery): Promise<MessagePage> {
    const { rows, before, after } = await this.#reader.call('roomMessages', roomId, query);
    return { messages: unpackMessages(rows), before, after };
  }

  async userMessages(userId: string, query: PageQuery): Promise<MessagePage> {
    const { rows, before, after } = await this.#reader.call('userMessages', userId, query);
    return { messages: unpackMessages(rows), before, after };
  }

  rooms(limit: number, after: Cursor | undefined) {
    return this.#reader.call('rooms', limit, after);
  }

  totals() {
    return this.#reader.call('totals');
  }

  activitySince(time: number) {
    return this.#reader.call('activitySince', time);
  }

  async close(isClean: boolean): Promise<void> {
    try {
      await this.#reader.call('stop').catch(() => {});
      await this.#writer.call('stop', isClean);
    } finally {
      await Promise.all([this.#reader.close(), this.#writer.close()]);
    }
  }

  /** For tests: a thread dies as if it had crashed. */
  killThread(role: 'writer' | 'reader'): Promise<void> {
    return (role === 'writer' ? this.#writer : this.#reader).kill();
  }
}

const INSERTED: AppendResult = Object.freeze({ kind: 'inserted' });
