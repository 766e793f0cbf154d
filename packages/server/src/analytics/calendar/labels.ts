import { DAY_MS } from '../rollup/levels.ts';
import { localDay } from './local-days.ts';
import type { Zone } from './zone.ts';

/** The local day of an instant, `2005-01-03`. */
export function dayLabel(zone: Zone, t: number): string {
  return new Date(localDay(zone, t) * DAY_MS).toISOString().slice(0, 10);
}

/** The local ISO week of an instant, `2005-W01`: weeks begin on Monday and belong to the year of their Thursday. */
export function weekLabel(zone: Zone, t: number): string {
  const day = localDay(zone, t);
  const thursday = Math.floor((day - 4) / 7) * 7 + 7;
  const year = new Date(thursday * DAY_MS).getUTCFullYear();
  const week = Math.floor((thursday - Date.UTC(year, 0, 1) / DAY_MS) / 7) + 1;
  return `${year}-W${String(week).padStart(2, '0')}`;
}
