/** A ring of counts by interval of time. An interval keeps its count until one `size` intervals away takes its place. */
export class IntervalCounts {
  readonly #intervalMs: number;
  readonly #counts: Float64Array;
  readonly #intervals: Float64Array;

  constructor(intervalMs: number, size: number) {
    this.#intervalMs = intervalMs;
    this.#counts = new Float64Array(size);
    this.#intervals = new Float64Array(size).fill(Number.NaN);
  }

  intervalOf(time: number): number {
    return Math.floor(time / this.#intervalMs);
  }

  /** `interval` ≥ 0. */
  add(interval: number, amount: number): void {
    const slot = interval % this.#counts.length;
    const isPresent = this.#intervals[slot] === interval;
    this.#counts[slot] = (isPresent ? (this.#counts[slot] ?? 0) : 0) + amount;
    this.#intervals[slot] = interval;
  }

  get(interval: number): number {
    const slot = interval % this.#counts.length;
    return this.#intervals[slot] === interval ? (this.#counts[slot] ?? 0) : 0;
  }

  /** The sum of `count` intervals that end with `last`. */
  sum(last: number, count: number): number {
    let sum = 0;
    for (let interval = Math.max(0, last - count + 1); interval <= last; interval++) sum += this.get(interval);
    return sum;
  }
}
