import { reasonOf } from './drop-reasons.ts';
import type { ValueMeasure } from './measure.ts';

/** Reasons with their counts; of all rooms together alone. */
export const dropped: ValueMeasure = {
  kind: 'value',
  needs: { ranked: 'drops' },
  value: (buckets, bucket) =>
    buckets.isOfAllRooms
      ? Object.fromEntries(buckets.ranked(bucket, 'drops', Number.POSITIVE_INFINITY).map(({ number, count }) => [reasonOf(number), count]))
      : null,
};
