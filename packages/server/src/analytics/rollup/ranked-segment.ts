import { ByteReader, type ByteWriter, CAPACITY } from '@hubbub/sketch';
import { NumberCounts } from './number-counts.ts';
import type { Segment } from './slot-body.ts';

/** Where a segment is read to. */
export interface RankedTarget {
  readonly counts: NumberCounts;
  /** By how much a true count may exceed the one here, for a number that is not here as well. */
  allowance: number;
  /** Everything ever added, less what was taken away. */
  total: number;
}

/**
 * Adds a segment to a target; false when it is corrupt. A segment: total, allowance, how many numbers, and (number, or distance to the
 * one before; count) of each, ascending.
 */
export function addRanked(input: ByteReader, target: RankedTarget): boolean {
  const { counts } = target;
  const total = input.varint();
  const allowance = input.varint();
  const size = input.count();
  if (total === 0 || size > 2 * CAPACITY) return false;
  counts.reserve(counts.size + size);
  let number = 0;
  let left = total;
  for (let i = 0; i < size; i++) {
    const step = input.varint();
    const count = input.varint();
    number += step;
    left -= count;
    if (count === 0 || (step === 0 && i > 0) || number > 0xfffffffe) return false;
    counts.add(number, count);
  }
  target.total += total;
  target.allowance += allowance;
  return input.isComplete && (allowance === 0 ? left === 0 : left >= 0);
}

/**
 * Counts by number, exact while there are at most CAPACITY (and up to twice as many), Space-Saving in its mergeable form beyond: the
 * law of HeavyHitters in packages/sketch. Amounts may be taken back; a number that is no longer listed then stays within the allowance.
 */
export class RankedSegment implements Segment, RankedTarget {
  counts = new NumberCounts();
  allowance = 0;
  total = 0;
  #hasFallen = false;

  static decode(body: Uint8Array, from: number, to: number): RankedSegment | undefined {
    const segment = new RankedSegment();
    const input = new ByteReader();
    input.open(body, from, to);
    return addRanked(input, segment) ? segment : undefined;
  }

  get memory(): number {
    return 100 + this.counts.memory;
  }

  add(number: number, amount: number): void {
    this.total += amount;
    this.counts.add(number, amount);
    if (this.counts.size > 2 * CAPACITY) this.#shrink();
  }

  /** The same amount of each. */
  addAll(numbers: readonly number[], amount: number): void {
    for (let i = 0; i < numbers.length; i++) this.add(numbers[i] ?? 0, amount);
  }

  settle(): number {
    if (!this.#hasFallen && !this.counts.hasFallen) return 0;
    let shortfalls = 0;
    let sum = 0;
    const below: number[] = [];
    this.counts.forEach((number, count) => {
      if (count < 0) below.push(number);
      else sum += count;
    });
    for (const number of below) this.counts.add(number, -this.counts.get(number));
    if (this.allowance === 0) {
      shortfalls = below.length;
      this.total = sum;
    } else if (this.total < sum) this.total = sum;
    if (this.total === 0) this.allowance = 0;
    return shortfalls;
  }

  release(): void {
    this.counts.clear();
  }

  encode(out: ByteWriter): void {
    if (this.total === 0) return;
    out.varint(this.total);
    out.varint(this.allowance);
    this.counts.encode(out);
  }

  /** Lowers all by the largest of those that go, as HeavyHitters does; those at 0 or below go in any case. */
  #shrink(): void {
    const present: number[] = [];
    this.counts.forEach((_, count) => {
      if (count > 0) present.push(count);
    });
    const sorted = Float64Array.from(present).sort();
    const lost = sorted.length > 2 * CAPACITY ? (sorted[sorted.length - 1 - CAPACITY] ?? 0) : 0;
    const kept = new NumberCounts();
    this.counts.forEach((number, count) => {
      if (count > lost || (count < 0 && lost + this.allowance === 0)) kept.add(number, count - lost);
    });
    this.#hasFallen ||= this.counts.hasFallen;
    this.counts.clear();
    this.counts = kept;
    this.allowance += lost;
  }
}
