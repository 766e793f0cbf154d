import type { Clock } from '../../util/clock.ts';
import { StoreUnavailable } from '../store.ts';

export interface MergeOptions {
  /** As many entries are merged at once; fewer when the oldest of them has waited for `maxDelayMs`. */
  readonly maxEntries: number;
  readonly maxDelayMs: number;
  /** The same while somebody asks. Undefined: no other. */
  readonly askedDelayMs?: number | undefined;
}

/** The more at once, the cheaper each; but each read looks through what is not merged, 0.5 ms for so many. */
const DEFAULTS: MergeOptions = { maxEntries: 10_000, maxDelayMs: 2000 };
/** Above so many times `maxEntries`, whoever can wait is asked to. */
const PACED_FROM = 2;
const PIECES_OF_A_PACE = 2;
/** Whoever was paced so lately may be back: no rest then. */
const PACED_LATELY_MS = 1000;
/** Between two messages of a room that lives there is less. */
const WROTE_LATELY_MS = 100;

/** Who is there beside a merge: an import that waits for it; nobody who wrote lately; or chat. */
export type Beside = 'import' | 'nobody' | 'chat';

export interface MergeScheduleParts {
  /** Merges one piece; true when everything up to the entry is merged. */
  readonly merge: (to: number) => Promise<boolean>;
  /** A piece of what waits beside the log; of the kind that can wait longest only with `isCalm`. True when nothing is left. */
  readonly tend?: ((isCalm: boolean) => Promise<boolean>) | undefined;
  /** How long to leave the writer alone after a piece, not the last, that took so long: chat comes first. */
  readonly rest?: ((pieceMs: number, beside: Beside) => number) | undefined;
  readonly clock: Clock;
  /** Told of each failure that is not the world's. */
  readonly onBug: (error: unknown) => void;
}

/** Who asked so lately may ask again. */
const ASKED_LATELY_MS = 60_000;
/** Nobody who asks waits for longer: the answer then says how far it goes. */
const ASKER_WAITS_MS = 1000;

interface Asker {
  readonly to: number;
  readonly end: () => void;
}

type State = 'idle' | 'waiting' | 'merging' | 'tending' | 'backoff' | 'stopped';

/**
 * When to merge. One piece after the other, each a call of its own, so that a batch of messages waits for one piece at most. A merge that
 * failed is tried again after the delay: until then reads are slower, and nothing else.
 */
export class MergeSchedule {
  readonly #parts: MergeScheduleParts;
  readonly #options: MergeOptions;
  /** The last entries of the log: that is there, and that is merged. */
  #last = 0;
  #merged = 0;
  /** While pieces are merged: how far they got. */
  #mergedSoFar = 0;
  /** The oldest entry that is not merged was written at this time (`clock.monotonic()`), or later. */
  #oldestAt = 0;
  #state: State = 'idle';
  #cancelTimer: (() => void) | undefined;
  /** While tending: the oldest entry has waited for long enough. */
  #isDue = false;
  #paced: (() => void)[] = [];
  #pacedAt = Number.NEGATIVE_INFINITY;
  #wroteAt = Number.NEGATIVE_INFINITY;
  #endRest: () => void = () => {};
  #askedAt = Number.NEGATIVE_INFINITY;
  #askers: readonly Asker[] = [];

  constructor(parts: MergeScheduleParts, options: Partial<MergeOptions> = {}) {
    this.#parts = parts;
    this.#options = { ...DEFAULTS, ...options };
  }

  /** What a store that was just opened has. */
  begin(merged: number, last: number): void {
    this.#merged = merged;
    this.#oldestAt = this.#parts.clock.monotonic();
    this.wrote(last, true);
  }

