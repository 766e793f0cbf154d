import { isoTime } from '@hubbub/protocol';
import { dayStart } from '../calendar/local-days.ts';
import { EARLIEST, LATEST, type Zone } from '../calendar/zone.ts';
import { DAY_MS } from '../rollup/levels.ts';
import { type Parsed, parsed, quote, refuse } from './problem.ts';
import { readTimeText } from './time-text.ts';

/** [from, to), ms since 1970; from = to alone where a zone left out all days of it (Apia: 2011-12-30). */
export interface Range {
  readonly from: number;
  readonly to: number;
}

interface RangeContext {
  readonly zone: Zone;
  readonly now: number;
  /** `from` is so much before `to` when it is left out; `to` is now. */
  readonly defaultMs: number;
}

/** The first and last days by local calendars begin before and end after those of UTC. */
const FIRST = EARLIEST - DAY_MS;
const LAST = LATEST + DAY_MS;
const TIMES =
  'an ISO 8601 date such as 2005-01-03, meant as its beginning in tz, or a time with offset such as 2005-01-03T10:30:00Z, from 1970 to 2099';

/** Takes no longer for far times: those outside 1970 to 2099 are refused as they are read. */
export function readRange(fromText: string | undefined, toText: string | undefined, context: RangeContext): Parsed<Range> {
  const to = readTime('to', toText, context.zone, context.now);
  if (to.kind === 'problem') return to;
  const from = readTime('from', fromText, context.zone, Math.max(FIRST, to.value - context.defaultMs));
  if (from.kind === 'problem') return from;
  if (from.value < to.value || isOfLeftOutDays(from.value, to.value, fromText, toText)) return parsed({ from: from.value, to: to.value });
  const meant = toText === undefined ? 'now' : quote(toText);
  return fromText === undefined
    ? refuse('to', `The query parameter "to" is ${meant}, and nothing lies before.`, TIMES)
    : refuse(
        'from',
        `The query parameter "from" is ${quote(fromText)}, which is not before "to": ${meant}.`,
        'a time before "to", which is not in the range any more: of a whole day "to" is the next one',
      );
}

/** Local days that the zone does not have begin where the next one does. */
function isOfLeftOutDays(from: number, to: number, fromText = '', toText = ''): boolean {
  const [first, end] = [readTimeText(fromText), readTimeText(toText)];
  return from === to && first?.kind === 'day' && end?.kind === 'day' && first.day < end.day;
}

function readTime(name: 'from' | 'to', text: string | undefined, zone: Zone, otherwise: number): Parsed<number> {
  if (text === undefined) return parsed(otherwise);
  const time = readTimeText(text);
  if (time === undefined) return refuse(name, `The query parameter "${name}" is ${quote(text)}, which is no time${hint(text)}.`, TIMES);
  const t = time.kind === 'instant' ? time.t : dayStart(zone, time.day);
  if (t >= FIRST && t <= LAST) return parsed(t);
  return refuse(name, `The query parameter "${name}" is ${quote(text)}, which is too far away.`, TIMES);
}

/** What somebody may have meant. */
function hint(text: string): string {
  if (/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?$/.test(text)) return ' without an offset: add Z, or one such as %2B05:30';
  if (!/^\d{1,13}$/.test(text)) return '';
  return ` in ISO 8601: as milliseconds it would be ${isoTime(Number(text))}`;
}
