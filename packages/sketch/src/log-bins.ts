import type { ByteReader, ByteWriter } from './bytes.ts';
import { saturatingSum } from './mergeable.ts';

/** Most bins of one store: they span a factor of 1.02^2048 ≈ 6 × 10^17 between the smallest and the largest magnitude told apart. */
export const MAX_BINS = 2048;
/** No finite magnitude has a bin index beyond this (5e−324 → −37,225; 1.8e308 → 35,491). */
export const MAX_INDEX = 40_000;
/** The array grows by multiples of this, and by this share of what it holds. */
const CHUNK = 64;
const ROOM = 0.25;

/**
 * Weights by bin index, dense, at most MAX_BINS wide. What lies more than that below the highest bin is counted in the lowest
 * one kept: as clamping to (highest − MAX_BINS + 1) is monotone, the outcome depends neither on order nor on grouping.
 */
export class LogBins {
  #weights = new Float64Array(0);
  /** Bin index of `#weights[0]`. */
  #base = 0;
  /** The highest bin with weight. */
  #highest = Number.NEGATIVE_INFINITY;

  /** `index`: whole; `weight`: whole, positive. */
  add(index: number, weight: number): void {
    if (index > this.#highest) this.#raise(index);
    const kept = Math.max(index, this.#highest - MAX_BINS + 1);
    const at = kept - this.#base;
    const present = this.#weights[at];
    if (present === undefined) this.#cover(kept);
    this.#weights[kept - this.#base] = saturatingSum(present ?? 0, weight);
  }

  merge(other: LogBins): void {
    other.forEachDown((index, weight) => {
      this.add(index, weight);
      return false;
    });
  }

  clone(): LogBins {
    const copy = new LogBins();
    copy.#weights = this.#weights.slice();
    copy.#base = this.#base;
    copy.#highest = this.#highest;
    return copy;
  }

  clear(): void {
    this.#weights.fill(0);
    this.#highest = Number.NEGATIVE_INFINITY;
  }

  /** Visits bins with weight, lowest first, until `visit` answers true. */
  forEachUp(visit: (index: number, weight: number) => boolean): void {
    for (let at = 0; at < this.#weights.length; at++) {
      const weight = this.#weights[at] ?? 0;
      if (weight > 0 && visit(this.#base + at, weight)) return;
    }
  }

  /** The same, highest first. */
  forEachDown(visit: (index: number, weight: number) => boolean): void {
    for (let at = Math.min(this.#highest - this.#base, this.#weights.length - 1); at >= 0; at--) {
      const weight = this.#weights[at] ?? 0;
      if (weight > 0 && visit(this.#base + at, weight)) return;
    }
  }

  encode(out: ByteWriter): void {
    const bins: [number, number][] = [];
    this.forEachUp((index, weight) => {
      bins.push([index, weight]);
      return false;
    });
    out.varint(bins.length);
    let previous = 0;
    bins.forEach(([index, weight], i) => {
      if (i === 0) out.signed(index);
      else out.varint(index - previous);
      out.varint(weight);
      previous = index;
    });
  }

  /** Undefined for what `encode` cannot have written. */
  static decode(input: ByteReader): LogBins | undefined {
    const bins = new LogBins();
    const size = input.count();
    let lowest = 0;
    let index = 0;
    for (let i = 0; i < size; i++) {
      const step = i === 0 ? input.signed() : input.varint();
      const weight = input.varint();
      index = i === 0 ? step : index + step;
      if (i === 0) lowest = index;
      const isOrdered = i === 0 || step > 0;
      if (input.isBroken || !isOrdered || weight === 0 || Math.abs(index) > MAX_INDEX || index - lowest >= MAX_BINS) return undefined;
      bins.add(index, weight);
    }
    return input.isBroken ? undefined : bins;
  }

  /** Makes `highest` the highest bin, and pours what is now too far below it into the lowest one allowed. */
  #raise(highest: number): void {
    this.#highest = highest;
    const floor = highest - MAX_BINS + 1;
    const end = Math.min(floor - this.#base, this.#weights.length);
    let poured = 0;
    for (let at = 0; at < end; at++) {
      poured = saturatingSum(poured, this.#weights[at] ?? 0);
      this.#weights[at] = 0;
    }
    if (poured > 0) this.add(floor, poured);
  }

  /** Makes the array cover `index` beside everything kept, with some room on both sides so that a steady climb moves it seldom. */
  #cover(index: number): void {
    let lowest = index;
    this.forEachUp((first) => {
      lowest = Math.min(first, index);
      return true;
    });
    const span = Math.max(this.#highest, index) - lowest + 1;
    const length = Math.ceil((span * (1 + ROOM) + CHUNK / 2) / CHUNK) * CHUNK;
    const base = lowest - Math.floor((length - span) / 2);
    const grown = new Float64Array(length);
    this.forEachUp((old, weight) => {
      grown[old - base] = weight;
      return false;
    });
    this.#weights = grown;
    this.#base = base;
  }
}
