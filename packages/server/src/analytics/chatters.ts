import { HyperLogLog, TextHash } from '@hubbub/sketch';
import { IntervalCounts } from './interval-counts.ts';
import { Window } from './window.ts';

const SECOND_MS = 1000;
const WINDOW_SECONDS = 300;
const OVERFLOW_INTERVAL_MS = 10_000;
const OVERFLOW_INTERVALS = (WINDOW_SECONDS * SECOND_MS) / OVERFLOW_INTERVAL_MS + 1;
/** Distinct users of five minutes that are counted exactly. With ids of 128 characters they take about 12 MB. */
export const EXACT_CHATTERS = 32_768;

/**
 * Distinct users who wrote within the last five minutes: 300 seconds by the clock, the one in progress included.
 * Exact for EXACT_CHATTERS users; those beyond are estimated (HyperLogLog, standard error 0.81 %, edges of ten seconds), so that a
 * million made-up ids cost 0.5 MB. Each user is on one side only: while anyone is estimated, no newcomer is counted exactly.
 * All times are ForwardTime.
 */
export class Chatters {
  readonly #exactLimit: number;
  /** The second of each user's newest message. */
  readonly #lastSecond = new Map<string, number>();
  /** Goes round and round, looking for users who fell silent. */
  #round = this.#lastSecond.entries();
  /** How many users have their newest message in a second. */
  readonly #users = new IntervalCounts(SECOND_MS, WINDOW_SECONDS + 1);
  readonly #overflow = new Window({
    intervalMs: OVERFLOW_INTERVAL_MS,
    size: OVERFLOW_INTERVALS,
    make: () => new HyperLogLog(),
    clear: (sketch) => sketch.clear(),
  });
  readonly #hash = new TextHash();
  #overflowAt = Number.NEGATIVE_INFINITY;
  #sweptFor = Number.NEGATIVE_INFINITY;

  constructor(exactLimit = EXACT_CHATTERS) {
    this.#exactLimit = exactLimit;
  }

  /** `at` ≤ `now`: when the user wrote. */
  add(userId: string, at: number, now: number): void {
    const second = Math.floor(at / SECOND_MS);
    const oldest = Math.floor(now / SECOND_MS) - WINDOW_SECONDS + 1;
    if (second < oldest) return;
    const known = this.#lastSecond.get(userId);
    if (known === second) return;
    if (known !== undefined && known >= oldest) {
      if (known < second) this.#move(userId, known, second);
      return;
    }
    if (known !== undefined) this.#lastSecond.delete(userId);
    this.#dropSilent(oldest);
    if (this.#lastSecond.size >= this.#exactLimit || this.#isOverflowing(now)) this.#estimate(userId, at, now);
    else this.#enter(userId, second);
  }

  count(now: number): { readonly users: number; readonly isApproximate: boolean } {
    const exact = this.#users.sum(Math.floor(now / SECOND_MS), WINDOW_SECONDS);
    if (!this.#isOverflowing(now)) return { users: exact, isApproximate: false };
    const union = new HyperLogLog();
    this.#overflow.forEachOfLast(OVERFLOW_INTERVALS, now, (sketch) => {
      union.merge(sketch);
    });
    return { users: exact + Math.round(union.estimate()), isApproximate: true };
  }

  #enter(userId: string, second: number): void {
    this.#lastSecond.set(userId, second);
    this.#users.add(second, 1);
  }

  #move(userId: string, from: number, to: number): void {
    this.#users.add(from, -1);
    this.#enter(userId, to);
  }

  #estimate(userId: string, at: number, now: number): void {
    this.#overflowAt = now;
    this.#hash.update(userId);
    this.#overflow.at(at).add(this.#hash);
  }

  #isOverflowing(now: number): boolean {
    return now - this.#overflowAt < OVERFLOW_INTERVALS * OVERFLOW_INTERVAL_MS;
  }

  /** Forgets users silent for five minutes: two are looked at for every newcomer, and all, once a second at most, at the bound. */
  #dropSilent(oldest: number): void {
    const isFull = this.#lastSecond.size >= this.#exactLimit && this.#sweptFor !== oldest;
    if (isFull) this.#sweptFor = oldest;
    for (let left = isFull ? this.#lastSecond.size + 1 : 2; left > 0; left--) {
      const { done, value } = this.#round.next();
      if (done) this.#round = this.#lastSecond.entries();
      else if (value[1] < oldest) this.#lastSecond.delete(value[0]);
    }
  }
}
