const ISO = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?(?:Z|([+-])(\d\d)(?::?(\d\d))?)$/i;

/** Below it (March 1973) a number is seconds that somebody took for milliseconds, far more likely than an event. */
const LEAST_MILLISECONDS = 100_000_000_000;

/**
 * Milliseconds since 1970 UTC of an ISO 8601 text or of a number of milliseconds; undefined for anything else. A text without a
 * zone is refused: the same file must mean the same on every machine. Digits beyond the millisecond are cut off.
 */
export function parseTimestamp(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) && value >= LEAST_MILLISECONDS ? value : undefined;
  if (typeof value !== 'string') return undefined;
  const match = ISO.exec(value);
  return match === null ? undefined : fromParts(match);
}

/** A text that would be a timestamp if it said its zone. */
export function isZoneMissing(value: unknown): boolean {
  return typeof value === 'string' && parseTimestamp(value) === undefined && parseTimestamp(`${value}Z`) !== undefined;
}

function fromParts(match: RegExpExecArray): number | undefined {
  const part = (group: number): number => Number(match[group] ?? 0);
  const isClock = part(4) <= 23 && part(5) <= 59 && part(6) <= 59 && part(9) <= 23 && part(10) <= 59;
  const milliseconds = Number((match[7] ?? '').slice(0, 3).padEnd(3, '0'));
  const local = Date.UTC(part(1), part(2) - 1, part(3), part(4), part(5), part(6), milliseconds);
  if (!isClock || !isDay(local, part(2), part(3))) return undefined;
  const offset = (part(9) * 60 + part(10)) * 60_000;
  const time = local - (match[8] === '-' ? -offset : offset);
  return time >= 0 ? time : undefined;
}

/** Date.UTC takes the 30th of February for the 2nd of March. */
function isDay(time: number, month: number, day: number): boolean {
  const date = new Date(time);
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}
