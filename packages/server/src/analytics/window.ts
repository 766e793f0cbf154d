/**
 * A ring of open intervals of equal length, each with a value of its own that is made once and emptied when its turn comes again:
 * no timers, and memory for `size` values whatever the times that are asked for.
 */
export class Window<T> {
  readonly #intervalMs: number;
  readonly #values: (T | undefined)[];
  readonly #intervals: Float64Array;
  readonly #make: () => T;
  readonly #clear: (value: T) => void;

  constructor(options: { readonly intervalMs: number; readonly size: number; readonly make: () => T; readonly clear: (value: T) => void }) {
    this.#intervalMs = options.intervalMs;
    this.#values = new Array<T | undefined>(options.size).fill(undefined);
    this.#intervals = new Float64Array(options.size).fill(Number.NaN);
    this.#make = options.make;
    this.#clear = options.clear;
  }

  /** The value of the interval that `time` (ms) lies in, empty if another one had its place. */
  at(time: number): T {
    const interval = Math.floor(time / this.#intervalMs);
    const slot = interval % this.#values.length;
    let value = this.#values[slot];
    if (value === undefined) {
      value = this.#make();
      this.#values[slot] = value;
    } else if (this.#intervals[slot] !== interval) {
      this.#clear(value);
    }
    this.#intervals[slot] = interval;
    return value;
  }

  /** Visits what is there of the `count` intervals that end with the one `time` lies in, in no order. */
  forEachOfLast(count: number, time: number, visit: (value: T) => void): void {
    const last = Math.floor(time / this.#intervalMs);
    for (let slot = 0; slot < this.#values.length; slot++) {
      const interval = this.#intervals[slot] ?? Number.NaN;
      const value = this.#values[slot];
      if (value !== undefined && interval > last - count && interval <= last) visit(value);
    }
  }
}
