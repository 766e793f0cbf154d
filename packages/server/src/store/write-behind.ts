import type { EventSink } from '../events.ts';
import type { Clock } from '../util/clock.ts';
import {
  type Admission,
  type AppendResult,
  MAX_UNSTORED,
  type Store,
  type StoredMessage,
  StoreUnavailable,
  type Unstored,
  type WriteQueue,
} from './store.ts';

export interface WriteBehindOptions {
  /** Bounds of what is taken and not stored. */
  readonly maxMessages: number;
  readonly maxBytes: number;
  /** As many go at once, without waiting for more. */
  readonly maxBatch: number;
  /** The most that go together when more has piled up: rows of many rooms share pages, so a large batch is cheaper per row. */
  readonly maxPile: number;
  /** Taken and not stored: from the first on senders are held back, until it is below the second. */
  readonly lagMessages: number;
  readonly caughtUpMessages: number;
  /** The longest that a message waits for others, however busy it is. */
  readonly maxDelayMs: number;
  readonly minBackoffMs: number;
  readonly maxBackoffMs: number;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
  /** Told once for each entry that the store can never take, and for each callback that threw. Both are bugs. */
  readonly onBug: (error: unknown, message: StoredMessage | undefined) => void;
}

const DEFAULTS: WriteBehindOptions = {
  maxMessages: MAX_UNSTORED,
  maxBytes: 64 * 1024 * 1024,
  maxBatch: 500,
  maxPile: 2500,
  lagMessages: 5000,
  caughtUpMessages: 2500,
  maxDelayMs: 10,
  minBackoffMs: 50,
  maxBackoffMs: 1000,
  random: Math.random,
  onBug: () => {},
};

interface Queued {
  readonly entry: Unstored;
  readonly bytes: number;
}

/** What the largest message takes of the byte bound, generously. */
const LARGEST_BYTES = 8 * 1024;

type State = 'idle' | 'waiting' | 'writing' | 'backoff';

/**
 * The way from order to store: first in, first out, one batch in flight. A lone message is written at the end of its turn; under load
 * a batch fills while the one before is committed, and a little longer when batches come out small, never above `maxDelayMs`.
 *
 * A batch that the store cannot take now is kept and tried again, in order, until it can. One that the store can *never* take (any other
 * error: a bug) is halved until the culprit stands alone. That one is set aside, reported once, never said to be stored, and counts as
 * unstored for ever: it keeps its room in the queue (what was sent and not stored stays bounded), and the stop will not be a clean one.
 */
export class WriteBehind implements WriteQueue {
  readonly #store: Pick<Store, 'append'>;
  readonly #events: Pick<EventSink, 'stored' | 'wrote'>;
  readonly #clock: Clock;
  readonly #options: WriteBehindOptions;
  #queue: Queued[] = [];
  /** Entries of `#queue` before it are stored; cut off now and then. */
  #start = 0;
  #takenMessages = 0;
  #takenBytes = 0;
  #state: State = 'idle';
  #failures = 0;
  /** Fewer than `maxPile` while a culprit is looked for. */
  #batchLimit: number;
  #lag: { readonly promise: Promise<void>; resolve(): void } | undefined;
  #lastBatch = 0;
  #lastStart = Number.NEGATIVE_INFINITY;
  #setAside = 0;
  #cancelWait: (() => void) | undefined;
  #drained: (() => void)[] = [];

  constructor(
    store: Pick<Store, 'append'>,
    events: Pick<EventSink, 'stored' | 'wrote'>,
    clock: Clock,
    options: Partial<WriteBehindOptions> = {},
  ) {
    this.#store = store;
    this.#events = events;
    this.#clock = clock;
    this.#options = Object.freeze({ ...DEFAULTS, ...options });
    this.#batchLimit = this.#options.maxPile;
  }

  admit(bytes: number): Admission {
    const { maxMessages, maxBytes } = this.#options;
    if (this.#takenMessages >= maxMessages || this.#takenBytes + bytes > maxBytes)
      return this.isFailing() ? 'storage_unavailable' : 'overloaded';
    this.#takenMessages += 1;
    this.#takenBytes += bytes;
    return 'admitted';
  }

  release(bytes: number): void {
    this.#takenMessages -= 1;
    this.#takenBytes -= bytes;
    if (this.#lag !== undefined && this.#takenMessages < this.#options.caughtUpMessages) this.#endLag();
  }

  lag(): Promise<void> | undefined {
    // A store that fails is not waited for: chat goes on without it as long as there is room.
    if (this.isFailing() || this.#takenMessages < this.#options.lagMessages) return this.#lag?.promise;
    this.#lag ??= Promise.withResolvers<void>();
    return this.#lag.promise;
  }

  push(entry: Unstored, bytes: number): void {
    this.#queue.push({ entry, bytes });
    if (this.#state === 'idle') this.#schedule();
    else if (this.#state === 'waiting' && this.#isDue()) this.#writeNow();
  }

  /** Messages that were pushed and are not stored. */
  backlog(): number {
    return this.#queue.length - this.#start + this.#setAside;
  }

  /** The time of the oldest message that was pushed and is not stored; those that never can be are left out. */
  oldest(): number | undefined {
    let oldest: number | undefined;
    for (let at = this.#start; at < this.#queue.length; at += 1) {
      const { timestamp } = (this.#queue[at] as Queued).entry.message;
      oldest = Math.min(oldest ?? timestamp, timestamp);
    }
    return oldest;
  }

  /** True from the first write that failed to the next that does not. */
  isFailing(): boolean {
    return this.#failures > 0;
  }

  /** True when a message may be refused for want of room. */
  isFull(): boolean {
    return this.#takenMessages >= this.#options.maxMessages || this.#takenBytes + LARGEST_BYTES > this.#options.maxBytes;
  }

  /** Writes on without waiting for more; resolves when everything is stored, or after `deadlineMs` with what is not. */
  async flush(deadlineMs: number): Promise<{ readonly unstored: number }> {
    if (this.#waitingCount() > 0) {
      if (this.#state === 'waiting' || this.#state === 'backoff') this.#writeNow();
      await this.#whenDrained(deadlineMs);
    }
    return { unstored: this.backlog() };
  }

  #waitingCount(): number {
    return this.#queue.length - this.#start;
  }

  #whenDrained(deadlineMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.after(deadlineMs, resolve);
      this.#drained.push(() => {
        cancel();
        resolve();
      });
    });
  }

  #isDue(): boolean {
    return this.#waitingCount() >= Math.min(this.#options.maxBatch, this.#batchLimit) || this.#drained.length > 0;
  }

