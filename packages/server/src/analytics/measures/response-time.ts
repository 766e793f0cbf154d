import { COLUMN, KIND } from '../rollup/columns.ts';
import { quantileError } from './kinds-of-measure.ts';
import type { ValueMeasure } from './measure.ts';

export const responseTime: ValueMeasure = {
  kind: 'value',
  needs: { kinds: [KIND.response] },
  value: (buckets, bucket) => ({
    count: buckets.count(bucket, COLUMN.responses),
    p50: buckets.quantile(bucket, KIND.response, 0.5),
    p95: buckets.quantile(bucket, KIND.response, 0.95),
  }),
  approx: quantileError(KIND.response),
};
