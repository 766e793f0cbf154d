import { type BucketPlan, planBuckets } from '../calendar/plan.ts';
import type { SeriesMeasure } from '../catalogue/ids.ts';
import { containerOf, containerStart, type Level, QUARTER_MS, quarterOfMonthStart, SLOT_MS } from '../rollup/levels.ts';
import { readNewcomers } from '../rollup/newcomers.ts';
import type { QueryStore } from './ports.ts';
import { RollupBuckets } from './rollup-buckets.ts';
import { needsOf } from './series.ts';
import { Unreadable } from './unreadable.ts';
import { type MeasuredBucket, measureAll } from './values.ts';
import { ZoneDays } from './zone-days.ts';

/** What cannot be read is not there, and named. */
export interface Kept {
  readonly buckets: readonly (MeasuredBucket | undefined)[];
  readonly unreadable: string | undefined;
}

/** Buckets as questions read them (`day`: days where they are whole, quarters at the ends), or from one finer level alone. */
export function keptAt(level: Level, measures: readonly SeriesMeasure[], scope: number, edges: Float64Array, store: QueryStore): Kept {
  if (edges.length < 2) return { buckets: [], unreadable: undefined };
  try {
    const buckets = new RollupBuckets(scope, edges.length - 1, needsOf(measures)).read(
      { rollups: store.rollups, zoneDays: new ZoneDays() },
      planOf(level, edges),
    );
    return { buckets: measureAll(measures, buckets, store), unreadable: undefined };
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    return { buckets: Array.from({ length: edges.length - 1 }, () => undefined), unreadable: error.message };
  }
}

function planOf(level: Level, edges: Float64Array): BucketPlan {
  if (level !== 'quarter') return planBuckets(edges, level === 'minute' ? 'minute' : 'quarter');
  const plan = planBuckets(edges, 'quarter');
  const [from, to] = [edges[0] ?? 0, edges.at(-1) ?? 0];
  const slotBuckets: BucketPlan['slotBuckets'] = (of, container, into) => {
    plan.intervalBuckets(containerStart(of, container), SLOT_MS[of], into);
    return true;
  };
  return { ...plan, runs: [{ level, first: containerOf(level, from), last: containerOf(level, to - 1) }], slotBuckets };
}

/** How many users are kept as those who wrote first in each bucket: what cohorts are made of. Undefined where that cannot be read. */
export function keptNewcomers(scope: number, edges: Float64Array, { rollups }: QueryStore): readonly (number | undefined)[] {
  const counts = Array.from({ length: edges.length - 1 }, () => 0);
  const [from, to] = [edges[0] ?? 0, edges.at(-1) ?? 0];
  for (const { container, chunk, body } of rollups.containers(
    'newcomers',
    scope,
    'day',
    containerOf('day', from),
    containerOf('day', to - 1),
  )) {
    const isRead = readNewcomers(chunk, body, (_, quarter) => {
      const t = (quarterOfMonthStart(container) + quarter) * QUARTER_MS;
      const at = edges.findLastIndex((edge) => edge <= t);
      if (t < to && counts[at] !== undefined) counts[at] += 1;
    });
    if (!isRead) return counts.map(() => undefined);
  }
  return counts;
}
