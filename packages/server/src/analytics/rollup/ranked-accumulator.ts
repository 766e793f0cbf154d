import type { ByteWriter } from '@hubbub/sketch';
import { ascending, NumberSums, type Summed } from './number-sums.ts';
import { SlotDirectory } from './slot-body.ts';
import { leastOf, type Ranked, topOf } from './top.ts';
import { VarintReader } from './varint-reader.ts';
import { writeRanked } from './write-ranked.ts';

/** That nobody uses, and empty: what they reach over is too much to be asked for again and again. */
const spare: NumberSums[] = [];
const MOST_SPARE = 2;

/**
 * Counts by number and bucket, from containers of `terms`, `emoji` or `drops` in any order; fastest where each bucket's slots come
 * together, since one bucket at a time is open for additions.
 */
export class RankedAccumulator {
  readonly #directory = new SlotDirectory();
  readonly #input = new VarintReader();
  readonly #allowances: Float64Array;
  readonly #totals: Float64Array;
  /** Of the bucket that is open; undefined: none is. */
  #sums: NumberSums | undefined;
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
      const sums = this.#sums !== undefined && bucket === this.#open ? this.#sums : this.#openBucket(bucket);
      if (!this.#addSegment(sums, body, directory.startAt(i), directory.startAt(i + 1))) {
        // What it holds is not to be trusted, and not to be used again.
        this.#sums = undefined;
        return false;
      }
    }
    return true;
  }

  /**
   * Most first; those that tie with the last one as well. A true count lies between `count` and `count + allowance(bucket)`, also for
   * a number that is not listed (count 0).
   */
  top(bucket: number, limit: number): Ranked[] {
    const summed = this.#summedOf(bucket);
    return summed === undefined ? [] : topOf(summed.numbers, summed.sums, limit);
  }

  /** 0 while everything is exact. */
  allowance(bucket: number): number {
    return this.#allowances[bucket] ?? 0;
  }

  total(bucket: number): number {
    return this.#totals[bucket] ?? 0;
  }

  /** What a bucket has, to be written, with no more than `most` numbers: the first of `top`, and the largest of the others as allowance. */
  segment(bucket: number, most: number): { encode(out: ByteWriter): void } {
    const summed = this.#summedOf(bucket);
    const least = summed === undefined || summed.sums.length <= most ? 0 : leastOf(summed.sums, most);
    const allowance = this.allowance(bucket) + least;
    const total = this.total(bucket);
    return { encode: (out) => summed !== undefined && writeRanked(out, { total, allowance }, ascending(summed, least), least, most) };
  }

  #summedOf(bucket: number): Summed | undefined {
    this.#close();
    return this.#closed[bucket];
  }

  #openBucket(bucket: number): NumberSums {
    this.#close();
    const sums = spare.pop() ?? new NumberSums();
    this.#sums = sums;
    this.#open = bucket;
    const closed = this.#closed[bucket];
    for (let i = 0; closed !== undefined && i < closed.numbers.length; i++) sums.add(closed.numbers[i] ?? 0, closed.sums[i] ?? 0);
    return sums;
  }

  #close(): void {
    const sums = this.#sums;
    if (sums === undefined) return;
    this.#closed[this.#open] = sums.summed();
    sums.clear();
    if (spare.length < MOST_SPARE) spare.push(sums);
    this.#sums = undefined;
    this.#open = -1;
  }

  /** A segment as `addRanked` reads it. */
  #addSegment(sums: NumberSums, body: Uint8Array, from: number, to: number): boolean {
    const input = this.#input;
    const bucket = this.#open;
    input.open(body, from, to);
    const total = input.next();
    const allowance = input.next();
    const size = input.next();
    if (input.isBroken || total === 0 || 2 * size > to - input.at) return false;
    const listed = sums.addPairs(body, input, size);
    if (listed === undefined || input.at !== to || (allowance === 0 ? listed !== total : listed > total)) return false;
    this.#totals[bucket] = (this.#totals[bucket] ?? 0) + total;
    this.#allowances[bucket] = (this.#allowances[bucket] ?? 0) + allowance;
    return true;
  }
}
