import { COLUMN, KIND } from '../rollup/columns.ts';
import { meanOf, quantileError } from './kinds-of-measure.ts';
import type { ValueMeasure } from './measure.ts';

export const messageLength: ValueMeasure = {
  kind: 'value',
  needs: { kinds: [KIND.length] },
  value: (buckets, bucket) => {
    const count = buckets.count(bucket, COLUMN.messages);
    const max = buckets.count(bucket, COLUMN.lengthMax);
    // The middle of a bin may lie above all that is in it.
    const quantile = (q: number): number => Math.min(max, buckets.quantile(bucket, KIND.length, q));
    return { count, mean: meanOf(buckets.count(bucket, COLUMN.lengthSum), count), p50: quantile(0.5), p95: quantile(0.95), max };
  },
  approx: quantileError(KIND.length),
};
