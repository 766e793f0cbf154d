import type { Clock } from './clock.ts';

/** At least this often time is looked at, so that a sleep of the machine is noticed soon after it. */
const LOOK_MS = 5000;
/** Later than this, or with so much more on the wall clock: the machine slept, or the page was frozen. */
const SLEPT_MS = 5000;

/** One timer: says `tick` when it is due, `wake` when it finds that time was lost. */
export class Timer {
  readonly #clock: Clock;
  readonly #ring: (kind: 'tick' | 'wake') => void;
  #cancel: (() => void) | undefined;
  #dueAt = Number.POSITIVE_INFINITY;

  constructor(clock: Clock, ring: (kind: 'tick' | 'wake') => void) {
    this.#clock = clock;
    this.#ring = ring;
  }

  /** Infinity: never. */
  set(at: number): void {
    const now = this.#clock.now();
    const wanted = at === Number.POSITIVE_INFINITY ? at : Math.min(Math.max(at, now), now + LOOK_MS);
    // One that rings sooner than it must does no harm; the next step sets it right.
    if (wanted >= this.#dueAt && at !== Number.POSITIVE_INFINITY) return;
    this.#cancel?.();
    this.#cancel = undefined;
    this.#dueAt = wanted;
    if (wanted === Number.POSITIVE_INFINITY) return;
    const lead = this.#clock.wall() - now;
    this.#cancel = this.#clock.after(wanted - now, () => this.#rang(wanted, lead));
  }

  #rang(dueAt: number, lead: number): void {
    this.#cancel = undefined;
    this.#dueAt = Number.POSITIVE_INFINITY;
    const now = this.#clock.now();
    const slept = Math.max(now - dueAt, this.#clock.wall() - now - lead);
    this.#ring(slept > SLEPT_MS ? 'wake' : 'tick');
  }
}
