import type { Column, Kind } from '../rollup/columns.ts';
import type { Ranked } from '../rollup/top.ts';

/** What is listed with the largest counts first. `drops`: reasons, over all rooms alone. */
export const RANKED_SOURCES = ['users', 'rooms', 'terms', 'emoji', 'drops'] as const;
export type RankedSource = (typeof RANKED_SOURCES)[number];

/** What is kept of each bucket, wherever it was read. What was not asked for in `Needs` is 0, except for columns. */
export interface Buckets {
  readonly bucketCount: number;
  readonly isOfAllRooms: boolean;
  count(bucket: number, column: Column): number;
  /** Whole seconds of the bucket at which connections were sampled: while a server ran, whether or not anybody was in the room. */
  sampledSeconds(bucket: number): number;
  /** How many values were measured. */
  values(bucket: number, kind: Kind): number;
  /** Within 1 %; 0 of none. */
  quantile(bucket: number, kind: Kind, q: number): number;
  /** ms; 0 of none. */
  latencyMax(bucket: number): number;
  /** Distinct users. */
  activeUsers(bucket: number): number;
  presentUsers(bucket: number): number;
  /** Most first, all that tie with the last one as well: the order among equals is by names. */
  ranked(bucket: number, source: RankedSource, limit: number): readonly Ranked[];
  /** By how much a count of `ranked` may be too small, as a share of all that was counted; 0: exact. */
  rankedBound(bucket: number, source: RankedSource): number;
}

/** What a measure reads beside the columns of `counts`, which are always read. */
export interface Needs {
  readonly kinds?: readonly Kind[];
  readonly users?: boolean;
  readonly presence?: boolean;
  readonly samples?: boolean;
  readonly ranked?: RankedSource;
}

export type Value = number | null | { readonly [name: string]: number };

/** A number, or an object of numbers, in every bucket. */
export interface ValueMeasure {
  readonly kind: 'value';
  readonly needs: Needs;
  value(buckets: Buckets, bucket: number): Value;
  /** Relative error of the value; 0: exact. */
  approx?(buckets: Buckets, bucket: number): number;
}

/** A list of names with counts. */
export interface RankedMeasure {
  readonly kind: 'ranked';
  readonly needs: Needs & { readonly ranked: RankedSource };
}

export type Measure = ValueMeasure | RankedMeasure;