  /** Whoever is alone goes at the end of the turn; where several came together last time, more are on their way. */
  #schedule(): void {
    this.#state = 'waiting';
    const wait = this.#isDue() ? 0 : this.#lastStart + this.#spacingMs() - this.#clock.monotonic();
    if (wait > 0) this.#cancelWait = this.#clock.after(wait, () => this.#writeNow());
    else this.#clock.endOfTurn(() => this.#state === 'waiting' && this.#writeNow());
  }

  /**
   * Least time between the starts of two batches: none for a sender alone, the maximum from six messages a batch on. A commit costs as much as
   * forty more messages in it, so at a few hundred messages/s already the few milliseconds save most of the writer's CPU.
   */
  #spacingMs(): number {
    return Math.min(this.#options.maxDelayMs, (this.#lastBatch - 1) * 2);
  }

  #writeNow(): void {
    this.#cancelWait?.();
    this.#cancelWait = undefined;
    this.#state = 'writing';
    const batch = this.#queue.slice(this.#start, this.#start + this.#batchLimit);
    const startedAt = this.#clock.monotonic();
    this.#lastStart = startedAt;
    this.#lastBatch = batch.length;
    this.#store.append(batch.map((each) => each.entry.message)).then(
      (results) => this.#onWritten(batch, results, startedAt),
      (error: unknown) => this.#onFailed(batch, error, startedAt),
    );
  }

  #onWritten(batch: readonly Queued[], results: readonly AppendResult[], startedAt: number): void {
    this.#failures = 0;
    this.#batchLimit = Math.min(this.#options.maxPile, this.#batchLimit * 2);
    this.#cut(batch.length);
    for (const { bytes } of batch) this.release(bytes);
    const inserted: StoredMessage[] = [];
    for (let i = 0; i < batch.length; i += 1) {
      const [queued, result] = [batch[i] as Queued, results[i] as AppendResult];
      if (result.kind === 'inserted') inserted.push(queued.entry.message);
      this.#settle(queued.entry, result);
    }
    this.#guarded(() => {
      this.#events.wrote(this.#clock.monotonic() - startedAt, batch.length, true);
      if (inserted.length > 0) this.#events.stored(inserted);
    });
    this.#goOn();
  }

  #settle(entry: Unstored, result: AppendResult): void {
    try {
      entry.onStored?.(result);
    } catch (error) {
      this.#options.onBug(error, entry.message);
    }
  }

  #onFailed(batch: readonly Queued[], error: unknown, startedAt: number): void {
    this.#guarded(() => this.#events.wrote(this.#clock.monotonic() - startedAt, batch.length, false));
    if (error instanceof StoreUnavailable) this.#backOff();
    else this.#narrow(batch, error);
  }

  #endLag(): void {
    this.#lag?.resolve();
    this.#lag = undefined;
  }

  #backOff(): void {
    this.#endLag();
    const { minBackoffMs, maxBackoffMs, random } = this.#options;
    const ceiling = Math.min(maxBackoffMs, minBackoffMs * 2 ** Math.min(this.#failures, 16));
    this.#failures += 1;
    this.#state = 'backoff';
    this.#cancelWait = this.#clock.after(ceiling / 2 + (random() * ceiling) / 2, () => this.#writeNow());
  }

  #narrow(batch: readonly Queued[], error: unknown): void {
    this.#batchLimit = Math.max(1, batch.length >> 1);
    const [culprit] = batch;
    if (batch.length === 1 && culprit !== undefined) {
      this.#cut(1);
      this.#setAside += 1;
      this.#batchLimit = this.#options.maxPile;
      this.#guarded(() => this.#options.onBug(error, culprit.entry.message));
    }
    this.#goOn();
  }

  #cut(count: number): void {
    this.#start += count;
    if (this.#start * 2 < this.#queue.length) return;
    this.#queue = this.#queue.slice(this.#start);
    this.#start = 0;
  }

  #goOn(): void {
    this.#state = 'idle';
    if (this.#waitingCount() > 0) {
      this.#schedule();
      return;
    }
    const drained = this.#drained;
    this.#drained = [];
    for (const resolve of drained) resolve();
  }

  #guarded(run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#options.onBug(error, undefined);
    }
  }
}
