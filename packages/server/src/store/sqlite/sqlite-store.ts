import { join } from 'node:path';
import type { Position } from '@hubbub/protocol';
import type { AskedRepair, NamedRepair, RepairBeginning } from '../../analytics/engine/ports.ts';
import type { Lived, NamedLiveFact } from '../../analytics/live-facts-sink.ts';
import { busyShare, type Clock, systemClock } from '../../util/clock.ts';
import {
  type AppendResult,
  type Cursor,
  MAX_UNSTORED,
  type MessagePage,
  type PageQuery,
  type Store,
  type StoredMessage,
  type StoredNotice,
  StoreUnavailable,
} from '../store.ts';
import { fromFailure } from './failure.ts';
import { Grouped } from './grouped.ts';
import { type Beside, type MergeOptions, MergeSchedule } from './merge-schedule.ts';
import type { Reader } from './reader.ts';
import type { StoreReport } from './report.ts';
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
  readonly report?: ((report: StoreReport) => void) | undefined;
  readonly clock?: Clock;
  readonly merging?: Partial<MergeOptions>;
  /** Counts what is stored. `writer`: the file that the writer's thread runs, with an analytics engine in it. */
  readonly analytics?: { readonly writer: URL } | undefined;
  /** For tests: the file grows no larger than this many pages of 4096 bytes. */
  readonly maxPages?: number;
}

export const DATABASE_FILE = 'hubbub.db';

/** What is counted is to be seen within a second, by whoever asks; while nobody does more is counted at once, which costs less of each. */
const COUNTED_WITHIN_MS = 700;
const UNASKED_MS = 5000;
const TICK_MS = 1000;
/** Where what is counted lags, the writer rests after a piece for so many times as long: the more, the less the event loop has to spare. */
const RESTS = 2;
const RESTS_WHEN_BUSY = 12;
const BUSY = 0.9;
const RESTS_BESIDE_IMPORT = 4;
const LIVELY = 0.45;

/** Messages that wait at the start: more take seconds. */
const WORTH_A_WORD = 20_000;

/** Opens, or makes, the database in a folder that exists and that this process has locked. */
export async function openSqliteStore(dir: string, options: SqliteOptions = {}): Promise<SqliteStore> {
  const database = { path: join(dir, DATABASE_FILE), synchronous: options.synchronous ?? 'full', maxPages: options.maxPages } as const;
  const { report } = options;
  const onNews = report && ((news: unknown) => report(news as StoreReport));
  const writer = new WorkerClient<Writer>({ role: 'writer', database }, options.analytics?.writer, onNews).start();
  const reader = new WorkerClient<Reader>({ role: 'reader', database }).start();
  try {
    const { merged, last } = await writer.call('start', options.maxUnstored ?? MAX_UNSTORED);
    await reader.call('totals');
    const store = new SqliteStore(writer, reader, options);
    if (last - merged > WORTH_A_WORD) report?.({ kind: 'behind', messages: last - merged });
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
  readonly #onBug: (error: unknown) => void;
  readonly #report: (report: StoreReport) => void;
  readonly #stopTicking: () => void = () => {};
  #isTicking = false;

  constructor(
    writer: Thread<Writer>,
    reader: Thread<Reader>,
    options: Pick<SqliteOptions, 'clock' | 'onBug' | 'report' | 'merging' | 'analytics'> = {},
  ) {
    this.#writer = writer;
    this.#reader = reader;
    const { clock = systemClock, onBug = () => {}, report = () => {}, merging, analytics } = options;
    this.#onBug = onBug;
    this.#report = report;
    const merge = (to: number) => writer.call('merge', to);
    const tend = analytics && ((isCalm: boolean) => writer.call('tend', isCalm));
    const delay = analytics && { maxDelayMs: UNASKED_MS, askedDelayMs: COUNTED_WITHIN_MS };
    const share = busyShare();
    const rest =
      analytics &&
      ((pieceMs: number, beside: Beside) => {
        const busy = share();
        if (beside === 'import') return busy > LIVELY ? pieceMs * RESTS_BESIDE_IMPORT : 0;
        if (beside === 'nobody' && busy <= LIVELY) return 0;
        return pieceMs * (busy > BUSY ? RESTS_WHEN_BUSY : RESTS);
      });
    this.#merges = new MergeSchedule({ merge, tend, rest, clock, onBug }, { ...delay, ...merging });
    if (analytics !== undefined) this.#stopTicking = clock.every(TICK_MS, () => void this.#tick());
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
    await this.#merges.pace();
    const { isNew, last } = await this.#writer.call('importEvents', packMessages(batch));
    this.#merges.wrote(
      last,
      batch.some((event, at) => isNew[at] === true && !('content' in event)),
    );
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

  /** Stored messages that are not counted yet, and the milliseconds that the oldest of them has waited for, at most. */
  uncounted(): { readonly messages: number; readonly oldestMs: number } {
    return this.#merges.lag();
  }

  /** Has what is kept counted again in the background. */
  async beginRepair(asked: AskedRepair): Promise<RepairBeginning> {
    const beginning = await this.#writer.call('beginRepair', asked);
    this.#merges.wrote(0, true);
    return beginning;
  }

  lastRepair(): Promise<NamedRepair | undefined> {
    return this.#writer.call('lastRepair');
  }

  /** Somebody asks: ends when what is stored is counted, or nearly so. */
  asked(): Promise<void> {
    return this.#merges.asked();
  }

  /** For LiveFactsSink: kept if analytics is on. */
  countLive(facts: readonly NamedLiveFact[], lived: Lived): Promise<void> {
    return this.#writer.call('countLive', facts, lived);
  }

  async close(isClean: boolean): Promise<void> {
    this.#stopTicking();
    this.#merges.stop();
    try {
      await this.#reader.call('stop').catch(() => {});
      const failure = await this.#writer.call('stop', isClean);
      if (failure !== undefined) this.#report({ kind: 'left unmerged', error: fromFailure(failure) });
    } finally {
      await Promise.all([this.#reader.close(), this.#writer.close()]);
    }
  }

  /** For tests: a thread dies as if it had crashed. */
  killThread(role: 'writer' | 'reader'): Promise<void> {
    return (role === 'writer' ? this.#writer : this.#reader).kill();
  }

  /** One that the writer has no time for is left out. */
  async #tick(): Promise<void> {
    if (this.#isTicking) return;
    this.#isTicking = true;
    try {
      this.#merges.hasMerged(await this.#writer.call('tick'));
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) this.#onBug(error);
    } finally {
      this.#isTicking = false;
    }
  }
}

const INSERTED: AppendResult = Object.freeze({ kind: 'inserted' });
