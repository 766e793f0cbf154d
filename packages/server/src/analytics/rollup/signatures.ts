/**
 * What the classes of this folder offer, ahead of them; this file goes when the last one is there.
 *
 * For queries: one accumulator gathers any number of containers, in any order, into `bucketCount` buckets. Every `add` takes the body
 * of a container and the bucket of each of its slots (−1, or beyond the array's end: not wanted), and answers false for a body that
 * is corrupt, of which any part may have been added. No `add` throws.
 */
import type { Column, Kind, MaxColumn, SumColumn } from './columns.ts';
import type { Level } from './levels.ts';

/** counts-accumulator.ts: `new CountsAccumulator(bucketCount)`. For `counts`. */
export interface CountsAccumulator {
  add(body: Uint8Array, bucketOfSlot: Int32Array): boolean;
  value(bucket: number, column: Column): number;
}

/** quantiles-accumulator.ts: `new QuantilesAccumulator(bucketCount, kinds: readonly Kind[])`. For `quantiles`. */
export interface QuantilesAccumulator {
  add(body: Uint8Array, bucketOfSlot: Int32Array): boolean;
  /** Live values that are in no container yet: a `QuantileSketch` of packages/sketch. */
  addSketch(bucket: number, kind: Kind, sketch: { readonly count: number }): void;
  count(bucket: number, kind: Kind): number;
  /** Value at rank ⌊q (count − 1)⌋, within 1 %; undefined when empty. */
  quantile(bucket: number, kind: Kind, q: number): number | undefined;
  /** ms, exact to a µs; 0 when empty. */
  latencyMax(bucket: number): number;
}

/** user-buckets.ts: `new UserBuckets(bucketCount)`: which user was there in which bucket, exact. For `users` and `presence`. */
export interface UserBuckets {
  add(chunk: number, body: Uint8Array, bucketOfSlot: Int32Array): boolean;
  addUser(bucket: number, user: number): void;
  /** Distinct users of a bucket. */
  count(bucket: number): number;
  /** Distinct users of buckets [from, to). */
  countOver(from: number, to: number): number;
  /** For every bucket the distinct users of it and the `width − 1` before it: dau, wau, mau with buckets of a day. */
  trailing(width: number): Float64Array;
  /** Each (user, bucket) once; for one user in no certain order. For retention. */
  forEach(visit: (user: number, bucket: number) => void): void;
}

/** user-messages.ts: `new UserMessages()`: messages by user, of the slots whose bucket is not −1. For `users`. */
export interface UserMessages {
  add(chunk: number, body: Uint8Array, bucketOfSlot: Int32Array): boolean;
  /** Most first; all that tie with the last one as well, since their order is by a name that only the caller knows. */
  top(limit: number): Ranked[];
}

export interface Ranked {
  /** User, term, emoji or reason. */
  readonly number: number;
  readonly count: number;
}

/** ranked-accumulator.ts: `new RankedAccumulator(bucketCount)`. For `terms`, `emoji`, and `drops` (number = reason, always exact). */
export interface RankedAccumulator {
  add(body: Uint8Array, bucketOfSlot: Int32Array): boolean;
  /** As above. A true count lies between `count` and `count + allowance(bucket)`, also of a number that is not listed (count 0). */
  top(bucket: number, limit: number): Ranked[];
  allowance(bucket: number): number;
  total(bucket: number): number;
}

/** newcomers.ts: whose first message lies in a month; quarter counted from the month's beginning. False for a corrupt body. */
export type ReadNewcomers = (chunk: number, body: Uint8Array, visit: (user: number, quarterOfMonth: number) => void) => boolean;

/**
 * rollup-deltas.ts: `new RollupDeltas(writer: RollupWriter, maxKeptBytes?: number)`. What one transaction changes, held until `flush`;
 * containers stay decoded for the next one. `drop` after a rollback, and after anybody else has put.
 */
export interface RollupDeltas {
  /** The place of an instant at every given level: an object that is moved, not made, by the next call for the same scope. */
  at(scope: number, t: number, levels: readonly Level[]): RollupPlace;
  /** Puts what changed, in key order; encodes changed slots only. */
  flush(): void;
  drop(): void;
  /** Times that something fell below zero (kept as zero), and bodies that could not be read (begun anew). Both mean a fault elsewhere. */
  readonly shortfalls: number;
  readonly corrupt: number;
}

/** Each method changes all levels of the place that keep its family. Amounts are whole; negative ones take back. */
export interface RollupPlace {
  add(column: SumColumn, amount: number): void;
  raise(column: MaxColumn, value: number): void;
  /** For recomputed values. */
  set(column: Column, value: number): void;
  /** As it stands now, at one level of the place. */
  value(level: Level, column: Column): number;
  /** `value` in the kind's unit; below 0 counts as 0. */
  measure(kind: Kind, value: number, weight: number): void;
  /** Weight in a bin as `forEachBin` names it. */
  addBin(kind: Kind, bin: number, weight: number): void;
  forEachBin(level: Level, kind: Kind, visit: (bin: number, weight: number) => void): void;
  /** ms. */
  raiseLatencyMax(latencyMs: number): void;
  /** Messages of a user; at 0 the user was not there. */
  user(user: number, messages: number): void;
  present(user: number): void;
  /** The user's first message lies here / no longer lies here. */
  addNewcomer(user: number): void;
  removeNewcomer(user: number): void;
  rank(family: 'terms' | 'emoji' | 'drops', number: number, amount: number): void;
}
