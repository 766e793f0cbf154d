import { ByteReader } from '@hubbub/sketch';
import { NumberCounts } from './number-counts.ts';
import { addRanked, type RankedTarget } from './ranked-segment.ts';
import { SlotDirectory } from './slot-body.ts';
import { type Ranked, topOf } from './top.ts';

/** Counts by number and bucket, from containers of `terms`, `emoji` or `drops` in any order. */
export class RankedAccumulator {
  readonly #directory = new SlotDirectory();
  readonly #input = new ByteReader();
  readonly #buckets: (RankedTarget | undefined)[];

  constructor(bucketCount: number) {
    this.#buckets = new Array<RankedTarget | undefined>(bucketCount).fill(undefined);
  }

  /** `bucketOfSlot`: −1, or beyond its end: not wanted. False for a corrupt body, of which any part may have been added. */
  add(body: Uint8Array, bucketOfSlot: Int32Array): boolean {
    const directory = this.#directory;
    if (!directory.open(body)) return false;
    for (let i = 0; i < directory.length; i++) {
      const slot = directory.slotAt(i);
      const bucket = slot < bucketOfSlot.length ? (bucketOfSlot[slot] ?? -1) : -1;
      if (bucket < 0) continue;
      this.#input.open(body, directory.startAt(i), directory.startAt(i + 1));
      const target = this.#buckets[bucket] ?? { counts: new NumberCounts(), allowance: 0, total: 0 };
      this.#buckets[bucket] = target;
      if (!addRanked(this.#input, target)) return false;
    }
    return true;
  }

  /**
   * Most first; those that tie with the last one as well. A true count lies between `count` and `count + allowance(bucket)`, also for
   * a number that is not listed (count 0).
   */
  top(bucket: number, limit: number): Ranked[] {
    const counts = this.#buckets[bucket]?.counts;
    return counts === undefined ? [] : topOf((visit) => counts.forEach(visit), counts.size, limit);
  }

  /** 0 while everything is exact. */
  allowance(bucket: number): number {
    return this.#buckets[bucket]?.allowance ?? 0;
  }

  total(bucket: number): number {
    return this.#buckets[bucket]?.total ?? 0;
  }
}
