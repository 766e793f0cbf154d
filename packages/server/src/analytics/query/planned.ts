import { edges } from '../calendar/edges.ts';
import { type BucketPlan, planBuckets } from '../calendar/plan.ts';
import type { Zone } from '../calendar/zone.ts';
import { MAX_SLOTS } from '../rollup/levels.ts';
import { ALL_ROOMS } from '../rollup/port.ts';
import type { DayFamily } from './day-bodies.ts';
import type { Source } from './source.ts';
import { Unreadable } from './unreadable.ts';

/** What is read of a scope. */
export type Read = Pick<Source, 'rollups' | 'scope'> & { readonly store: Pick<Source['store'], 'zoneDays'> };

/** Shows all that a plan names of a family, in the order of time within each part of the plan. `add` says whether a body could be read. */
export function readPlanned(
  { rollups, scope, store }: Read,
  plan: BucketPlan,
  family: DayFamily,
  add: (chunk: number, body: Uint8Array, bucketOfSlot: Int32Array) => boolean,
): void {
  if (plan.zoneDays !== undefined) store.zoneDays.read(family, plan.zoneDays, rollups, add);
  for (const { level, first, last } of plan.runs) {
    const slots = new Int32Array(MAX_SLOTS[level]);
    let present = Number.NaN;
    let isWanted = false;
    for (const { container, chunk, body } of rollups.containers(family, scope, level, first, last)) {
      if (container !== present) isWanted = plan.slotBuckets(level, container, slots);
      present = container;
      if (isWanted && !add(chunk, body, slots)) throw new Unreadable(`unreadable ${family} of ${level} ${container}: recount`);
    }
  }
}

/**
 * Buckets of days and longer: of all rooms together days of the zone that are over are read as wholes. What a single room has of each
 * quarter is little.
 */
export function planDays(bounds: Float64Array, zone: Zone, { scope, completeUntil }: Source): BucketPlan {
  const [from, to] = [bounds[0] ?? 0, Math.min(bounds.at(-1) ?? 0, completeUntil)];
  if (scope !== ALL_ROOMS || from >= to) return planBuckets(bounds, 'quarter');
  const days = edges('1d', from, to, zone);
  return planBuckets(
    bounds,
    'quarter',
    days.filter((day) => day <= to),
  );
}
