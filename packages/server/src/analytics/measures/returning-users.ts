import { COLUMN } from '../rollup/columns.ts';
import type { ValueMeasure } from './measure.ts';

export const returningUsers: ValueMeasure = {
  kind: 'value',
  needs: { users: true },
  value: (buckets, bucket) => buckets.activeUsers(bucket) - buckets.count(bucket, COLUMN.newUsers),
};