  /** The log goes up to this entry; `hasMore`: there may be something beside it. */
  wrote(last: number, hasMore = false): void {
    const now = this.#parts.clock.monotonic();
    if (this.#waiting === 0) this.#oldestAt = now;
    if (last > this.#last) this.#wroteAt = now;
    this.#last = Math.max(this.#last, last);
    if (this.#waiting === 0 && !(hasMore && this.#parts.tend !== undefined)) return;
    switch (this.#state) {
      case 'idle':
      case 'waiting':
        if (this.#waiting >= this.#options.maxEntries) void this.#run();
        else if (this.#state === 'idle') this.#wait('waiting');
        break;
      case 'tending':
        this.#startTimer();
        break;
      default:
    }
  }

  /** Told now and then between pieces. */
  hasMerged(through: number): void {
    this.#mergedSoFar = through;
  }

  /** Entries that are not merged, and the milliseconds that the oldest has waited for, at most. */
  lag(): { readonly messages: number; readonly oldestMs: number } {
    const messages = this.#last - Math.max(this.#merged, this.#mergedSoFar);
    return messages <= 0 ? { messages: 0, oldestMs: 0 } : { messages, oldestMs: this.#parts.clock.monotonic() - this.#oldestAt };
  }

  /**
   * Somebody asks about what is merged: for a while no entry waits longer than `askedDelayMs`. Ends when none has, though soon in any case.
   */
  async asked(): Promise<void> {
    const { clock } = this.#parts;
    const wasAsked = this.#isAsked();
    this.#askedAt = clock.monotonic();
    if (wasAsked || this.#options.askedDelayMs === undefined || this.#state === 'idle') return;
    const to = this.#last;
    const merged = new Promise<void>((resolve) => {
      const cancel = clock.after(ASKER_WAITS_MS, resolve);
      const end = (): void => {
        cancel();
        resolve();
      };
      this.#askers = [...this.#askers, { to, end }];
    });
    if (this.#state === 'waiting') void this.#run();
    else this.#isDue = true;
    await merged;
  }

  /** For whoever can wait: ends after a few pieces when merging is far behind, at once when it is not. */
  async pace(): Promise<void> {
    for (let pieces = 0; pieces < PIECES_OF_A_PACE; pieces += 1) {
      if (this.#state !== 'merging' || this.#waiting <= PACED_FROM * this.#options.maxEntries) return;
      this.#pacedAt = this.#parts.clock.monotonic();
      await new Promise<void>((resolve) => this.#paced.push(resolve));
    }
  }

  stop(): void {
    this.#state = 'stopped';
    this.#endRest();
    this.#stopTimer();
    this.#endPace();
    this.#endAskers(Number.POSITIVE_INFINITY);
  }

  get #waiting(): number {
    return this.#last - this.#merged;
  }

  #isAsked(): boolean {
    return this.#parts.clock.monotonic() - this.#askedAt < ASKED_LATELY_MS;
  }

  get #delayMs(): number {
    const { maxDelayMs, askedDelayMs = maxDelayMs } = this.#options;
    return this.#isAsked() ? askedDelayMs : maxDelayMs;
  }

  #wait(state: 'waiting' | 'backoff'): void {
    this.#state = state;
    this.#startTimer();
  }

  #startTimer(): void {
    this.#cancelTimer ??= this.#parts.clock.after(this.#delayMs, () => {
      this.#cancelTimer = undefined;
      if (this.#state === 'tending') this.#isDue = true;
      else void this.#run();
    });
  }

  #stopTimer(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
  }

  async #run(): Promise<void> {
    try {
      do {
        this.#stopTimer();
        this.#isDue = false;
        this.#state = 'merging';
        if (!(await this.#mergeAll()) || !(await this.#tend())) return;
      } while (this.#isDue || this.#waiting >= this.#options.maxEntries);
      // Without anything to tend, entries that came meanwhile have no timer yet.
      if (this.#waiting > 0) this.#startTimer();
      this.#state = this.#cancelTimer === undefined ? 'idle' : 'waiting';
    } catch (error) {
      this.#endPace();
      if (this.#isStopped()) return;
      if (!(error instanceof StoreUnavailable)) this.#parts.onBug(error);
      this.#endAskers(Number.POSITIVE_INFINITY);
      this.#wait('backoff');
    }
  }

  /** False when it was stopped. */
  async #mergeAll(): Promise<boolean> {
    let [to, asOf] = [this.#last, this.#parts.clock.monotonic()];
    for (;;) {
      const startedAt = this.#parts.clock.monotonic();
      const isDone = await this.#parts.merge(to);
      this.#endPace();
      if (this.#isStopped()) return false;
      if (isDone) {
        this.#merged = to;
        this.#oldestAt = Math.max(this.#oldestAt, asOf);
        return true;
      }
      await this.#rest(this.#parts.clock.monotonic() - startedAt);
      if (this.#isStopped()) return false;
      // A step that is far behind keeps the others waiting no longer than usual.
      if (this.#last - to >= this.#options.maxEntries) [to, asOf] = [this.#last, this.#parts.clock.monotonic()];
    }
  }

  #rest(pieceMs: number): Promise<void> {
    const { rest, clock } = this.#parts;
    const restMs = rest?.(pieceMs, this.#beside()) ?? 0;
    if (restMs <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#endRest = resolve;
      clock.after(restMs, resolve);
    });
  }

  #beside(): Beside {
    const now = this.#parts.clock.monotonic();
    if (now - this.#pacedAt < PACED_LATELY_MS) return 'import';
    return now - this.#wroteAt < WROTE_LATELY_MS ? 'chat' : 'nobody';
  }

  /** While no merge is due, though once at least. False when it was stopped. */
  async #tend(): Promise<boolean> {
    const { tend } = this.#parts;
    if (tend === undefined) {
      this.#endAskers(this.#merged);
      return !this.#isStopped();
    }
    this.#state = 'tending';
    this.wrote(this.#last);
    for (;;) {
      const isCalm = this.#waiting < this.#options.maxEntries;
      const isDone = await tend(isCalm);
      this.#endAskers(this.#merged);
      if (this.#isStopped()) return false;
      if (isDone || this.#isDue || !isCalm) return true;
    }
  }

  #endPace(): void {
    for (const resolve of this.#paced.splice(0)) resolve();
  }

  #endAskers(merged: number): void {
    const askers = this.#askers;
    this.#askers = askers.filter(({ to }) => to > merged);
    for (const { to, end } of askers) if (to <= merged) end();
  }

  /** Asked after each wait, in which `stop` may have been called. */
  #isStopped(): boolean {
    return this.#state === 'stopped';
  }
}
