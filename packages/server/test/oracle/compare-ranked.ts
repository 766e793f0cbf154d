import { type Difference, differ, isRecord, numberOf, type Place } from './difference.ts';

interface Item {
  readonly key: string;
  readonly count: number;
}

const SPACE_SAVING_KEYS = 1024;
/** A top answer may say its bound under any of these. */
const NAMES_OF_ITEMS = ['items', 'count', 'topTerms', 'topEmoji', 'terms', 'emoji'];

/** The whole true list beside the first places of an answer: exact, unless the answer says a bound. */
export function compareRanked(api: readonly unknown[], oracle: readonly unknown[], place: Place, limit: number | undefined): Difference[] {
  const [found, expected] = [itemsOf(api), itemsOf(oracle)];
  const said = boundSaid(place);
  const places = limit ?? (found.length > 0 ? found.length : 1);
  if (said === undefined) return compareExact(found, expected.slice(0, places), place);
  const total = expected.reduce((sum, { count }) => sum + count, 0);
  // Below 1 it is a share of all that was counted, otherwise a count. A share of a whole number is not exactly one again.
  const bound = said < 1 ? Math.round(said * total * 1e6) / 1e6 : said;
  const most = Math.ceil(total / SPACE_SAVING_KEYS);
  const wide = bound > most ? differ(place, said, most, 'says a bound above N / 1,024') : [];
  return [...wide, ...compareOrder(found, place, limit), ...compareWithin(found, expected, bound, place, limit)];
}

const itemsOf = (list: readonly unknown[]): Item[] =>
  list.map((each) => (isRecord(each) ? { key: String(each.key), count: numberOf(each.count) } : { key: '', count: Number.NaN }));

function boundSaid({ key, approx }: Place): number | undefined {
  if (key === 'topUsers' || key === 'topRooms') return undefined;
  if (key !== 'items') return approx[key];
  return NAMES_OF_ITEMS.map((name) => approx[name]).find((bound) => bound !== undefined);
}

function compareExact(found: readonly Item[], expected: readonly Item[], place: Place): Difference[] {
  return Array.from({ length: Math.max(found.length, expected.length) }, (_, i) => {
    const [a, b] = [found[i], expected[i]];
    return a?.key === b?.key && a?.count === b?.count ? [] : differ({ ...place, path: `${place.path}[${i}]` }, a, b, 'differs');
  }).flat();
}

function compareOrder(found: readonly Item[], place: Place, limit: number | undefined): Difference[] {
  const isWrong = found.some((item, i) => {
    const before = found[i - 1];
    return before !== undefined && (before.count < item.count || (before.count === item.count && before.key >= item.key));
  });
  const order = isWrong ? differ(place, found, undefined, 'is out of order') : [];
  return limit !== undefined && found.length > limit ? [...order, ...differ(place, found.length, limit, 'is longer than asked')] : order;
}

function compareWithin(
  found: readonly Item[],
  expected: readonly Item[],
  bound: number,
  place: Place,
  limit: number | undefined,
): Difference[] {
  const counts = new Map(expected.map(({ key, count }) => [key, count]));
  const listed = new Set(found.map(({ key }) => key));
  const at = (key: string): Place => ({ ...place, path: `${place.path}[key=${key}]` });
  const off = found.flatMap(({ key, count }) => {
    const truth = counts.get(key) ?? 0;
    return Math.abs(count - truth) <= bound ? [] : differ(at(key), count, truth, `is more than ${bound} off`);
  });
  const isCut = limit === undefined || found.length >= limit;
  const last = isCut ? (found.at(-1)?.count ?? 0) : 0;
  const missing = expected.filter(({ key, count }) => !listed.has(key) && count - bound > last);
  return [...off, ...missing.flatMap(({ key, count }) => differ(at(key), undefined, count, 'is missing'))];
}
