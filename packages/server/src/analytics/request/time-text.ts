import { DAY_MS } from '../rollup/levels.ts';

/** A `+` that nobody percent-encoded arrives as a blank. */
const DATE_TIME = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(?:(Z)|([+\- ])(\d\d):?(\d\d))$/;
const DATE = /^(\d{4})-(\d\d)-(\d\d)$/;

/** A local day is meant as its beginning in the zone of the request: days since 1970. An instant: ms since 1970. */
export type TimeText = { readonly kind: 'instant'; readonly t: number } | { readonly kind: 'day'; readonly day: number };

/** Reads ISO 8601: a date, or a date and time with `Z` or an offset. Digits beyond the millisecond are cut off. */
export function readTimeText(text: string): TimeText | undefined {
  const date = DATE.exec(text);
  if (date !== null) {
    const day = dayOf(date);
    return day === undefined ? undefined : { kind: 'day', day };
  }
  const time = DATE_TIME.exec(text);
  const t = time === null ? undefined : instantOf(time);
  return t === undefined ? undefined : { kind: 'instant', t };
}

function instantOf(match: RegExpExecArray): number | undefined {
  const part = (group: number): number => Number(match[group] ?? 0);
  const day = dayOf(match);
  if (day === undefined || part(4) > 23 || part(5) > 59 || part(6) > 59 || part(10) > 23 || part(11) > 59) return undefined;
  const milliseconds = Number((match[7] ?? '').slice(0, 3).padEnd(3, '0'));
  const offset = (part(10) * 60 + part(11)) * (match[9] === '-' ? -60_000 : 60_000);
  return day * DAY_MS + ((part(4) * 60 + part(5)) * 60 + part(6)) * 1000 + milliseconds - offset;
}

function dayOf(match: RegExpExecArray): number | undefined {
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  // Date.UTC takes the year 99 for 1999 and the 30th of February for the 2nd of March.
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() / DAY_MS : undefined;
}
