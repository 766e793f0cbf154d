/** Who waits for an answer. */
export interface Asker {
  /** What turns are shared by. */
  readonly address: string;
  /** Nobody waits any more. */
  isGone(): boolean;
}

export interface TurnLimits {
  /** That run at a time. */
  readonly atOnce: number;
  /** That wait, of one address and in all. */
  readonly waitingOfOne: number;
  readonly waiting: number;
}

/** Two, so that the thread that answers never waits for the one that asks. */
const LIMITS: TurnLimits = { atOnce: 2, waitingOfOne: 100, waiting: 400 };

/** Too many wait: of the asker's own, or in all. */
export interface Busy {
  readonly kind: 'busy';
  readonly whose: 'own' | 'all';
}

interface Waiting {
  readonly asker: Asker;
  /** Never rejects. */
  readonly run: () => Promise<void>;
  readonly leave: () => void;
}

/**
 * Lets questions that cost much run one after the other, by addresses in turn (round robin): whoever asks a lot delays their own. What
 * nobody waits for any more is not run.
 */
export class Turns {
  readonly #limits: TurnLimits;
  /** By address: whose turn it is first. None is empty. */
  readonly #waiting = new Map<string, Waiting[]>();
  #count = 0;
  #running = 0;

  constructor(limits: Partial<TurnLimits> = {}) {
    this.#limits = { ...LIMITS, ...limits };
  }

  /** Rejects as `run` does. For whoever has gone before their turn: busy. */
  take<T>(asker: Asker, run: () => Promise<T>): Promise<T | Busy> {
    const own = this.#waiting.get(asker.address) ?? [];
    if (own.length >= this.#limits.waitingOfOne) this.#sweep(own);
    if (own.length >= this.#limits.waitingOfOne) return Promise.resolve({ kind: 'busy', whose: 'own' });
    if (this.#count >= this.#limits.waiting) for (const list of [...this.#waiting.values()]) this.#sweep(list);
    if (this.#count >= this.#limits.waiting) return Promise.resolve({ kind: 'busy', whose: 'all' });
    return new Promise((resolve, reject) => {
      own.push({ asker, run: () => run().then(resolve, reject), leave: () => resolve({ kind: 'busy', whose: 'own' }) });
      this.#waiting.set(asker.address, own);
      this.#count += 1;
      this.#runNext();
    });
  }

  /** Of an address, those who have gone leave. */
  #sweep(list: Waiting[]): void {
    const staying = list.filter((each) => !each.asker.isGone());
    for (const each of list) if (each.asker.isGone()) each.leave();
    this.#count -= list.length - staying.length;
    list.splice(0, list.length, ...staying);
    // An empty list of an address that is asking gets its next one at once; of the others none must stay.
    for (const [address, each] of this.#waiting) if (each.length === 0) this.#waiting.delete(address);
  }

  #runNext(): void {
    while (this.#running < this.#limits.atOnce) {
      const next = this.#next();
      if (next === undefined) return;
      if (next.asker.isGone()) {
        next.leave();
        continue;
      }
      this.#running += 1;
      void next.run().finally(() => {
        this.#running -= 1;
        this.#runNext();
      });
    }
  }

  #next(): Waiting | undefined {
    for (const [address, list] of this.#waiting) {
      const next = list.shift();
      this.#waiting.delete(address);
      if (list.length > 0) this.#waiting.set(address, list);
      if (next === undefined) continue;
      this.#count -= 1;
      return next;
    }
    return undefined;
  }
}
