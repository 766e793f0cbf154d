import type { Clock } from '../util/clock.ts';

/**
 * The wall clock without its jumps back: "the last five minutes" stay what people lived through when someone sets the clock back,
 * and nothing counts twice or waits in the future. Equal to the wall clock for as long as that never went back.
 */
export class ForwardTime {
  readonly #clock: Clock;
  #last: number;
  #lost = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#last = clock.now();
  }

  /** Milliseconds; never less than before. */
  now(): number {
    const wall = this.#clock.now();
    if (wall < this.#last) this.#lost += this.#last - wall;
    this.#last = wall;
    return wall + this.#lost;
  }

  /** Where an event of the wall time `timestamp` stands: its age back from `now` (as just answered), and at it when it lies ahead. */
  at(timestamp: number, now: number): number {
    return Math.min(timestamp + this.#lost, now);
  }
}
