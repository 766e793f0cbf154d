import { type BucketPlan, planBuckets } from '../calendar/plan.ts';
import { DAY_MS, HOUR_MS, MAX_SLOTS, slotCount } from '../rollup/levels.ts';
import { ALL_ROOMS } from '../rollup/port.ts';
import type { DayFamily } from './day-bodies.ts';
import type { Source } from './source.ts';
import { Unreadable } from './unreadable.ts';

/** With the hour that the end of summer time adds. */
const LONGEST_DAY_MS = DAY_MS + HOUR_MS;

/** What is read of a scope. */
export type Read = Pick<Source, 'rollups' | 'scope' | 'zoneDays'>;

/** Shows all that a plan names of a family, in the order of time within each part of the plan. `add` says whether a body could be read. */
export function readPlanned(
  { rollups, scope, zoneDays }: Read,
  plan: BucketPlan,
  family: DayFamily,
  add: (chunk: number, body: Uint8Array, bucketOfSlot: Int32Array) => boolean,
): void {
  if (plan.zoneDays !== undefined) zoneDays.read(family, plan.zoneDays, rollups, add);
  for (const { level, first, last } of plan.runs) {
    const slots = new Int32Array(MAX_SLOTS[level]);
    let present = Number.NaN;
    let isWanted = false;
    let isWhole = false;
    for (const { container, chunk, body } of rollups.containers(family, scope, level, first, last)) {
      if (container !== present) {
        isWanted = plan.slotBuckets(level, container, slots);
        isWhole = isWanted && level === 'day' && isOneBucket(slots, slotCount('day', container));
      }
      present = container;
      const merged = isWhole ? zoneDays.months.of(family, scope, chunk, body) : undefined;
      if (isWanted && !add(chunk, merged ?? body, slots)) throw new Unreadable(`unreadable ${family} of ${level} ${container}: recount`);
    }
  }
}

function isOneBucket(slots: Int32Array, count: number): boolean {
  for (let slot = 0; slot < count; slot++) if (slots[slot] !== slots[0]) return false;
  return true;
}

/**
 * Buckets of days of a zone and longer. Of all rooms together, stretches that are over and would have to be read by their quarters are
 * read as wholes: the days, where each is a bucket; else the two parts of each UTC day that an edge splits. What a single room has of
 * its quarters is little.
 */
export function planDays(bounds: Float64Array, { scope, completeUntil }: Source): BucketPlan {
  if (scope !== ALL_ROOMS) return planBuckets(bounds, 'quarter');
  return planBuckets(
    bounds,
    'quarter',
    stretchEdges(bounds).filter((edge) => edge <= completeUntil),
  );
}

/** Where stretches begin and end that are worth to be read as wholes, ascending. */
export function stretchEdges(bounds: Float64Array): Float64Array {
  const found: number[] = [];
  const put = (edge: number): void => {
    if (edge > (found.at(-1) ?? Number.NEGATIVE_INFINITY)) found.push(edge);
  };
  for (const [i, edge] of bounds.entries()) {
    const isAfterDay = i > 0 && edge - (bounds[i - 1] ?? 0) <= LONGEST_DAY_MS;
    const isBeforeDay = i + 1 < bounds.length && (bounds[i + 1] ?? 0) - edge <= LONGEST_DAY_MS;
    if (!isAfterDay) put(Math.max(bounds[0] ?? 0, Math.floor(edge / DAY_MS) * DAY_MS));
    put(edge);
    if (!isBeforeDay) put(Math.min(bounds.at(-1) ?? 0, Math.ceil(edge / DAY_MS) * DAY_MS));
  }
  return Float64Array.from(found);
}
