import { WEEK_CELLS, weekCells } from '../calendar/week-cells.ts';
import type { Zone } from '../calendar/zone.ts';
import type { RangeRequest } from '../request/requests.ts';
import { COLUMN } from '../rollup/columns.ts';
import { CountsAccumulator } from '../rollup/counts-accumulator.ts';
import { containersOver, QUARTERS_PER_DAY, slotsWithin } from '../rollup/levels.ts';
import { isoTime, partialAt, remarks, type Source } from './source.ts';

const HOURS = 24;

/** Messages by weekday and hour. */
export function heatmap({ from, to, tz }: RangeRequest, zone: Zone, source: Source): object {
  const counts = new CountsAccumulator(WEEK_CELLS);
  const cells = new Uint8Array(QUARTERS_PER_DAY);
  const slots = new Int32Array(QUARTERS_PER_DAY);
  const days = containersOver('quarter', from, to);
  for (const { container, body } of days === undefined
    ? []
    : source.rollups.containers('counts', source.scope, 'quarter', days.first, days.last)) {
    weekCells(zone, container, cells);
    const wanted = slotsWithin('quarter', container, from, to);
    slots.fill(-1);
    for (let slot = wanted.from; slot < wanted.to; slot++) slots[slot] = cells[slot] ?? -1;
    if (!counts.add(body, slots)) throw new Error(`unreadable counts of quarter ${container}: recount`);
  }
  const rows = Array.from({ length: WEEK_CELLS / HOURS }, (_, day) =>
    Array.from({ length: HOURS }, (_hour, hour) => counts.value(day * HOURS + hour, COLUMN.messages)),
  );
  return { from: isoTime(from), to: isoTime(to), tz, cells: rows, ...remarks(source, { from, to }), ...partialAt(source, to) };
}
