import type { ValueMeasure } from './measure.ts';

export const participation: ValueMeasure = {
  kind: 'value',
  needs: { users: true, presence: true },
  value: (buckets, bucket) => {
    const present = buckets.presentUsers(bucket);
    return present === 0 ? null : buckets.activeUsers(bucket) / present;
  },
};
