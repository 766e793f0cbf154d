import { DAY_MS, HOUR_MS, QUARTER_MS, QUARTERS_PER_DAY } from '../rollup/levels.ts';
import { offsetIndex, type Zone } from './zone.ts';

/** Cells of a heat map: ISO weekday − 1, times 24, plus the hour. */
export const WEEK_CELLS = 168;
/** 1970-01-01 was a Thursday. */
const FIRST_CELL = 3 * 24;

/** Writes the cell of each quarter of a UTC day (days since 1970) by the local clock. `into`: 96 elements. */
export function weekCells(zone: Zone, day: number, into: Uint8Array): void {
  const { starts, offsets } = zone;
  const dayStart = day * DAY_MS;
  let index = offsetIndex(zone, dayStart);
  for (let quarter = 0; quarter < QUARTERS_PER_DAY; quarter += 1) {
    const t = dayStart + quarter * QUARTER_MS;
    if (index + 1 < starts.length && (starts[index + 1] as number) <= t) index += 1;
    const cell = (Math.floor((t + (offsets[index] as number)) / HOUR_MS) + FIRST_CELL) % WEEK_CELLS;
    into[quarter] = cell < 0 ? cell + WEEK_CELLS : cell;
  }
}
