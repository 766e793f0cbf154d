/**
 * A summary of many items in bounded or known space. Merging two summaries gives the summary of both inputs together,
 * in any order and under any grouping; what "the same" means for a kind that is approximate stands with that kind.
 */
export interface Mergeable<Self> {
  /** Takes in what `other` holds; `other` is unchanged. */
  merge(other: Self): void;
  /** An independent copy. */
  clone(): Self;
  /** Compact bytes; the first is the format's version. Equal contents give equal bytes. */
  encode(): Uint8Array;
}

/** How to make summaries of one kind. */
export interface SketchKind<S extends Mergeable<S>> {
  readonly name: string;
  empty(): S;
  /** Undefined for bytes that no `encode` wrote. Never throws; allocates in proportion to the bytes given, or a constant. */
  decode(bytes: Uint8Array): S | undefined;
}

/**
 * Adds two totals and stays at 2^53 − 1 instead of losing exactness unseen. For totals that are not negative this is
 * commutative and associative, which plain floating addition beyond that bound is not.
 */
export function saturatingSum(a: number, b: number): number {
  return Math.min(a + b, Number.MAX_SAFE_INTEGER);
}

/** Throws RangeError unless `weight` is a whole number from 1 to 2^53 − 1. */
export function requireWeight(weight: number): void {
  if (!(Number.isSafeInteger(weight) && weight > 0)) throw new RangeError(`a weight is a whole number from 1 to 2^53 - 1, not ${weight}`);
}
