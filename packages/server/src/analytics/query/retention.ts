import { edges } from '../calendar/edges.ts';
import { weekLabel } from '../calendar/labels.ts';
import type { Zone } from '../calendar/zone.ts';
import { shown } from '../digits.ts';
import type { RangeRequest } from '../request/requests.ts';
import { containerOf, QUARTER_MS, quarterOfMonthStart } from '../rollup/levels.ts';
import { readNewcomers } from '../rollup/newcomers.ts';
import { CHUNK_USERS } from '../rollup/user-body.ts';
import { planDays } from './planned.ts';
import { isoTime, partialAt, remarks, type Source } from './source.ts';
import { readUsers } from './users.ts';

const NO_COHORT = -1;

/**
 * Of those whose first message lies in a week of the range, the share that wrote in each week from then to the end of the range, as far
 * as these have begun. Weeks without newcomers are left out.
 */
export function retention({ from, to, tz }: RangeRequest, zone: Zone, source: Source): object {
  const weeks = edges('1w', from, to, zone);
  const count = weeks.length - 1;
  const { cohortOf, sizes } = readCohorts(weeks, source);
  const seen = readUsers(source, planDays(weeks, source)).countGroups(cohortOf, count);
  const begun = weeks.subarray(0, count).filter((week) => week <= source.now).length;
  const cohorts: object[] = [];
  sizes.forEach((size, cohort) => {
    if (size === 0) return;
    const retained = Array.from({ length: begun - cohort }, (_, k) => shown((seen[cohort * count + cohort + k] ?? 0) / size));
    cohorts.push({ week: weekLabel(zone, weeks[cohort] ?? 0), size, retained });
  });
  return { from: isoTime(from), to: isoTime(to), tz, cohorts, ...remarks(source, { from, to }), ...partialAt(source, to) };
}

interface Cohorts {
  /** By chunk: the week of each user's first message; NO_COHORT where that is none of the weeks. */
  readonly cohortOf: ReadonlyMap<number, Int32Array>;
  /** By week. */
  readonly sizes: Float64Array;
}

function readCohorts(weeks: Float64Array, { rollups, scope }: Source): Cohorts {
  const [from, to] = [weeks[0] ?? 0, weeks.at(-1) ?? 0];
  const cohortOf = new Map<number, Int32Array>();
  const sizes = new Float64Array(weeks.length - 1);
  let week = 0;
  for (const { container, chunk, body } of rollups.containers(
    'newcomers',
    scope,
    'day',
    containerOf('day', from),
    containerOf('day', to - 1),
  )) {
    const firstQuarter = quarterOfMonthStart(container);
    const own = cohortOf.get(chunk) ?? new Int32Array(CHUNK_USERS).fill(NO_COHORT);
    cohortOf.set(chunk, own);
    const isRead = readNewcomers(chunk, body, (user, quarter) => {
      const t = (firstQuarter + quarter) * QUARTER_MS;
      if (t < from || t >= to) return;
      while (t >= (weeks[week + 1] ?? Number.POSITIVE_INFINITY)) week++;
      while (t < (weeks[week] ?? Number.NEGATIVE_INFINITY)) week--;
      own[user % CHUNK_USERS] = week;
    });
    if (!isRead) throw new Error(`unreadable newcomers of month ${container}: recount`);
  }
  for (const own of cohortOf.values()) for (const cohort of own) if (cohort !== NO_COHORT) sizes[cohort] = (sizes[cohort] ?? 0) + 1;
  return { cohortOf, sizes };
}
