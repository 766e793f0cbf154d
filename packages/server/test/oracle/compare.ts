import { alignments } from './align.ts';
import { compareRanked } from './compare-ranked.ts';
import { approxOf, type Difference, differ, isRecord, numberOf, type Place, type Row } from './difference.ts';

export interface CompareOptions {
  /** Of ranked lists, as it was asked; the oracle's must be whole. Left out: an answer may stop anywhere but at nothing. */
  readonly limit?: number;
  /** Further names that an answer may carry beyond the oracle's. */
  readonly ignore?: readonly string[];
}

/** Distinct counts are exact up to here, and four standard errors wide above. */
const EXACT_DISTINCT = 1024;
const DISTINCT_ERROR = 4 * 0.0081;
const QUANTILE_ERROR = 0.01;
/** Answers show nine digits. */
const ROUNDING = 1e-8;

const QUANTILES = new Set(['p50', 'p95', 'p50Duration']);
const RATIOS = new Set(['mean', 'meanMessages', 'stickiness', 'peakPerSecond', 'retained']);
const RANKED = new Set(['topUsers', 'topRooms', 'topTerms', 'topEmoji', 'items']);
/** Said about an answer, no part of its numbers. */
const REMARKS = new Set(['completeUntil', 'partial', 'approx', 'adjusted', 'adjusting', 'room', 'what', 'limit']);

/** Where an answer is not what the oracle says, exactly or within what the definitions allow. */
export function compareAnswers(api: unknown, oracle: unknown, options: CompareOptions = {}): readonly Difference[] {
  return compareValue(api, oracle, { path: '', key: '', approx: {} }, options);
}

function compareValue(api: unknown, oracle: unknown, place: Place, options: CompareOptions): Difference[] {
  if (Array.isArray(oracle))
    return Array.isArray(api) ? compareLists(api, oracle, place, options) : differ(place, api, oracle, 'is no list');
  if (isRecord(oracle)) return isRecord(api) ? compareRecords(api, oracle, place, options) : differ(place, api, oracle, 'is no object');
  if (typeof oracle === 'number' && typeof api === 'number') return compareNumbers(api, oracle, place);
  return api === oracle ? [] : differ(place, api, oracle, 'differs');
}

function compareRecords(api: Row, oracle: Row, outer: Place, options: CompareOptions): Difference[] {
  const place = { ...outer, approx: { ...outer.approx, ...approxOf(api) } };
  const at = (key: string): Place => ({ ...place, path: `${place.path}.${key}`, key });
  const known = new Set([...Object.keys(oracle), ...REMARKS, ...(options.ignore ?? [])]);
  const found = Object.keys(api)
    .filter((key) => !known.has(key))
    .flatMap((key) => differ(at(key), api[key], undefined, 'was not asked'));
  for (const [key, expected] of Object.entries(oracle)) {
    if (key === 'room' && !(key in api)) continue;
    if (!(key in api)) found.push(...differ(at(key), undefined, expected, 'is missing'));
    else if (key === 'returningUsers') found.push(...compareReturning(api[key], oracle, at(key)));
    else found.push(...compareValue(api[key], expected, at(key), options));
  }
  return [...found, ...compareRemarks(api, place)];
}

function compareLists(api: readonly unknown[], oracle: readonly unknown[], place: Place, options: CompareOptions): Difference[] {
  if (RANKED.has(place.key)) return compareRanked(api, oracle, place, options.limit);
  if (place.key === 'terms')
    return api.filter((term) => !oracle.includes(term)).flatMap((term) => differ(place, term, undefined, 'occurs not'));
  if (place.key === 'retained') return compareRetained(api, oracle, place, options);
  const aligned = alignments(api, oracle, place);
  if (aligned !== undefined) {
    return [...aligned.differences, ...aligned.pairs.flatMap(([a, b, path]) => compareValue(a, b, { ...place, path }, options))];
  }
  const length = api.length === oracle.length ? [] : differ(place, api.length, oracle.length, 'has another length');
  const shared = oracle.slice(0, api.length);
  return [...length, ...shared.flatMap((each, i) => compareValue(api[i], each, { ...place, path: `${place.path}[${i}]` }, options))];
}

/** How far the later weeks go is not defined: what is not there counts as 0. */
function compareRetained(api: readonly unknown[], oracle: readonly unknown[], place: Place, options: CompareOptions): Difference[] {
  return Array.from({ length: Math.max(api.length, oracle.length) }, (_, k) =>
    compareValue(api[k] ?? 0, oracle[k] ?? 0, { ...place, path: `${place.path}[${k}]` }, options),
  ).flat();
}

function compareNumbers(api: number, oracle: number, place: Place): Difference[] {
  const { key } = place;
  if (QUANTILES.has(key)) return within(api, oracle, QUANTILE_ERROR * Math.abs(oracle) + ROUNDING, place, 'is more than 1 % off');
  if (RATIOS.has(key)) return within(api, oracle, ROUNDING * Math.max(1, Math.abs(oracle)), place, 'differs');
  if (key === 'activeUsers') return compareDistinct(api, oracle, oracle, place, place.approx.activeUsers);
  return api === oracle ? [] : differ(place, api, oracle, 'differs');
}

/** An exact count less a distinct count: as far off as the distinct one. */
function compareReturning(api: unknown, oracle: Row, place: Place): Difference[] {
  const expected = numberOf(oracle.returningUsers);
  const active = numberOf(oracle.activeUsers ?? expected + numberOf(oracle.newUsers ?? 0));
  return compareDistinct(numberOf(api), expected, active, place, place.approx.returningUsers ?? place.approx.activeUsers);
}

function compareDistinct(api: number, oracle: number, distinct: number, place: Place, said: number | undefined): Difference[] {
  if (api === oracle) return [];
  if (distinct <= EXACT_DISTINCT) return differ(place, api, oracle, 'must be exact up to 1,024');
  if (said === undefined) return differ(place, api, oracle, 'is not said to be approximate');
  return within(api, oracle, DISTINCT_ERROR * distinct, place, 'is more than four standard errors off');
}

const within = (api: number, oracle: number, allowed: number, place: Place, reason: string): Difference[] =>
  Math.abs(api - oracle) <= allowed ? [] : differ(place, api, oracle, reason);

/** What is said about an answer must at least be possible. */
function compareRemarks(api: Row, place: Place): Difference[] {
  const { completeUntil, partial, approx, buckets, to } = api;
  const at = (key: string): Place => ({ ...place, path: `${place.path}.${key}` });
  const found: Difference[] = [];
  if (partial !== undefined && partial !== true) found.push(...differ(at('partial'), partial, true, 'is true or left out'));
  if (approx !== undefined && (!isRecord(approx) || Object.values(approx).some((each) => typeof each !== 'number' || !(each > 0)))) {
    found.push(...differ(at('approx'), approx, undefined, 'is no object of bounds'));
  }
  if (completeUntil === undefined) return found;
  const complete = typeof completeUntil === 'string' ? Date.parse(completeUntil) : Number.NaN;
  if (Number.isNaN(complete)) return [...found, ...differ(at('completeUntil'), completeUntil, undefined, 'is no time')];
  for (const [i, bucket] of (Array.isArray(buckets) ? buckets : []).entries()) {
    const next: unknown = (buckets as unknown[])[i + 1];
    const end = Date.parse(String(isRecord(next) ? next.t : to));
    if (isRecord(bucket) && bucket.partial === true && end <= complete) {
      found.push(...differ(at(`buckets[t=${bucket.t}].partial`), true, undefined, 'the bucket ended before completeUntil'));
    }
  }
  return found;
}
