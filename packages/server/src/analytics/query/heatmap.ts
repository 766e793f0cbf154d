import { WEEK_CELLS, weekCells } from '../calendar/week-cells.ts';
import type { Zone } from '../calendar/zone.ts';
import type { RangeRequest } from '../request/requests.ts';
import { messagesIn } from '../rollup/counts-segment.ts';
import { containersOver, QUARTERS_PER_DAY, slotsWithin } from '../rollup/levels.ts';
import { SlotDirectory } from '../rollup/slot-body.ts';
import { isoTime, partialAt, remarks, type Source } from './source.ts';

const HOURS = 24;

/** Messages by weekday and hour. */
export function heatmap({ from, to, tz }: RangeRequest, zone: Zone, source: Source): object {
  const messages = new Float64Array(WEEK_CELLS);
  const cells = new Uint8Array(QUARTERS_PER_DAY);
  const directory = new SlotDirectory();
  const days = containersOver('quarter', from, to);
  for (const { container, body } of days === undefined
    ? []
    : source.rollups.containers('counts', source.scope, 'quarter', days.first, days.last)) {
    weekCells(zone, container, cells);
    const wanted = slotsWithin('quarter', container, from, to);
    const isRead = directory.open(body) && addMessages(body, directory, wanted, cells, messages);
    if (!isRead) throw new Error(`unreadable counts of quarter ${container}: recount`);
  }
  const rows = Array.from({ length: WEEK_CELLS / HOURS }, (_, day) =>
    Array.from({ length: HOURS }, (_hour, hour) => messages[day * HOURS + hour] ?? 0),
  );
  return { from: isoTime(from), to: isoTime(to), tz, cells: rows, ...remarks(source, { from, to }), ...partialAt(source, to) };
}

/** Of the wanted slots, each to its cell. False when a segment cannot be read. */
function addMessages(
  body: Uint8Array,
  directory: SlotDirectory,
  wanted: { readonly from: number; readonly to: number },
  cells: Uint8Array,
  into: Float64Array,
): boolean {
  for (let i = 0; i < directory.length; i++) {
    const slot = directory.slotAt(i);
    if (slot < wanted.from || slot >= wanted.to) continue;
    const found = messagesIn(body, directory.startAt(i), directory.startAt(i + 1));
    if (found === undefined) return false;
    const cell = cells[slot] ?? 0;
    into[cell] = (into[cell] ?? 0) + found;
  }
  return true;
}
