import { CAPACITY } from '@hubbub/sketch';
import { NumberSums, type Summed } from './number-sums.ts';
import { SlotDirectory } from './slot-body.ts';
import { type Ranked, topOf } from './top.ts';
import { VarintReader } from './varint-reader.ts';

const MOST_NUMBER = 0xfffffffe;

/**
 * Counts by number and bucket, from containers of `terms`, `emoji` or `drops` in any order; fastest where each bucket's slots come
 * together, since one bucket at a time is open for additions.
 */
export class RankedAccumulator {
  readonly #directory = new SlotDirectory();
  readonly #input = new VarintReader();
  readonly #allowances: Float64Array;
  readonly #totals: Float64Array;
  /** Of the bucket that is open. */
  readonly #sums = new NumberSums();
  #open = -1;
  readonly #closed: (Summed | undefined)[];

  constructor(bucketCount: number) {
    this.#allowances = new Float64Array(bucketCount);
    this.#totals = new Float64Array(bucketCount);
    this.#closed = new Array<Summed | undefined>(bucketCount).fill(undefined);
  }

  /** `bucketOfSlot`: −1, or beyond its end: not wanted. False for a corrupt body, of which any part may have been added. */
  add(body: Uint8Array, bucketOfSlot: Int32Array): boolean {
    const directory = this.#directory;
    if (!directory.open(body)) return false;
    for (let i = 0; i < directory.length; i++) {
      const slot = directory.slotAt(i);
      const bucket = slot < bucketOfSlot.length ? (bucketOfSlot[slot] ?? -1) : -1;
      if (bucket < 0) continue;
      if (bucket !== this.#open) this.#openBucket(bucket);
      if (!this.#addSegment(body, directory.startAt(i), directory.startAt(i + 1))) return false;
    }
    return true;
  }

  /**
   * Most first; those that tie with the last one as well. A true count lies between `count` and `count + allowance(bucket)`, also for
   * a number that is not listed (count 0).
   */
  top(bucket: number, limit: number): Ranked[] {
    const summed = bucket === this.#open ? this.#sums.summed() : this.#closed[bucket];
    return summed === undefined ? [] : topOf(summed.numbers, summed.sums, limit);
  }

  /** How many numbers are listed. */
  size(bucket: number): number {
    return bucket === this.#open ? this.#sums.size : (this.#closed[bucket]?.numbers.length ?? 0);
  }

  /** 0 while everything is exact. */
  allowance(bucket: number): number {
    return this.#allowances[bucket] ?? 0;
  }

  total(bucket: number): number {
    return this.#totals[bucket] ?? 0;
  }

  #openBucket(bucket: number): void {
    if (this.#open >= 0) this.#closed[this.#open] = this.#sums.summed();
    this.#sums.clear();
    this.#open = bucket;
    const closed = this.#closed[bucket];
    if (closed === undefined) return;
    const { numbers, sums } = closed;
    for (let i = 0; i < numbers.length; i++) this.#sums.add(numbers[i] ?? 0, sums[i] ?? 0);
  }

  /** A segment as `addRanked` reads it, by hand: a question about months asks for millions of counts. */
  #addSegment(body: Uint8Array, from: number, to: number): boolean {
    const input = this.#input;
    const bucket = this.#open;
    input.open(body, from, to);
    const total = input.next();
    const allowance = input.next();
    const size = input.next();
    if (input.isBroken || total === 0 || size > 2 * CAPACITY) return false;
    const sums = this.#sums;
    let number = 0;
    let left = total;
    let at = input.at;
    for (let i = 0; i < size; i++) {
      let step = body[at++] ?? 0;
      if (step >= 128) {
        const second = body[at++] ?? 0;
        step += (second << 7) - 128;
        if (second >= 128) {
          step = input.from(at - 2);
          at = input.at;
        }
      }
      let count = body[at++] ?? 0;
      if (count >= 128) {
        count = input.from(at - 1);
        at = input.at;
      }
      number += step;
      left -= count;
      if (at > to || count === 0 || (step === 0 && i > 0) || number > MOST_NUMBER) return false;
      sums.add(number, count);
    }
    this.#totals[bucket] = (this.#totals[bucket] ?? 0) + total;
    this.#allowances[bucket] = (this.#allowances[bucket] ?? 0) + allowance;
    return !input.isBroken && at === to && (allowance === 0 ? left === 0 : left >= 0);
  }
}
