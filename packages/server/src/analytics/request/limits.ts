import type { Step } from '../calendar/steps.ts';
import { DAY_MS, MINUTE_MS } from '../rollup/levels.ts';

/** How much one request may ask for, and how long fine steps can be asked for. */
export interface QueryLimits {
  readonly buckets: number;
  /** Buckets of a series with a ranked measure. */
  readonly rankedBuckets: number;
  /** Buckets of a series that names no step. */
  readonly defaultBuckets: number;
  /** Days of `active`. */
  readonly activeDays: number;
  /** Weeks of `retention`: its answer grows with their square. */
  readonly retentionWeeks: number;
  /** Items of `top`. */
  readonly items: number;
  readonly defaultItems: number;
  /** Milliseconds before now until which a step can be asked for; one that is not listed is kept for ever. */
  readonly ages: Readonly<Partial<Record<Step, number>>>;
  /** The same for ranked measures, in place of `ages`. */
  readonly rankedAges: Readonly<Partial<Record<Step, number>>>;
  /** Ages may be exceeded by this much: a request takes a moment, and clocks differ. */
  readonly graceMs: number;
}

/** An age in words: whole days, or else minutes. */
export const inWords = (ms: number): string => (ms % DAY_MS === 0 ? `${ms / DAY_MS} days` : `${ms / MINUTE_MS} minutes`);

export const QUERY_LIMITS: QueryLimits = {
  buckets: 2000,
  rankedBuckets: 366,
  defaultBuckets: 300,
  activeDays: 400,
  retentionWeeks: 1044,
  items: 100,
  defaultItems: 10,
  ages: { '1s': 15 * MINUTE_MS, '1m': 30 * DAY_MS, '5m': 30 * DAY_MS },
  rankedAges: { '1h': 30 * DAY_MS },
  graceMs: 5000,
};
