import { planBuckets } from '../calendar/plan.ts';
import { shown } from '../digits.ts';
import type { TopRequest } from '../request/requests.ts';
import { nameRanked } from './names.ts';
import { RollupBuckets, unionOf } from './rollup-buckets.ts';
import { isoTime, partialAt, remarks, type Source } from './source.ts';

/** The first of a ranking over the range. */
export function top({ from, to, tz, what, limit }: TopRequest, source: Source): object {
  const plan = planBuckets(Float64Array.of(from, to), 'quarter');
  const buckets = new RollupBuckets(source.scope, 1, unionOf([{ ranked: what }])).read(source, plan);
  const [items = []] = nameRanked([(most) => buckets.ranked(0, what, most)], what, limit, source.store);
  const bound = buckets.rankedBound(0, what);
  const approx = bound > 0 ? { approx: { count: shown(bound) } } : {};
  return { from: isoTime(from), to: isoTime(to), tz, what, items, ...approx, ...remarks(source, { from, to }), ...partialAt(source, to) };
}
