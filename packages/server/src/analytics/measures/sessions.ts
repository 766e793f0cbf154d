import { COLUMN, KIND } from '../rollup/columns.ts';
import { meanOf, quantileError } from './kinds-of-measure.ts';
import type { ValueMeasure } from './measure.ts';

export const sessions: ValueMeasure = {
  kind: 'value',
  needs: { kinds: [KIND.sessionDuration] },
  value: (buckets, bucket) => {
    const count = buckets.count(bucket, COLUMN.sessions);
    return {
      count,
      p50Duration: buckets.quantile(bucket, KIND.sessionDuration, 0.5),
      meanMessages: meanOf(buckets.count(bucket, COLUMN.sessionMessages), count),
    };
  },
  approx: quantileError(KIND.sessionDuration),
};
