import { isMaxColumn, KIND } from '../rollup/columns.ts';
import { DAY_MS, slotCount, slotOf } from '../rollup/levels.ts';
import { PendingSlots, type SegmentKind } from '../rollup/pending-slots.ts';
import type { RollupWriter } from '../rollup/port.ts';
import type { Segment } from '../rollup/slot-body.ts';
import { entryKey, userOfEntry } from '../rollup/user-body.ts';
import { type Body, COUNTS, QUANTILES, RANKED, segmentsOf } from './compare-slots.ts';
import { entriesOf } from './compare-users.ts';

/** Days since 1970, all of one month. */
type Days = readonly number[];

/** What the containers of level `day` of some days hold if those of level `quarter` are right. */
export function countsOfDays(rollups: RollupWriter, scope: number, days: Days): Body {
  return merged(
    COUNTS,
    days,
    (day) => quarterBody(rollups, 'counts', scope, day),
    (into, { columns }) => {
      columns.forEach((value, column) => {
        const present = into.columns[column] ?? 0;
        into.columns[column] = isMaxColumn(column) ? Math.max(present, value) : present + value;
      });
    },
  );
}

export function quantilesOfDays(rollups: RollupWriter, scope: number, days: Days): Body {
  return merged(
    QUANTILES,
    days,
    (day) => quarterBody(rollups, 'quantiles', scope, day),
    (into, { kinds, latencyMax }) => {
      kinds.forEach((bins, kind) => void bins.forEach((bin, weight) => void into.kinds[kind]?.add(bin, weight)));
      if (kinds[KIND.latency]?.isEmpty === false) into.latencyMax = Math.max(into.latencyMax, latencyMax);
    },
  );
}

/** The allowances add up as the totals do, so that their bound stays (Agarwal et al., "Mergeable Summaries", 2013). */
export function rankedOfDays(rollups: RollupWriter, family: 'terms' | 'emoji', scope: number, days: Days): Body {
  return merged(
    RANKED,
    days,
    (day) => quarterBody(rollups, family, scope, day),
    (into, segment) => {
      const total = into.total + segment.total;
      segment.counts.forEach((number, count) => void into.add(number, count));
      into.total = total;
      into.allowance += segment.allowance;
    },
  );
}

/** By `entryKey` of level `day`. */
export function usersOfDays(
  rollups: RollupWriter,
  family: 'users' | 'rooms',
  scope: number,
  chunk: number,
  days: Days,
): Map<number, number> {
  const messages = new Map<number, number>();
  for (const day of days) {
    const slot = slotOf('day', day * DAY_MS);
    for (const [key, count] of entriesOf(rollups.get({ family, scope, level: 'quarter', container: day, chunk })) ?? []) {
      const own = entryKey(userOfEntry(0, key), slot);
      messages.set(own, (messages.get(own) ?? 0) + count);
    }
  }
  return messages;
}

/** All days of a month, a container of level `day`, whose first is `firstDay`. */
export const daysOfMonth = (month: number, firstDay: number): Days =>
  Array.from({ length: slotCount('day', month) }, (_, i) => firstDay + i);

const quarterBody = (rollups: RollupWriter, family: 'counts' | 'quantiles' | 'terms' | 'emoji', scope: number, day: number): Body =>
  rollups.get({ family, scope, level: 'quarter', container: day, chunk: 0 });

function merged<S extends Segment>(
  kind: SegmentKind<S>,
  days: Days,
  bodyOf: (day: number) => Body,
  add: (into: S, segment: S) => void,
): Body {
  const container = new PendingSlots(kind, undefined);
  for (const day of days) {
    const segments = segmentsOf(kind, bodyOf(day)) ?? [];
    if (segments.length === 0) continue;
    const into = container.change(slotOf('day', day * DAY_MS));
    for (const [, segment] of segments) add(into, segment);
  }
  return container.settle().body;
}
