import type { ByteReader, ByteWriter } from '@hubbub/sketch';
import { COLUMN_COUNT, isMaxColumn } from './columns.ts';
import type { Segment } from './slot-body.ts';

const MASK_END = 2 ** COLUMN_COUNT;

/**
 * Adds a segment to the columns from `base` on; false when it is corrupt. A segment: which columns are not zero as bits, then their
 * values, as varints.
 */
export function addCounts(input: ByteReader, columns: Float64Array, base: number): boolean {
  let mask = input.varint();
  if (mask === 0 || mask >= MASK_END) return false;
  while (mask !== 0) {
    const column = 31 - Math.clz32(mask & -mask);
    mask &= mask - 1;
    const value = input.varint();
    if (value === 0) return false;
    const at = base + column;
    const present = columns[at] ?? 0;
    columns[at] = isMaxColumn(column) ? Math.max(present, value) : present + value;
  }
  return input.isComplete;
}

export class CountsSegment implements Segment {
  readonly columns = new Float64Array(COLUMN_COUNT);
  readonly memory = 300;

  static decode(input: ByteReader): CountsSegment | undefined {
    const segment = new CountsSegment();
    return addCounts(input, segment.columns, 0) ? segment : undefined;
  }

  settle(): number {
    let shortfalls = 0;
    for (let column = 0; column < COLUMN_COUNT; column++) {
      if ((this.columns[column] ?? 0) >= 0) continue;
      this.columns[column] = 0;
      shortfalls += 1;
    }
    return shortfalls;
  }

  encode(out: ByteWriter): void {
    let mask = 0;
    for (let column = 0; column < COLUMN_COUNT; column++) if (this.columns[column] !== 0) mask |= 1 << column;
    if (mask === 0) return;
    out.varint(mask);
    for (const value of this.columns) if (value !== 0) out.varint(value);
  }
}
