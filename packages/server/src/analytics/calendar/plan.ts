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
  /** Whether any bucket has slots at both levels. */
  readonly isMixed: boolean;
  /**
   * Writes the bucket of each slot of a container, NO_BUCKET where there is none at this level; beyond the container's last slot too.
   * False when that is all of them. `into`: MAX_SLOTS[level] elements.
   */
  slotBuckets(level: Level, container: number, into: Int32Array): boolean;
  /** The same at any level's grid, whatever is to be read: intervals of `intervalMs` from `start`. None may hold an edge inside. */
  intervalBuckets(start: number, intervalMs: number, into: Int32Array): void;
}

/** `edges`: as the function of that name gives them for a step of this grain. Throws RangeError when an edge is off the grain's grid. */
export function planBuckets(edges: Float64Array, grain: Grain): BucketPlan {
  if (edges.some((edge) => edge % SLOT_MS[grain] !== 0)) throw new RangeError(`edges off the grid of a ${grain}`);
  const days = grain === 'minute' ? undefined : bucketOfDays(edges);
  const runs = days === undefined ? [runBetween('minute', edges)] : runsOf(days);
  const intervalBuckets = (start: number, intervalMs: number, into: Int32Array) => fillIntervals(edges, start, intervalMs, into);
  const slotBuckets = (level: Level, container: number, into: Int32Array): boolean => {
    into.fill(NO_BUCKET);
    if (level === 'day') return days !== undefined && copyDays(days, container, into);
    const start = containerStart(level, container);
    const isRead = level === 'minute' ? days === undefined : days !== undefined && bucketOfDay(days, container) === NO_BUCKET;
    if (!isRead || start >= last(edges) || containerStart(level, container + 1) <= first(edges)) return false;
    intervalBuckets(start, SLOT_MS[level], into);
    return true;
  };
  return { edges, bucketCount: edges.length - 1, runs, isMixed: days !== undefined && hasMixedBucket(edges), slotBuckets, intervalBuckets };
}

/** The bucket of each UTC day from `firstDay`; NO_BUCKET for one that an edge splits, or that is not wholly within the range. */
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

function hasMixedBucket(edges: Float64Array): boolean {
  for (let bucket = 0; bucket + 1 < edges.length; bucket += 1) {
    const [from, to] = [at(edges, bucket), at(edges, bucket + 1)];
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
    into[slot] = bucket;
    isAny ||= bucket !== NO_BUCKET;
  }
  return isAny;
}

function runsOf({ firstDay, buckets }: DayBuckets): ContainerRun[] {
  const months: ContainerRun[] = [];
  const splitDays: ContainerRun[] = [];
  for (let index = 0; index < buckets.length; index += 1) {
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
