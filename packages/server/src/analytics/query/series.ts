import { edges } from '../calendar/edges.ts';
import { planBuckets } from '../calendar/plan.ts';
import type { Step } from '../calendar/steps.ts';
import type { Zone } from '../calendar/zone.ts';
import type { SeriesMeasure } from '../catalogue/ids.ts';
import type { Buckets } from '../measures/measure.ts';
import { MEASURES } from '../measures/measures.ts';
import type { SeriesRequest } from '../request/requests.ts';
import { JsonWriter } from './json-writer.ts';
import { planDays } from './planned.ts';
import { type AllNeeds, RollupBuckets, unionOf } from './rollup-buckets.ts';
import { isoTime, isPartialAt, remarks, type Source } from './source.ts';
import { bucketWriter } from './write-bucket.ts';

const isOfDays = (step: Step): boolean => step === '1d' || step === '1w' || step === '1M';

export const needsOf = (measures: readonly SeriesMeasure[]): AllNeeds => unionOf(measures.map((id) => MEASURES[id].needs));

/** Every bucket of the range with its measures, oldest first, as JSON. */
export function series(request: SeriesRequest, zone: Zone, source: Source): Uint8Array<ArrayBuffer> {
  const { from, to, step, measures } = request;
  const bounds = edges(step, from, to, zone);
  const plan = isOfDays(step) ? planDays(bounds, source) : planBuckets(bounds, step === '1m' || step === '5m' ? 'minute' : 'quarter');
  const buckets = new RollupBuckets(source.scope, plan.bucketCount, needsOf(measures)).read(source, plan);
  return seriesOf(request, plan.edges, buckets, source);
}

export function seriesOf(
  { from, to, step, tz, measures }: SeriesRequest,
  at: Float64Array,
  buckets: Buckets,
  source: Source,
): Uint8Array<ArrayBuffer> {
  const out = new JsonWriter();
  const head = JSON.stringify({ from: isoTime(from), to: isoTime(to), step, tz, ...remarks(source, { from, to }) });
  out.raw(`${head.slice(0, -1)},"buckets":[`);
  const writeBucket = bucketWriter(measures, buckets, source.store);
  for (let bucket = 0; bucket < buckets.bucketCount; bucket++) {
    out.raw(bucket === 0 ? '{"t":' : ',{"t":');
    out.string(isoTime(at[bucket] ?? 0));
    writeBucket(out, bucket);
    out.raw(isPartialAt(source, at[bucket + 1] ?? 0) ? ',"partial":true}' : '}');
  }
  out.raw(']}');
  return out.finish();
}
