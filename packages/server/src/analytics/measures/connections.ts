import { COLUMN } from '../rollup/columns.ts';
import { meanOf } from './kinds-of-measure.ts';
import type { ValueMeasure } from './measure.ts';

export const connections: ValueMeasure = {
  kind: 'value',
  needs: { samples: true },
  value: (buckets, bucket) => ({
    max: buckets.count(bucket, COLUMN.connectionMax),
    mean: meanOf(buckets.count(bucket, COLUMN.connectionSum), buckets.sampledSeconds(bucket)),
  }),
};
