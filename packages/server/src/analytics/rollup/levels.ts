/**
 * The three grids on which facts are kept. A slot is the smallest interval with its own summary; a container is the stretch of slots
 * that is read and written at once: `minute` 60 slots of 60 s in an hour, `quarter` 96 slots of 15 min in a UTC day, `day` 28 to 31
 * UTC days in a calendar month. All times are ms since 1970, down to −6e13.
 */
export const LEVELS = ['minute', 'quarter', 'day'] as const;
export type Level = (typeof LEVELS)[number];

export const MINUTE_MS = 60_000;
export const QUARTER_MS = 900_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;
export const QUARTERS_PER_DAY = 96;

export const SLOT_MS: Readonly<Record<Level, number>> = { minute: MINUTE_MS, quarter: QUARTER_MS, day: DAY_MS };
/** Slots of the longest container. */
export const MAX_SLOTS: Readonly<Record<Level, number>> = { minute: 60, quarter: QUARTERS_PER_DAY, day: 31 };

/** Whole quarters since 1970. */
export const quarterOf = (t: number): number => Math.floor(t / QUARTER_MS);
/** Whole UTC days since 1970. */
export const dayOf = (t: number): number => Math.floor(t / DAY_MS);

export function containerOf(level: Level, t: number): number {
  if (level === 'minute') return Math.floor(t / HOUR_MS);
  return level === 'quarter' ? dayOf(t) : monthOfDay(dayOf(t));
}

/** The instant at which a container begins; the one of `container + 1` is its end. */
export function containerStart(level: Level, container: number): number {
  if (level === 'minute') return container * HOUR_MS;
  return (level === 'quarter' ? container : firstDayOfMonth(container)) * DAY_MS;
}

export function slotCount(level: Level, container: number): number {
  return level === 'day' ? firstDayOfMonth(container + 1) - firstDayOfMonth(container) : MAX_SLOTS[level];
}

/** The slot of `t` within its container. */
export function slotOf(level: Level, t: number): number {
  return Math.floor((t - containerStart(level, containerOf(level, t))) / SLOT_MS[level]);
}

/** The instant at which a slot begins; the one of `slot + 1` is its end. */
export function slotStart(level: Level, container: number, slot: number): number {
  return containerStart(level, container) + slot * SLOT_MS[level];
}

/** The containers that share an instant with [from, to), first and last; undefined when the range is empty. */
export function containersOver(level: Level, from: number, to: number): { readonly first: number; readonly last: number } | undefined {
  return from < to ? { first: containerOf(level, from), last: containerOf(level, to - 1) } : undefined;
}

/** The slots [from, to) of a container that lie wholly within [start, end); from ≥ to when there is none. */
export function slotsWithin(level: Level, container: number, start: number, end: number): { readonly from: number; readonly to: number } {
  const base = containerStart(level, container);
  const from = Math.max(0, Math.ceil((start - base) / SLOT_MS[level]));
  return { from, to: Math.min(slotCount(level, container), Math.floor((end - base) / SLOT_MS[level])) };
}

/** The quarter of `t` counted from the beginning of its UTC month: 0 to 2,975. */
export const quarterOfMonth = (t: number): number => quarterOf(t) - quarterOfMonthStart(containerOf('day', t));
/** Whole quarters from 1970 to the beginning of a month, a container of level `day`. */
export const quarterOfMonthStart = (month: number): number => firstDayOfMonth(month) * QUARTERS_PER_DAY;

/** Days since 1970 → months since January 1970 (H. Hinnant, "chrono-compatible low-level date algorithms": years begin in March). */
function monthOfDay(day: number): number {
  const shifted = day + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const year = Math.floor((dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365);
  const dayOfYear = dayOfEra - (365 * year + Math.floor(year / 4) - Math.floor(year / 100));
  return (era * 400 + year - 1970) * 12 + Math.floor((5 * dayOfYear + 2) / 153) + 2;
}

/** The inverse, for the first of the month. */
function firstDayOfMonth(month: number): number {
  const marchMonth = month - 2;
  const year = Math.floor(marchMonth / 12) + 1970;
  const era = Math.floor(year / 400);
  const yearOfEra = year - era * 400;
  const dayOfYear = Math.floor((153 * (marchMonth - Math.floor(marchMonth / 12) * 12) + 2) / 5);
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468;
}
