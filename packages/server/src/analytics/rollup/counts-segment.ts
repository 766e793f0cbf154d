import type { ByteWriter } from '@hubbub/sketch';
import { COLUMN_COUNT, isMaxColumn } from './columns.ts';
import type { Segment } from './slot-body.ts';

const NOTHING: readonly number[] = new Array(COLUMN_COUNT).fill(0);
const MASK_END = 2 ** COLUMN_COUNT;
/** Of the last byte of a varint: eight bytes are at most 2^56. */
const MOST_SCALE = 2 ** 49;

/**
 * Adds the segment that lies at [from, to) of a body to the columns from `base` on; false when it is corrupt. A segment: which columns
 * are not zero as bits, then their values, as varints. Read by hand: a question about years asks for a hundred thousand of these.
 */
export function addCounts(body: Uint8Array, from: number, to: number, columns: Float64Array, base: number): boolean {
  let mask = 0;
  let at = from;
  let scale = 1;
  for (let byte = 128; byte >= 128; scale *= 128) {
    if (at >= to || scale > MASK_END) return false;
    byte = body[at++] ?? 0;
    mask += (byte & 127) * scale;
  }
  if (mask === 0 || mask >= MASK_END) return false;
  for (let column = base; mask !== 0; column++, mask >>>= 1) {
    if ((mask & 1) === 0) continue;
    if (at >= to) return false;
    let value = body[at++] ?? 0;
    if (value >= 128) {
      value &= 127;
      let byte = 128;
      for (scale = 128; byte >= 128; scale *= 128) {
        if (at >= to || scale > MOST_SCALE) return false;
        byte = body[at++] ?? 0;
        value += (byte & 127) * scale;
      }
      if (value > Number.MAX_SAFE_INTEGER) return false;
    }
    const present = columns[column] ?? 0;
    if (!isMaxColumn(column - base)) columns[column] = present + value;
    else if (value > present) columns[column] = value;
  }
  return at === to;
}

/** The messages of the segment at [from, to), whose column is the first; undefined when they cannot be read. The rest is not looked at. */
export function messagesIn(body: Uint8Array, from: number, to: number): number | undefined {
  let at = from;
  const isThere = ((body[at] ?? 0) & 1) !== 0;
  while (at < to && (body[at] ?? 0) >= 128) at++;
  at++;
  if (!isThere) return at <= to ? 0 : undefined;
  let value = 0;
  let byte = 128;
  for (let scale = 1; byte >= 128; scale *= 128) {
    if (at >= to || scale > MOST_SCALE) return undefined;
    byte = body[at++] ?? 0;
    value += (byte & 127) * scale;
  }
  return value;
}

const decoded = new Float64Array(COLUMN_COUNT);

export class CountsSegment implements Segment {
  /** A plain array: as short as this it is made much faster than a typed one. */
  readonly columns: number[];
  readonly memory = 300;

  constructor(columns: Iterable<number> = NOTHING) {
    this.columns = [...columns];
  }

  static decode(body: Uint8Array, from: number, to: number): CountsSegment | undefined {
    decoded.fill(0);
    return addCounts(body, from, to, decoded, 0) ? new CountsSegment(decoded) : undefined;
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

  release(): void {}

  encode(out: ByteWriter): void {
    let mask = 0;
    for (let column = 0; column < COLUMN_COUNT; column++) if (this.columns[column] !== 0) mask |= 1 << column;
    if (mask === 0) return;
    out.varint(mask);
    for (const value of this.columns) if (value !== 0) out.varint(value);
  }
}
