import type { SeriesMeasure } from '../catalogue/ids.ts';
import type { Buckets, Value } from '../measures/measure.ts';
import { MEASURES } from '../measures/measures.ts';
import { COLUMN } from '../rollup/columns.ts';
import type { JsonWriter } from './json-writer.ts';
import type { NamedCount, Names } from './names.ts';
import { errorOf, rankedLists } from './values.ts';

/** Writes what `measureAll` tells of a bucket as the last members of an object, without making it: of thousands of buckets that takes longest. */
export function bucketWriter(
  measures: readonly SeriesMeasure[],
  buckets: Buckets,
  names: Names,
): (out: JsonWriter, bucket: number) => void {
  const lists = rankedLists(measures, buckets, names);
  const members = measures.map((id) => ({ id, name: `,"${id}":`, measure: MEASURES[id] }));
  const approxMembers = measures.map((id) => ({ measure: MEASURES[id], first: `,"approx":{"${id}":`, next: `,"${id}":` }));
  return (out, bucket) => {
    for (const { id, name, measure } of members) {
      out.raw(name);
      if (measure.kind === 'ranked') writeList(out, lists.get(id)?.[bucket] ?? []);
      else writeValue(out, measure.value(buckets, bucket));
    }
    const deleted = buckets.count(bucket, COLUMN.deleted);
    if (deleted > 0) {
      out.raw(',"adjusted":');
      out.number(-deleted);
    }
    let isApprox = false;
    for (const { measure, first, next } of approxMembers) {
      const error = errorOf(measure, buckets, bucket);
      if (error <= 0) continue;
      out.raw(isApprox ? next : first);
      out.number(error);
      isApprox = true;
    }
    if (isApprox) out.raw('}');
  };
}

function writeValue(out: JsonWriter, value: Value): void {
  if (value === null) out.raw('null');
  else if (typeof value === 'number') out.number(value);
  else {
    let open = '{"';
    for (const name in value) {
      out.raw(open);
      out.raw(name);
      out.raw('":');
      out.number(value[name] ?? 0);
      open = ',"';
    }
    out.raw(open === '{"' ? '{}' : '}');
  }
}

function writeList(out: JsonWriter, list: readonly NamedCount[]): void {
  let open = '[{"key":';
  for (const { key, count } of list) {
    out.raw(open);
    out.string(key);
    out.raw(',"count":');
    out.number(count);
    open = '},{"key":';
  }
  out.raw(list.length === 0 ? '[]' : '}]');
}
