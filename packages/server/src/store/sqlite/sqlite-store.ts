import { join } from 'node:path';
import type { Position } from '@hubbub/protocol';
import { type Clock, systemClock } from '../../util/clock.ts';
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
import { type MergeOptions, MergeSchedule } from './merge-schedule.ts';
import type { Reader } from './reader.ts';
import { packMessages, unpackKnownIds, unpackMessages } from './rows.ts';
import { WorkerClient } from './worker-client.ts';
import type { EpochOpening, Writer } from './writer.ts';

export interface SqliteOptions {
  /** The most messages that may be sent and not stored in this run. */
  readonly maxUnstored?: number;
  /** What an ack survives: `full` (default) a power cut too, `normal` any end of the process. */
  readonly synchronous?: 'full' | 'normal';
  /** Told when what is derived from the log could not be brought up to it, and the world is not to blame. */
  readonly onBug?: (error: unknown) => void;
  readonly clock?: Clock;
  readonly merging?: Partial<MergeOptions>;
  /** For tests: the file grows no larger than this many pages of 4096 bytes. */
  readonly maxPages?: number;
}

export const DATABASE_FILE = 'hubbub.db';

/** Opens, or makes, the database in a folder that exists and that this process has locked. */
export async function openSqliteStore(dir: string, options: SqliteOptions = {}): Promise<SqliteStore> {
  const database = { path: join(dir, DATABASE_FILE), synchronous: options.synchronous ?? 'full', maxPages: options.maxPages } as const;
  const [writer, reader] = [new WorkerClient<Writer>('writer', database), new WorkerClient<Reader>('reader', database)];
  try {
    const { merged, last } = await writer.call('start', options.maxUnstored ?? MAX_UNSTORED);
    await reader.call('totals');
    const store = new SqliteStore(writer, reader, options);
    store.beginMerging(merged, last);
    return store;
  } catch (error) {
    await Promise.all([writer.close(), reader.close()]);
    throw error;
  }
}

/** Calls of one thread, in order. */
type Thread<Target> = Pick<WorkerClient<Target>, 'call' | 'close' | 'kill'>;

/** A SQLite file, written by one thread and read by another: neither the event loop nor a reader ever waits for a commit. */
export class SqliteStore implements Store {
  readonly kind = 'sqlite';
  readonly #writer: Thread<Writer>;
  readonly #reader: Thread<Reader>;
  readonly #openings: Grouped<EpochOpening>;
  readonly #merges: MergeSchedule;

  constructor(writer: Thread<Writer>, reader: Thread<Reader>, options: Pick<SqliteOptions, 'clock' | 'onBug' | 'merging'> = {}) {
    this.#writer = writer;
    this.#reader = reader;
    const { clock = systemClock, onBug = () => {}, merging } = options;
    this.#merges = new MergeSchedule({ merge: (to) => writer.call('merge', to), clock, onBug }, merging);
    this.#openings = new Grouped((openings) => writer.call('openEpochs', openings));
  }

  /** What the log has and had merged when it was opened. */
  beginMerging(merged: number, last: number): void {
    this.#merges.begin(merged, last);
  }

  async append(batch: readonly StoredMessage[]): Promise<readonly AppendResult[]> {
    const { repeats, firsts, last } = await this.#writer.call('append', packMessages(batch));
    this.#merges.wrote(last);
    const results: AppendResult[] = batch.map(() => INSERTED);
    if (repeats.length === 0) return results;
    for (const [n, first] of unpackMessages(firsts).entries()) results[repeats[n] as number] = { kind: 'repeat', first };
    return results;
  }

  async importEvents(batch: readonly (StoredMessage | StoredNotice)[]): Promise<readonly boolean[]> {
    const { isNew, last } = await this.#writer.call('importEvents', packMessages(batch));
    this.#merges.wrote(last);
    return isNew;
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
    this.#merges.stop();
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
