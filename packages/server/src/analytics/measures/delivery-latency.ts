import { KIND } from '../rollup/columns.ts';
import { quantileError } from './kinds-of-measure.ts';
import type { ValueMeasure } from './measure.ts';

export const deliveryLatency: ValueMeasure = {
  kind: 'value',
  needs: { kinds: [KIND.latency] },
  value: (buckets, bucket) => ({
    count: buckets.values(bucket, KIND.latency),
    p50: buckets.quantile(bucket, KIND.latency, 0.5),
    p95: buckets.quantile(bucket, KIND.latency, 0.95),
    p99: buckets.quantile(bucket, KIND.latency, 0.99),
    max: buckets.latencyMax(bucket),
  }),
  approx: quantileError(KIND.latency),
};
