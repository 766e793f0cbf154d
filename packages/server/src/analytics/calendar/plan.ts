import { containerOf, containerStart, DAY_MS, dayOf, type Level, SLOT_MS, slotCount } from '../rollup/levels.ts';

/** In no bucket, or in one that is counted at another level. */
export const NO_BUCKET = -1;

/** Containers from `first` to `last`, both included. */
export interface ContainerRun {
  readonly level: Level;
  readonly first: number;
  readonly last: number;
}

/** `minute` for steps of less than 15 minutes. */
export type Grain = 'minute' | 'quarter';

/** Days of a zone that are read as wholes: day i is [edges[i], edges[i + 1]), and of bucket `buckets[i]` unless that is NO_BUCKET. */
export interface ZoneDayBuckets {
  readonly edges: Float64Array;
  readonly buckets: Int32Array;
}

/**
 * Which slots make up which bucket. With grain `quarter`: UTC days that lie wholly in one bucket at level `day`, the rest at level
 * `quarter`; with grain `minute` all at that level. Every slot of the range is counted once.
 */
export interface BucketPlan {
  /** As `edges` gives them; bucket i is [edges[i], edges[i + 1]). */
  readonly edges: Float64Array;
  readonly bucketCount: number;
  /** What is to be read: level `day` first, ascending within a level. */
  readonly runs: readonly ContainerRun[];
  /** What is to be read before these, if days of a zone are. */
  readonly zoneDays: ZoneDayBuckets | undefined;
  /** Whether any bucket has slots at more than one level, days of a zone counted as one. */
  readonly isMixed: boolean;
  /**
   * Writes the bucket of each slot of a container, NO_BUCKET where there is none at this level; beyond the container's last slot too.
   * False when that is all of them. `into`: MAX_SLOTS[level] elements.
   */
  slotBuckets(level: Level, container: number, into: Int32Array): boolean;
  /** The same at any level's grid, whatever is to be read: intervals of `intervalMs` from `start`. None may hold an edge inside. */
  intervalBuckets(start: number, intervalMs: number, into: Int32Array): void;
}

/**
 * `edges`: as the function of that name gives them for a step of this grain. Throws RangeError when an edge is off the grain's grid.
 * `zoneEdges`, with grain `quarter`: days of a zone that may be read as wholes. Those are that lie within a bucket and are no UTC days.
 */
export function planBuckets(edges: Float64Array, grain: Grain, zoneEdges?: Float64Array): BucketPlan {
  if (edges.some((edge) => edge % SLOT_MS[grain] !== 0)) throw new RangeError(`edges off the grid of a ${grain}`);
  const days = grain === 'minute' ? undefined : bucketOfDays(edges);
  const zoneDays = days === undefined || zoneEdges === undefined ? undefined : takeZoneDays(edges, zoneEdges, days);
  const runs = days === undefined ? [runBetween('minute', edges)] : runsOf(days);
  const intervalBuckets = (start: number, intervalMs: number, into: Int32Array) => fillIntervals(edges, start, intervalMs, into);
  const slotBuckets = (level: Level, container: number, into: Int32Array): boolean => {
    into.fill(NO_BUCKET);
    if (level === 'day') return days !== undefined && copyDays(days, container, into);
    const start = containerStart(level, container);
    const isRead = level === 'minute' ? days === undefined : days !== undefined && bucketOfDay(days, container) === NO_BUCKET;
    if (!isRead || start >= last(edges) || containerStart(level, container + 1) <= first(edges)) return false;
    intervalBuckets(start, SLOT_MS[level], into);
    return zoneDays === undefined || leaveOut(zoneDays, start, into);
  };
  const isMixed = days !== undefined && hasMixedBucket(edges, zoneDays);
  return { edges, bucketCount: edges.length - 1, runs, zoneDays, isMixed, slotBuckets, intervalBuckets };
}

/** Of a UTC day that days of a zone make up. */
const ALL_TAKEN = -2;

/**
 * The bucket of each UTC day from `firstDay`; NO_BUCKET for one that an edge splits, or that is not wholly within the range, or of which
 * days of a zone have a part.
 */
interface DayBuckets {
  readonly firstDay: number;
  readonly buckets: Int32Array;
}

function bucketOfDays(edges: Float64Array): DayBuckets {
  const firstDay = dayOf(first(edges));
  const buckets = new Int32Array(dayOf(last(edges) - 1) - firstDay + 1).fill(NO_BUCKET);
  for (let bucket = 0; bucket + 1 < edges.length; bucket += 1) {
    const from = Math.ceil(at(edges, bucket) / DAY_MS);
    const to = dayOf(at(edges, bucket + 1));
    if (from < to) buckets.fill(bucket, from - firstDay, to - firstDay);
  }
  return { firstDay, buckets };
}

