import { containerOf, containerStart, DAY_MS, HOUR_MS, MINUTE_MS, QUARTER_MS } from '../rollup/levels.ts';
import { dayStart, localDay, skippedDays } from './local-days.ts';
import type { Step } from './steps.ts';
import type { Zone } from './zone.ts';

/**
 * Where buckets begin and end. Law: edges rise, every instant lies in exactly one bucket, no bucket is empty; those of `15m` and coarser
 * are whole quarters of UTC, those of `1m` and `5m` whole minutes. Up to `1h` they are the same in every zone: a zone moves days, weeks and months. All times are whole
 * ms from EARLIEST to LATEST.
 */
interface Grid {
  /** The latest edge up to `t`. */
  floor(t: number): number;
  /** The first edge after `t`. */
  next(t: number): number;
  /** Buckets that share an instant with [from, to), from < to; of days from ≤ to. Takes no longer for a longer range. */
  count(from: number, to: number): number;
}

/** Edges of all buckets that share an instant with [from, to): one more than there are buckets. `from` < `to`, or of days `from` ≤ `to`. */
export function edges(step: Step, from: number, to: number, zone: Zone): Float64Array {
  const grid = gridOf(step, zone);
  const found = new Float64Array(grid.count(from, to) + 1);
  let edge = grid.floor(from);
  for (let index = 0; index < found.length; index += 1) {
    found[index] = edge;
    edge = grid.next(edge);
  }
  return found;
}

/** How many buckets `edges` would bound, without building them. */
export function countBuckets(step: Step, from: number, to: number, zone: Zone): number {
  return gridOf(step, zone).count(from, to);
}

/** The latest edge up to `t`. */
export function floorToEdge(step: Step, t: number, zone: Zone): number {
  return gridOf(step, zone).floor(t);
}

/** The first edge at or after `t`. */
export function ceilToEdge(step: Step, t: number, zone: Zone): number {
  const grid = gridOf(step, zone);
  const floor = grid.floor(t);
  return floor === t ? t : grid.next(t);
}

function gridOf(step: Step, zone: Zone): Grid {
  switch (step) {
    case '1s':
      return fixed(1000);
    case '1m':
      return fixed(MINUTE_MS);
    case '5m':
      return fixed(5 * MINUTE_MS);
    case '15m':
      return fixed(QUARTER_MS);
    case '1h':
      return fixed(HOUR_MS);
    case '1d':
      return days(zone);
    case '1w':
      return wholeDays(zone, weekOfDay, firstDayOfWeek);
    case '1M':
      return wholeDays(zone, monthOfDay, firstDayOfMonth);
  }
}

function fixed(stepMs: number): Grid {
  return {
    floor: (t) => Math.floor(t / stepMs) * stepMs,
    next: (t) => (Math.floor(t / stepMs) + 1) * stepMs,
    count: (from, to) => Math.ceil(to / stepMs) - Math.floor(from / stepMs),
  };
}

/** Runs of local days, numbered; no zone ever left out all days of one. */
function wholeDays(zone: Zone, unitOf: (day: number) => number, firstDay: (unit: number) => number): Grid {
  const unitAt = (t: number) => unitOf(localDay(zone, t));
  return {
    floor: (t) => dayStart(zone, firstDay(unitAt(t))),
    next: (t) => dayStart(zone, firstDay(unitAt(t) + 1)),
    count: (from, to) => unitAt(to - 1) - unitAt(from) + 1,
  };
}

function days(zone: Zone): Grid {
  const floor = (t: number) => dayStart(zone, localDay(zone, t));
  return {
    floor,
    next: (t) => {
      let day = localDay(zone, t) + 1;
      while (dayStart(zone, day) <= t) day += 1;
      return dayStart(zone, day);
    },
    count: (from, to) => {
      if (from === to) return 0;
      const first = localDay(zone, from);
      const last = localDay(zone, to - 1);
      return last - first + 1 - skippedDays(zone, first, last);
    },
  };
}

/** Weeks begin on Monday: week 0 with day 4, 1970-01-05. */
const weekOfDay = (day: number): number => Math.floor((day - 4) / 7);
const firstDayOfWeek = (week: number): number => week * 7 + 4;

const monthOfDay = (day: number): number => containerOf('day', day * DAY_MS);
const firstDayOfMonth = (month: number): number => containerStart('day', month) / DAY_MS;
