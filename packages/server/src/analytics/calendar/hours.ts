import { HOUR_MS } from '../rollup/levels.ts';
import { offsetIndex, type Zone } from './zone.ts';

/**
 * Local hours. Edges are the instants at which the local clock shows a whole hour, and each change of the clock by other than whole
 * hours (Lord Howe's summer time, Kathmandu in 1986). So a repeated hour is two buckets, a skipped one none, and every bucket has an
 * hour, except one or two at a change of the other kind, which have less.
 */

/** The latest edge up to `t`. */
export function hourStart(zone: Zone, t: number): number {
  const index = offsetIndex(zone, t);
  const offset = zone.offsets[index] as number;
  const whole = Math.floor((t + offset) / HOUR_MS) * HOUR_MS - offset;
  return isEdge(zone, index) ? Math.max(whole, zone.starts[index] as number) : whole;
}

/** The first edge after `t`. */
export function nextHour(zone: Zone, t: number): number {
  const index = offsetIndex(zone, t);
  const offset = zone.offsets[index] as number;
  const whole = (Math.floor((t + offset) / HOUR_MS) + 1) * HOUR_MS - offset;
  return isEdge(zone, index + 1) ? Math.min(whole, zone.starts[index + 1] as number) : whole;
}

/** How many hours share an instant with [from, to). */
export function countHours(zone: Zone, from: number, to: number): number {
  const { starts, offsets } = zone;
  let count = 1;
  let since = from;
  let index = offsetIndex(zone, from);
  for (; index + 1 < starts.length && (starts[index + 1] as number) < to; index += 1) {
    if (!isEdge(zone, index + 1)) continue;
    const change = starts[index + 1] as number;
    count += wholeHoursBetween(since, change, offsets[index] as number) + 1;
    since = change;
  }
  return count + wholeHoursBetween(since, to, offsets[index] as number);
}

/** Whether the beginning of the offset of this index moves the whole hours. */
function isEdge({ offsets }: Zone, index: number): boolean {
  if (index === 0 || index >= offsets.length) return false;
  return ((offsets[index] as number) - (offsets[index - 1] as number)) % HOUR_MS !== 0;
}

/** Whole local hours after `from` and before `to`. */
function wholeHoursBetween(from: number, to: number, offset: number): number {
  return Math.ceil((to + offset) / HOUR_MS) - Math.floor((from + offset) / HOUR_MS) - 1;
}
