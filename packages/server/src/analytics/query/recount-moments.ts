import { calmBucket } from '../derive/calm-bucket.ts';
import { MOMENT_BUCKET_MS, MOMENT_MEMORY, MomentScan, type MomentSpan } from '../derive/moment-scan.ts';
import type { QueryStore } from './ports.ts';

/** More are not looked at. */
const MOST_KEPT = 100_000;
/** A moment that ended later may be growing. */
const GROWING_BUCKETS = 6;

interface Asked {
  readonly room: number | undefined;
  readonly edges: Float64Array;
  readonly now: number;
}

/** How many moments begin in a bucket, how long they are and how much was said in them: of any room, and no room is named. */
export interface MomentSums {
  readonly count: number;
  readonly seconds: number;
  readonly messages: number;
}

const NONE: MomentSums = { count: 0, seconds: 0, messages: 0 };

/** What is kept of the moments of each bucket, of those that are over. */
export function keptMoments({ room, edges, now }: Asked, store: QueryStore): MomentSums[] {
  return sumsOf(edges, now, store.moments(room, edges[0] ?? 0, edges.at(-1) ?? 0, MOST_KEPT));
}

/** The same from the stored messages. Yields after each read of a day of a room. */
export function* recountMoments({ room, edges, now }: Asked, store: QueryStore): Generator<void, MomentSums[]> {
  const [from, to] = [edges[0] ?? 0, edges.at(-1) ?? 0];
  const found: MomentSpan[] = [];
  for (const each of room === undefined ? store.roomsBetween(from, to) : [room])
    for (const span of yield* momentsOf(each, bucketOf(from), bucketOf(to), bucketOf(now), store)) found.push(span);
  return sumsOf(edges, now, found);
}

const bucketOf = (t: number): number => Math.ceil(t / MOMENT_BUCKET_MS);

/** Those that start in [from, to), as far as they go on up to `end`. */
function* momentsOf(room: number, from: number, to: number, end: number, { history }: QueryStore): Generator<void, readonly MomentSpan[]> {
  const scan = MomentScan.at(room, calmBucket(room, from, history), history);
  const spans = new Map<number, MomentSpan>();
  const keep = (span: MomentSpan): unknown => spans.set(span.startBucket, span);
  while (scan.next < Math.min(to, end) || (scan.isOpen && scan.next < end)) {
    const readTo = Math.min(end, scan.next + MOMENT_MEMORY);
    for (const { bucket, count } of history.counts(room, scan.next, readTo)) {
      scan.closeSilent(bucket, keep);
      scan.close(count, keep);
    }
    scan.closeSilent(readTo, keep);
    yield;
  }
  return [...spans.values()].filter(({ startBucket }) => startBucket >= from && startBucket < to);
}

function sumsOf(edges: Float64Array, now: number, moments: readonly MomentSpan[]): MomentSums[] {
  const sums = Array.from({ length: edges.length - 1 }, () => NONE);
  const over = bucketOf(now) - GROWING_BUCKETS;
  for (const { startBucket, endBucket, messages } of moments) {
    if (endBucket > over) continue;
    const at = edges.findLastIndex((edge) => edge <= startBucket * MOMENT_BUCKET_MS);
    const { count, seconds, messages: before } = sums[at] ?? NONE;
    const longer = ((endBucket - startBucket) * MOMENT_BUCKET_MS) / 1000;
    if (at >= 0 && at < sums.length) sums[at] = { count: count + 1, seconds: seconds + longer, messages: before + messages };
  }
  return sums;
}
