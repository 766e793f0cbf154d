import { DAY_MS } from './calendar.ts';
import { between, type Chat } from './events.ts';
import { median } from './quantile.ts';

const BUCKET_MS = 10_000;
const BASELINE = 90;
const NEEDED = 60;

/** [start, end) in ms; `chats` are its messages, `baseline` those of the 90 buckets before. */
export interface Burst {
  readonly room: string;
  readonly start: number;
  readonly end: number;
  readonly chats: readonly Chat[];
  readonly baseline: readonly Chat[];
  readonly peakPerSecond: number;
}

/** The moments of a room, by time. */
export function burstsIn(chats: readonly Chat[]): Burst[] {
  const counts = new Map<number, number>();
  for (const { at } of chats) {
    const bucket = Math.floor(at / BUCKET_MS);
    counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
  }
  const bursts: Burst[] = [];
  let after = Number.NEGATIVE_INFINITY;
  for (const first of counts.keys()) {
    if (first < after) continue;
    const limit = limitBefore(first, counts, chats);
    let end = first;
    while ((counts.get(end) ?? 0) > limit) end += 1;
    if (end === first) continue;
    after = end;
    bursts.push(burst(first, end, counts, chats));
  }
  return bursts;
}

/** What a bucket must exceed to be of a run that starts here; infinite without enough buckets before. */
function limitBefore(first: number, counts: ReadonlyMap<number, number>, chats: readonly Chat[]): number {
  // Nothing below 9 exceeds it: saves the work for nearly all.
  if ((counts.get(first) ?? 0) <= 8) return Number.POSITIVE_INFINITY;
  const start = first * BUCKET_MS;
  const firstOfDay = between(chats, start - DAY_MS, start)[0]?.at ?? Number.POSITIVE_INFINITY;
  const buckets = Array.from({ length: BASELINE }, (_, k) => first - BASELINE + k);
  if (buckets.filter((bucket) => bucket * BUCKET_MS >= firstOfDay).length < NEEDED) return Number.POSITIVE_INFINITY;
  const values = buckets.map((bucket) => counts.get(bucket) ?? 0);
  const middle = median(values);
  const mad = median(values.map((value) => Math.abs(value - middle)));
  return middle + Math.max(12, 6 * Math.max(1.4826 * mad, Math.sqrt(middle), 1));
}

function burst(first: number, last: number, counts: ReadonlyMap<number, number>, chats: readonly Chat[]): Burst {
  const [start, end] = [first * BUCKET_MS, last * BUCKET_MS];
  const own = between(chats, start, end);
  const peak = Math.max(...Array.from({ length: last - first }, (_, k) => counts.get(first + k) ?? 0));
  const baseline = between(chats, start - BASELINE * BUCKET_MS, start);
  return { room: own[0]?.room ?? '', start, end, chats: own, baseline, peakPerSecond: peak / (BUCKET_MS / 1000) };
}
