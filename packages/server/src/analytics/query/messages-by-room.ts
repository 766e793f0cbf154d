import { COLUMN, COLUMN_COUNT } from '../rollup/columns.ts';
import { addCounts } from '../rollup/counts-segment.ts';
import { SlotDirectory } from '../rollup/slot-body.ts';
import { type Ranked, topOf } from '../rollup/top.ts';

/** Messages by room and bucket, from containers of `counts` in any order. */
export class MessagesByRoom {
  readonly #bucketCount: number;
  readonly #directory = new SlotDirectory();
  readonly #columns = new Float64Array(COLUMN_COUNT);
  readonly #rooms = new Map<number, Float64Array>();

  constructor(bucketCount: number) {
    this.#bucketCount = bucketCount;
  }

  /** `bucketOfSlot`: −1: not wanted. False for a corrupt body, of which any part may have been added. */
  add(room: number, body: Uint8Array, bucketOfSlot: Int32Array): boolean {
    const directory = this.#directory;
    if (!directory.open(body)) return false;
    const counts = this.#rooms.get(room) ?? new Float64Array(this.#bucketCount);
    this.#rooms.set(room, counts);
    const columns = this.#columns;
    for (let i = 0; i < directory.length; i++) {
      const bucket = bucketOfSlot[directory.slotAt(i)] ?? -1;
      if (bucket < 0) continue;
      columns[COLUMN.messages] = 0;
      if (!addCounts(body, directory.startAt(i), directory.startAt(i + 1), columns, 0)) return false;
      counts[bucket] = (counts[bucket] ?? 0) + (columns[COLUMN.messages] ?? 0);
    }
    return true;
  }

  /** Most first; those that tie with the last one as well. */
  top(bucket: number, limit: number): Ranked[] {
    const forEach = (visit: (number: number, count: number) => void): void => {
      for (const [room, counts] of this.#rooms) if ((counts[bucket] ?? 0) !== 0) visit(room, counts[bucket] ?? 0);
    };
    return topOf(forEach, this.#rooms.size, limit);
  }
}