/** Finds the days of a zone that are read as wholes, and takes their time from the UTC days. */
function takeZoneDays(edges: Float64Array, zoneEdges: Float64Array, { firstDay, buckets: ofDays }: DayBuckets): ZoneDayBuckets {
  const buckets = new Int32Array(Math.max(0, zoneEdges.length - 1)).fill(NO_BUCKET);
  const taken = new Float64Array(ofDays.length);
  for (let index = 0; index < buckets.length; index += 1) {
    const [start, end] = [at(zoneEdges, index), at(zoneEdges, index + 1)];
    const bucket = bucketAt(edges, start);
    const isWithin = start < end && bucket >= 0 && bucket + 1 < edges.length && end <= at(edges, bucket + 1);
    if (!isWithin || (start % DAY_MS === 0 && end % DAY_MS === 0)) continue;
    buckets[index] = bucket;
    for (let day = dayOf(start); day <= dayOf(end - 1); day += 1) {
      taken[day - firstDay] = (taken[day - firstDay] ?? 0) + partOfDay(day, start, end);
      ofDays[day - firstDay] = taken[day - firstDay] === partOfDay(day, first(edges), last(edges)) ? ALL_TAKEN : NO_BUCKET;
    }
  }
  return { edges: zoneEdges, buckets };
}

/** How much of a UTC day lies in [start, end), ms. */
const partOfDay = (day: number, start: number, end: number): number => Math.min(end, (day + 1) * DAY_MS) - Math.max(start, day * DAY_MS);

/** Takes the slots of a UTC day that days of a zone have. False when no other is left. */
function leaveOut({ edges, buckets }: ZoneDayBuckets, start: number, into: Int32Array): boolean {
  let index = bucketAt(edges, start);
  let isAny = false;
  for (let slot = 0; slot < into.length; slot += 1) {
    const t = start + slot * SLOT_MS.quarter;
    while (index + 1 < edges.length && at(edges, index + 1) <= t) index += 1;
    if (index >= 0 && (buckets[index] ?? NO_BUCKET) !== NO_BUCKET) into[slot] = NO_BUCKET;
    isAny ||= into[slot] !== NO_BUCKET;
  }
  return isAny;
}

function hasMixedBucket(edges: Float64Array, zoneDays: ZoneDayBuckets | undefined): boolean {
  const taken = new Float64Array(edges.length);
  zoneDays?.buckets.forEach((bucket, i) => {
    if (bucket !== NO_BUCKET) taken[bucket] = (taken[bucket] ?? 0) + at(zoneDays.edges, i + 1) - at(zoneDays.edges, i);
  });
  for (let bucket = 0; bucket + 1 < edges.length; bucket += 1) {
    const [from, to] = [at(edges, bucket), at(edges, bucket + 1)];
    if (taken[bucket] === to - from) continue;
    if (taken[bucket] !== 0) return true;
    if ((from % DAY_MS !== 0 || to % DAY_MS !== 0) && Math.ceil(from / DAY_MS) < dayOf(to)) return true;
  }
  return false;
}

const bucketOfDay = ({ firstDay, buckets }: DayBuckets, day: number): number => buckets[day - firstDay] ?? NO_BUCKET;

function copyDays(days: DayBuckets, month: number, into: Int32Array): boolean {
  const start = containerStart('day', month) / DAY_MS;
  let isAny = false;
  for (let slot = 0; slot < slotCount('day', month); slot += 1) {
    const bucket = bucketOfDay(days, start + slot);
    if (bucket < 0) continue;
    into[slot] = bucket;
    isAny = true;
  }
  return isAny;
}

function runsOf({ firstDay, buckets }: DayBuckets): ContainerRun[] {
  const months: ContainerRun[] = [];
  const splitDays: ContainerRun[] = [];
  for (let index = 0; index < buckets.length; index += 1) {
    if (buckets[index] === ALL_TAKEN) continue;
    if (buckets[index] === NO_BUCKET) extend(splitDays, 'quarter', firstDay + index);
    else extend(months, 'day', containerOf('day', (firstDay + index) * DAY_MS));
  }
  return [...months, ...splitDays];
}

function extend(runs: ContainerRun[], level: Level, container: number): void {
  const run = runs.at(-1);
  if (run !== undefined && container <= run.last + 1) runs[runs.length - 1] = { ...run, last: container };
  else runs.push({ level, first: container, last: container });
}

function runBetween(level: Level, edges: Float64Array): ContainerRun {
  return { level, first: containerOf(level, first(edges)), last: containerOf(level, last(edges) - 1) };
}

function fillIntervals(edges: Float64Array, start: number, intervalMs: number, into: Int32Array): void {
  let bucket = bucketAt(edges, start);
  for (let index = 0; index < into.length; index += 1) {
    const t = start + index * intervalMs;
    while (bucket + 1 < edges.length && at(edges, bucket + 1) <= t) bucket += 1;
    into[index] = bucket + 1 < edges.length ? bucket : NO_BUCKET;
  }
}

/** The bucket of `t`; NO_BUCKET before the first edge, the number of buckets after the last. */
function bucketAt(edges: Float64Array, t: number): number {
  let low = 0;
  let high = edges.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (at(edges, middle) <= t) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

const at = (edges: Float64Array, index: number): number => edges[index] as number;
const first = (edges: Float64Array): number => at(edges, 0);
const last = (edges: Float64Array): number => at(edges, edges.length - 1);
