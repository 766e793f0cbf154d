/** `.000Z` to `.999Z`. */
const FRACTIONS: readonly string[] = Array.from({ length: 1000 }, (_, ms) => `.${String(ms).padStart(3, '0')}Z`);

let cachedSecond = Number.NaN;
let cachedPrefix = '';

/**
 * ISO 8601 in UTC with exactly three decimals, such as `2025-12-30T10:30:00.000Z`, so that text order is time order.
 * `ms`: milliseconds since 1970 UTC, of the years 0000 to 9999; fractions are cut off towards the past. Throws a
 * RangeError beyond that, where the format has other lengths.
 *
 * The text up to the second is kept: `toISOString` took half of the time of a whole publication.
 */
export function isoTime(ms: number): string {
  const second = Math.floor(ms / 1000);
  if (second !== cachedSecond) {
    cachedPrefix = prefixOf(second);
    cachedSecond = second;
  }
  return cachedPrefix + FRACTIONS[Math.floor(ms) - second * 1000];
}

function prefixOf(second: number): string {
  const text = new Date(second * 1000).toISOString();
  if (text.length !== 24) throw new RangeError(`isoTime takes the years 0000 to 9999, not ${text}`);
  return text.slice(0, 19);
}
