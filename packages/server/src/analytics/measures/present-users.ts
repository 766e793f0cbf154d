import type { ValueMeasure } from './measure.ts';

export const presentUsers: ValueMeasure = {
  kind: 'value',
  needs: { presence: true },
  value: (buckets, bucket) => buckets.presentUsers(bucket),
};
