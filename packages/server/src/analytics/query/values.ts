import type { SeriesMeasure } from '../catalogue/ids.ts';
import { shown } from '../digits.ts';
import type { Buckets, Measure, RankedMeasure, Value } from '../measures/measure.ts';
import { MEASURES } from '../measures/measures.ts';
import { COLUMN } from '../rollup/columns.ts';
import { type NamedCount, type NamedSource, type Names, nameRanked } from './names.ts';

/** Names in a ranked list of a bucket or a summary. */
export const LISTED = 10;

export type MeasureValues = { readonly [M in SeriesMeasure]?: Value | readonly NamedCount[] };

/** What is said of a bucket beside its values. */
export interface BucketRemarks {
  /** Less than 0: how many messages were taken away. */
  readonly adjusted?: number;
  readonly approx?: Readonly<Record<string, number>>;
}

export interface MeasuredBucket {
  readonly values: MeasureValues;
  readonly remarks: BucketRemarks;
}

/** The values of all buckets, in the order of `measures`. */
export function measureAll(measures: readonly SeriesMeasure[], buckets: Buckets, names: Names): MeasuredBucket[] {
  const lists = rankedLists(measures, buckets, names);
  return Array.from({ length: buckets.bucketCount }, (_, bucket) => {
    const values: { [M in SeriesMeasure]?: Value | readonly NamedCount[] } = {};
    for (const id of measures) {
      const measure = MEASURES[id];
      values[id] = measure.kind === 'ranked' ? (lists.get(id)?.[bucket] ?? []) : shownValue(measure.value(buckets, bucket));
    }
    return { values, remarks: remarksOf(measures, buckets, bucket) };
  });
}

/** The lists of all buckets, of those of the measures that are ranked. */
export function rankedLists(
  measures: readonly SeriesMeasure[],
  buckets: Buckets,
  names: Names,
): ReadonlyMap<SeriesMeasure, readonly (readonly NamedCount[])[]> {
  const lists = new Map<SeriesMeasure, NamedCount[][]>();
  for (const id of measures) {
    const measure = MEASURES[id];
    if (measure.kind === 'ranked') lists.set(id, listsOf(measure, buckets, names));
  }
  return lists;
}

function shownValue(value: Value): Value {
  if (typeof value === 'number') return shown(value);
  if (value === null) return null;
  const object: Record<string, number> = {};
  for (const name in value) object[name] = shown(value[name] ?? 0);
  return object;
}

function listsOf({ needs }: RankedMeasure, buckets: Buckets, names: Names): NamedCount[][] {
  const candidates = Array.from(
    { length: buckets.bucketCount },
    (_, bucket) => (limit: number) => buckets.ranked(bucket, needs.ranked, limit),
  );
  return nameRanked(candidates, needs.ranked as NamedSource, LISTED, names);
}

/** By how much a value may be wrong, as a share; 0: exact. */
export function errorOf(measure: Measure, buckets: Buckets, bucket: number): number {
  return measure.kind === 'ranked' ? buckets.rankedBound(bucket, measure.needs.ranked) : (measure.approx?.(buckets, bucket) ?? 0);
}

function remarksOf(measures: readonly SeriesMeasure[], buckets: Buckets, bucket: number): BucketRemarks {
  let approx: Record<string, number> | undefined;
  for (const id of measures) {
    const error = errorOf(MEASURES[id], buckets, bucket);
    if (error <= 0) continue;
    approx ??= {};
    approx[id] = shown(error);
  }
  const deleted = buckets.count(bucket, COLUMN.deleted);
  return { ...(deleted > 0 ? { adjusted: -deleted } : {}), ...(approx === undefined ? {} : { approx }) };
}
