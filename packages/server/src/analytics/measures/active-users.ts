import type { ValueMeasure } from './measure.ts';

export const activeUsers: ValueMeasure = {
  kind: 'value',
  needs: { users: true },
  value: (buckets, bucket) => buckets.activeUsers(bucket),
};
