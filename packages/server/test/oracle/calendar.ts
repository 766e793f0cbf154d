export const STEPS = ['1s', '1m', '5m', '15m', '1h', '1d', '1w', '1M'] as const;
export type Step = (typeof STEPS)[number];

const SECOND_MS = 1000;
const QUARTER_MS = 900 * SECOND_MS;
export const DAY_MS = 96 * QUARTER_MS;
/** Longer than any month, week or day with its clock changes. */
const LONGEST_MS = 33 * DAY_MS;
/** A clock that goes back over midnight shows yesterday again for less than this. */
const SHOWN_AGAIN_QUARTERS = 12;

const FIXED_MS: Partial<Record<Step, number>> = {
  '1s': SECOND_MS,
  '1m': 60 * SECOND_MS,
  '5m': 300 * SECOND_MS,
  '15m': QUARTER_MS,
  '1h': 4 * QUARTER_MS,
};

/** What the clocks of a zone show. `date`: 2005-01-03. */
export interface LocalTime {
  readonly date: string;
  readonly hour: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();
const shown = new Map<string, Map<number, LocalTime>>();
const days = new Map<string, Map<number, string>>();

function memo<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const made = make();
  map.set(key, made);
  return made;
}

/** Asked of Intl, once a minute and zone. Throws RangeError for an unknown zone. */
export function localTime(at: number, tz: string): LocalTime {
  const minute = Math.floor(at / 60_000);
  const ofZone = memo(shown, tz, () => new Map<number, LocalTime>());
  return memo(ofZone, minute, () => readClock(minute * 60_000, tz));
}

function readClock(at: number, timeZone: string): LocalTime {
  const format = memo(
    formats,
    timeZone,
    () =>
      new Intl.DateTimeFormat('en-US', {
        timeZone,
        calendar: 'iso8601',
        numberingSystem: 'latn',
        hourCycle: 'h23',
        year: 'numeric',
        month: '2-digit',
        day: '2-digit',
        hour: '2-digit',
      }),
  );
  const parts = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]));
  return { date: `${String(parts.year).padStart(4, '0')}-${parts.month}-${parts.day}`, hour: Number(parts.hour) };
}

/** The day that an instant belongs to: the latest date shown so far, so that a day is one stretch even where clocks go back over midnight. */
export function dayOf(at: number, tz: string): string {
  const quarter = Math.floor(at / QUARTER_MS);
  const ofZone = memo(days, tz, () => new Map<number, string>());
  return memo(ofZone, quarter, () => {
    let latest = '';
    for (let back = 0; back <= SHOWN_AGAIN_QUARTERS; back += 1) {
      const { date } = localTime((quarter - back) * QUARTER_MS, tz);
      if (date > latest) latest = date;
    }
    return latest;
  });
}

const utcOf = (date: string): Date => new Date(`${date}T00:00:00.000Z`);

export function addDays(date: string, count: number): string {
  return new Date(utcOf(date).getTime() + count * DAY_MS).toISOString().slice(0, 10);
}

/** 1 is Monday, 7 Sunday. */
export const weekdayOf = (date: string): number => utcOf(date).getUTCDay() || 7;
export const mondayOf = (date: string): string => addDays(date, 1 - weekdayOf(date));

/** 2005-W01: the week that has the year's first Thursday is the first. */
export function isoWeekOf(date: string): string {
  const thursday = addDays(mondayOf(date), 3);
  const dayOfYear = (utcOf(thursday).getTime() - utcOf(`${thursday.slice(0, 4)}-01-01`).getTime()) / DAY_MS;
  return `${thursday.slice(0, 4)}-W${String(Math.floor(dayOfYear / 7) + 1).padStart(2, '0')}`;
}

const PERIOD_OF: Record<'1d' | '1w' | '1M', (date: string) => string> = {
  '1d': (date) => date,
  '1w': mondayOf,
  '1M': (date) => date.slice(0, 7),
};

/** The edges from the last one at or before `from` to the first one at or after `to`, found by looking at every quarter hour. */
export function edges(from: number, to: number, step: Step, tz: string): number[] {
  const fixed = FIXED_MS[step];
  if (fixed !== undefined) {
    const found: number[] = [];
    for (let at = Math.floor(from / fixed) * fixed; at <= Math.ceil(to / fixed) * fixed; at += fixed) found.push(at);
    return found;
  }
  const period = PERIOD_OF[step as keyof typeof PERIOD_OF];
  let found: number[] = [];
  let at = Math.floor((from - LONGEST_MS) / QUARTER_MS) * QUARTER_MS;
  for (let before = period(dayOf(at, tz)); (found.at(-1) ?? from - 1) < Math.max(from, to); ) {
    at += QUARTER_MS;
    const now = period(dayOf(at, tz));
    if (now > before) {
      if (at <= from) found = [];
      found.push(at);
    }
    before = now;
  }
  return found;
}
