const SECONDS = 60;
/** A longer pause is a clock that was set, or a machine that slept: nobody knows what was open. */
const LONGEST_PAUSE = 150;

/** So many whole seconds of a minute, up to `last`, saw the value. */
export type Sample = (minute: number, seconds: number, value: number, last: number) => void;

/**
 * A number that stands until it changes, sampled at each whole second: the sample of a second is what stood when it began. No timer is
 * needed for it to be exact, as nothing can change unseen.
 */
export class Gauge {
  #value = 0;
  /** The last second that was sampled. */
  #sampled: number;

  constructor(second: number) {
    this.#sampled = second;
  }

  get value(): number {
    return this.#value;
  }

  /** To be called before a change within `second`, and now and then. */
  advance(second: number, sample: Sample): void {
    if (second === this.#sampled) return;
    const isPause = Math.abs(second - this.#sampled) > LONGEST_PAUSE;
    let from = isPause ? second : this.#sampled + 1;
    if (isPause || second > this.#sampled) this.#sampled = second;
    while (from <= second) {
      const minute = Math.floor(from / SECONDS);
      const end = Math.min(second, minute * SECONDS + SECONDS - 1);
      sample(minute, end - from + 1, this.#value, end);
      from = end + 1;
    }
  }

  change(by: number): void {
    this.#value += by;
  }
}
