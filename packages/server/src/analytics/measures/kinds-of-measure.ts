import { RELATIVE_ERROR } from '@hubbub/sketch';
import type { Column, Kind } from '../rollup/columns.ts';
import type { Buckets, RankedMeasure, RankedSource, ValueMeasure } from './measure.ts';

/** The sum of a column. */
export const column = (of: Column): ValueMeasure => ({
  kind: 'value',
  needs: {},
  value: (buckets, bucket) => buckets.count(bucket, of),
});

export const ranked = (source: RankedSource): RankedMeasure => ({ kind: 'ranked', needs: { ranked: source } });

/** The error of what is told in quantiles, where there are any values. */
export const quantileError =
  (kind: Kind) =>
  (buckets: Buckets, bucket: number): number =>
    buckets.values(bucket, kind) > 0 ? RELATIVE_ERROR : 0;

/** A mean; 0 of nothing. */
export const meanOf = (sum: number, count: number): number => (count === 0 ? 0 : sum / count);
