import { planBuckets } from '../calendar/plan.ts';
import { SERIES_MEASURES } from '../catalogue/ids.ts';
import type { SummaryRequest } from '../request/requests.ts';
import { RollupBuckets } from './rollup-buckets.ts';
import { needsOf } from './series.ts';
import { isoTime, partialAt, remarks, type Source } from './source.ts';
import { measureAll } from './values.ts';

/** Every measure merged over the range, beside the same over the one before. */
export function summary({ from, to, tz, previous }: SummaryRequest, source: Source): object {
  const said = remarks(source, { from: previous.from, to });
  return { ...partOf(from, to, source), tz, ...said, preceding: partOf(previous.from, previous.to, source) };
}

function partOf(from: number, to: number, source: Source): object {
  const plan = planBuckets(Float64Array.of(from, to), 'quarter');
  const buckets = new RollupBuckets(source.scope, 1, needsOf(SERIES_MEASURES)).read(source, plan);
  const [measured] = measureAll(SERIES_MEASURES, buckets, source.store);
  return { from: isoTime(from), to: isoTime(to), measures: measured?.values, ...measured?.remarks, ...partialAt(source, to) };
}
