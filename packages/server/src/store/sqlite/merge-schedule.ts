import type { Clock } from '../../util/clock.ts';
import { StoreUnavailable } from '../store.ts';

export interface MergeOptions {
  /** As many entries are merged at once; fewer when the oldest of them has waited for `maxDelayMs`. */
  readonly maxEntries: number;
  readonly maxDelayMs: number;
}

/** The more at once, the cheaper each; but each read looks through what is not merged, 0.5 ms for so many. */
const DEFAULTS: MergeOptions = { maxEntries: 10_000, maxDelayMs: 2000 };

export interface MergeScheduleParts {
  /** Merges one piece; true when everything up to the entry is merged. */
  readonly merge: (to: number) => Promise<boolean>;
  readonly clock: Clock;
  /** Told of each failure that is not the world's. */
  readonly onBug: (error: unknown) => void;
}

type State = 'idle' | 'waiting' | 'merging' | 'backoff' | 'stopped';

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
  #state: State = 'idle';
  #cancelWait: (() => void) | undefined;

  constructor(parts: MergeScheduleParts, options: Partial<MergeOptions> = {}) {
    this.#parts = parts;
    this.#options = { ...DEFAULTS, ...options };
  }

  /** What a store that was just opened has. */
  begin(merged: number, last: number): void {
    this.#merged = merged;
    this.wrote(last);
  }

  /** The log goes up to this entry. */
  wrote(last: number): void {
    this.#last = Math.max(this.#last, last);
    const waiting = this.#last - this.#merged;
    if (waiting === 0 || (this.#state !== 'idle' && this.#state !== 'waiting')) return;
    if (waiting >= this.#options.maxEntries) void this.#run();
    else if (this.#state === 'idle') this.#wait('waiting');
  }

  stop(): void {
    this.#state = 'stopped';
    this.#cancelWait?.();
  }

  #wait(state: 'waiting' | 'backoff'): void {
    this.#state = state;
    this.#cancelWait = this.#parts.clock.after(this.#options.maxDelayMs, () => void this.#run());
  }

  async #run(): Promise<void> {
    this.#cancelWait?.();
    this.#state = 'merging';
    const to = this.#last;
    try {
      while (!(await this.#parts.merge(to))) if (this.#isStopped()) return;
      this.#merged = to;
      if (this.#isStopped()) return;
      this.#state = 'idle';
      this.wrote(to);
    } catch (error) {
      if (this.#isStopped()) return;
      if (!(error instanceof StoreUnavailable)) this.#parts.onBug(error);
      this.#wait('backoff');
    }
  }

  /** Asked after each wait, in which `stop` may have been called. */
  #isStopped(): boolean {
    return this.#state === 'stopped';
  }
}
