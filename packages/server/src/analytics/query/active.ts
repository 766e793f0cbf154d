import { dayStart, localDay } from '../calendar/local-days.ts';
import type { Zone } from '../calendar/zone.ts';
import { shown } from '../digits.ts';
import type { RangeRequest } from '../request/requests.ts';
import { DAY_MS } from '../rollup/levels.ts';
import { planDays } from './planned.ts';
import { isoTime, partialAt, remarks, type Source } from './source.ts';
import { readUsers } from './users.ts';

const WEEK = 7;
const MONTH = 28;

/** Distinct chatters of each local day, and of the 7 and 28 that end with it. */
export function active({ from, to, tz }: RangeRequest, zone: Zone, source: Source): object {
  const firstDay = localDay(zone, from);
  const first = firstDay - MONTH + 1;
  // By calendar days: one that the zone left out is a bucket without time, and still a day of the trailing ones.
  const edges = Float64Array.from({ length: localDay(zone, to - 1) - first + 2 }, (_, i) => dayStart(zone, first + i));
  const users = readUsers(source, planDays(edges, source));
  const [ofDays, wau, mau] = [users.trailing(1), users.trailing(WEEK), users.trailing(MONTH)];
  const days: object[] = [];
  for (let bucket = MONTH - 1; bucket + 1 < edges.length; bucket++) {
    const end = edges[bucket + 1] ?? 0;
    if (edges[bucket] === end) continue;
    const dau = ofDays[bucket] ?? 0;
    const ofMonth = mau[bucket] ?? 0;
    const day = isoTime((first + bucket) * DAY_MS).slice(0, 10);
    days.push({
      day,
      dau,
      wau: wau[bucket],
      mau: ofMonth,
      stickiness: ofMonth === 0 ? 0 : shown(dau / ofMonth),
      ...partialAt(source, end),
    });
  }
  return { from: isoTime(from), to: isoTime(to), tz, days, ...remarks(source, { from: edges[0] ?? from, to }) };
}
