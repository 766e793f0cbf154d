import { COLUMN_COUNT, type Column } from './columns.ts';
import { addCounts } from './counts-segment.ts';
import { SlotDirectory } from './slot-body.ts';

/** Columns of `counts` by bucket, from containers in any order. */
export class CountsAccumulator {
  readonly #directory = new SlotDirectory();
  readonly #columns: Float64Array;

  constructor(bucketCount: number) {
    this.#columns = new Float64Array(bucketCount * COLUMN_COUNT);
  }

  /** `bucketOfSlot`: −1, or beyond its end: not wanted. False for a corrupt body, of which any part may have been added. */
  add(body: Uint8Array, bucketOfSlot: Int32Array): boolean {
    const directory = this.#directory;
    if (!directory.open(body)) return false;
    for (let i = 0; i < directory.length; i++) {
      const slot = directory.slotAt(i);
      const bucket = slot < bucketOfSlot.length ? (bucketOfSlot[slot] ?? -1) : -1;
      if (bucket < 0) continue;
      if (!addCounts(body, directory.startAt(i), directory.startAt(i + 1), this.#columns, bucket * COLUMN_COUNT)) return false;
    }
    return true;
  }

  value(bucket: number, column: Column): number {
    return this.#columns[bucket * COLUMN_COUNT + column] ?? 0;
  }
}
