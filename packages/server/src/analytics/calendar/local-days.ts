import { DAY_MS } from '../rollup/levels.ts';
import { offsetAt, offsetIndex, type Zone } from './zone.ts';

/** Local times are ms since 1970 as a local clock shows them; local days are whole days of those. */

/** No offset is larger. */
const FARTHEST_MS = DAY_MS;

/**
 * The first instant at which the local clock shows `local` or more: the earlier one where it shows it twice, the end of the gap where
 * it never does.
 */
export function firstInstant(zone: Zone, local: number): number {
  const { starts, offsets } = zone;
  const last = starts.length - 1;
  let index = offsetIndex(zone, local - FARTHEST_MS);
  while (index < last && (starts[index + 1] as number) + (offsets[index] as number) <= local) index += 1;
  return Math.max(starts[index] as number, local - (offsets[index] as number));
}

/** The instant at which a local day begins: its first, which is no midnight where a clock change took that. */
export function dayStart(zone: Zone, day: number): number {
  return firstInstant(zone, day * DAY_MS);
}

/**
 * The local day of an instant: the latest that has begun. A clock that is set back over midnight (St. John's, 1987 to 2011) comes back
 * into the day before; that hour belongs to the day that has begun.
 */
export function localDay(zone: Zone, t: number): number {
  const day = Math.floor((t + offsetAt(zone, t)) / DAY_MS);
  return dayStart(zone, day + 1) <= t ? day + 1 : day;
}

/** Local days within first … last that a zone left out (Apia: 2011-12-30): they begin where the next one does. */
export function skippedDays(zone: Zone, first: number, last: number): number {
  const { starts, offsets } = zone;
  let skipped = 0;
  for (let index = 1; index < starts.length; index += 1) {
    const start = starts[index] as number;
    const before = start + (offsets[index - 1] as number);
    const after = start + (offsets[index] as number);
    if (after - before < DAY_MS) continue;
    const from = Math.max(first, Math.ceil(before / DAY_MS));
    const to = Math.min(last, Math.floor(after / DAY_MS) - 1);
    skipped += Math.max(0, to - from + 1);
  }
  return skipped;
}
