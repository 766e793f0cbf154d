import { ByteReader, ByteWriter } from './bytes.ts';
import { LogBins, MAX_BINS } from './log-bins.ts';
import { binOf, middleOf, RELATIVE_ERROR } from './log-mapping.ts';
import { type Mergeable, requireWeight, type SketchKind, saturatingSum } from './mergeable.ts';
import { nearestRank } from './nearest-rank.ts';

export { RELATIVE_ERROR };
/**
 * Magnitudes below this share of the largest one of the same sign are told apart no more (they count as about that share of it):
 * the price of bounded memory.
 */
export const COLLAPSE_SHARE = 1.02 ** -(MAX_BINS - 2);

const VERSION = 1;

/**
 * Quantiles of any finite numbers, each within 1 % of the exact one: DDSketch (Masson, Rim, Lee: VLDB 2019) with a logarithmic
 * mapping that is the same for every sketch, and separate bins for negative values, zero and positive values. At most 45 KB.
 * Weights are whole numbers; totals stay at 2^53 − 1.
 */
export class QuantileSketch implements Mergeable<QuantileSketch> {
  #negative = new LogBins();
  #positive = new LogBins();
  #zeros = 0;
  #count = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;

  /** The weight of everything added. */
  get count(): number {
    return this.#count;
  }

  /** Exact; undefined when empty. */
  get min(): number | undefined {
    return this.#count === 0 ? undefined : this.#min;
  }

  get max(): number | undefined {
    return this.#count === 0 ? undefined : this.#max;
  }

  /** Throws RangeError for a value that is not finite or a weight that is no whole number from 1. */
  add(value: number, weight = 1): void {
    if (!Number.isFinite(value)) throw new RangeError(`only finite values have a place among quantiles, not ${value}`);
    requireWeight(weight);
    if (value > 0) this.#positive.add(binOf(value), weight);
    else if (value < 0) this.#negative.add(binOf(-value), weight);
    else this.#zeros = saturatingSum(this.#zeros, weight);
    this.#count = saturatingSum(this.#count, weight);
    // `+ 0` makes a negative zero a plain one: equal contents have equal bytes.
    if (value < this.#min) this.#min = value + 0;
    if (value > this.#max) this.#max = value + 0;
  }

  /**
   * The smallest value such that a share of at least q of all values is at most it, within RELATIVE_ERROR (of values below
   * COLLAPSE_SHARE of the largest magnitude of their sign: within that share of it). Undefined when empty; RangeError unless 0 ≤ q ≤ 1.
   */
  quantile(q: number): number | undefined {
    if (!(q >= 0 && q <= 1)) throw new RangeError(`a quantile is between 0 and 1, not ${q}`);
    if (this.#count === 0) return undefined;
    const estimate = this.#valueAt(nearestRank(q, this.#count));
    return Math.min(Math.max(estimate, this.#min), this.#max);
  }

  /** Visits what `quantile` goes by: the weight in each bin of positive values, upwards, and last what lies at or below zero. */
  forEachBin(visit: (bin: number | 'none', weight: number) => void): void {
    let rest = this.#count;
    this.#positive.forEachUp((bin, weight) => {
      visit(bin, weight);
      rest -= weight;
      return false;
    });
    if (rest > 0) visit('none', rest);
  }

  merge(other: QuantileSketch): void {
    this.#negative.merge(other.#negative);
    this.#positive.merge(other.#positive);
    this.#zeros = saturatingSum(this.#zeros, other.#zeros);
    this.#count = saturatingSum(this.#count, other.#count);
    this.#min = Math.min(this.#min, other.#min);
    this.#max = Math.max(this.#max, other.#max);
  }

  clone(): QuantileSketch {
    const copy = new QuantileSketch();
    copy.#negative = this.#negative.clone();
    copy.#positive = this.#positive.clone();
    copy.#zeros = this.#zeros;
    copy.#count = this.#count;
    copy.#min = this.#min;
    copy.#max = this.#max;
    return copy;
  }

  /** Empties it and keeps its memory for reuse. */
  clear(): void {
    this.#negative.clear();
    this.#positive.clear();
    this.#zeros = 0;
    this.#count = 0;
    this.#min = Number.POSITIVE_INFINITY;
    this.#max = Number.NEGATIVE_INFINITY;
  }

  encode(): Uint8Array {
    const out = new ByteWriter();
    out.byte(VERSION);
    out.varint(this.#count);
    if (this.#count === 0) return out.finish();
    out.float(this.#min);
    out.float(this.#max);
    out.varint(this.#zeros);
    this.#negative.encode(out);
    this.#positive.encode(out);
    return out.finish();
  }

  static decode(bytes: Uint8Array): QuantileSketch | undefined {
    const input = new ByteReader(bytes);
    if (input.byte() !== VERSION) return undefined;
    const sketch = new QuantileSketch();
    sketch.#count = input.varint();
    if (sketch.#count === 0) return input.isComplete ? sketch : undefined;
    sketch.#min = input.float();
    sketch.#max = input.float();
    sketch.#zeros = input.varint();
    const negative = LogBins.decode(input);
    const positive = LogBins.decode(input);
    if (negative === undefined || positive === undefined || !input.isComplete) return undefined;
    sketch.#negative = negative;
    sketch.#positive = positive;
    return sketch.#isSound() ? sketch : undefined;
  }

  /** `rank`: from 1. */
  #valueAt(rank: number): number {
    let seen = 0;
    let found: number | undefined;
    this.#negative.forEachDown((bin, weight) => {
      seen += weight;
      if (seen >= rank) found = -middleOf(bin);
      return found !== undefined;
    });
    if (found !== undefined) return found;
    seen += this.#zeros;
    if (seen >= rank) return 0;
    this.#positive.forEachUp((bin, weight) => {
      seen += weight;
      if (seen >= rank) found = middleOf(bin);
      return found !== undefined;
    });
    return found ?? this.#max;
  }

  /** The count is what lies in the bins, and the extremes are where they say. */
  #isSound(): boolean {
    if (!Number.isFinite(this.#min) || !Number.isFinite(this.#max) || this.#min > this.#max) return false;
    let total = this.#zeros;
    const add = (_: number, weight: number): boolean => {
      total = saturatingSum(total, weight);
      return false;
    };
    this.#negative.forEachUp(add);
    this.#positive.forEachUp(add);
    const low = this.#valueAt(1);
    const high = this.#valueAt(total);
    return total === this.#count && Math.sign(low) === Math.sign(this.#min) && Math.sign(high) === Math.sign(this.#max);
  }
}

export const quantileKind: SketchKind<QuantileSketch> = {
  name: 'QuantileSketch',
  empty: () => new QuantileSketch(),
  decode: QuantileSketch.decode,
};
