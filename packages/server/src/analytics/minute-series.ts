import { IntervalCounts } from './interval-counts.ts';

const MINUTE_MS = 60_000;
export const SERIES_MINUTES = 15;
/**
 * How far from the present minute messages are counted, each way. Wide enough that a clock set back or forward by an hour still
 * finds its fifteen minutes; together less than the ring, so that two minutes never want one place.
 */
const REACH = 127;

/** Chat messages by calendar minute of their own time, whenever they came. */
export class MinuteSeries {
  readonly #counts = new IntervalCounts(MINUTE_MS, 2 * REACH + 2);

  /** What is far from now is not for a live view, and cannot push anything out of it. */
  add(timestamp: number, amount: number, now: number): void {
    const minute = this.#counts.intervalOf(timestamp);
    if (minute >= 0 && Math.abs(minute - this.#counts.intervalOf(now)) <= REACH) this.#counts.add(minute, amount);
  }

  /** Fifteen calendar minutes, oldest first; the last is the one in progress. */
  last(now: number): number[] {
    const present = this.#counts.intervalOf(now);
    return Array.from({ length: SERIES_MINUTES }, (_, i) => this.#counts.get(present - SERIES_MINUTES + 1 + i));
  }
}
