import { ByteReader, type ByteWriter } from '@hubbub/sketch';

/** No container has more slots. */
const MOST_SLOTS = 96;
const VERSION = 1;

/**
 * The directory of a slot-major body: version, number of segments, (slot, length) of each, ascending; then the segments, none empty.
 * One object is reused for any number of bodies.
 */
export class SlotDirectory {
  readonly #input = new ByteReader();
  readonly #slots = new Uint8Array(MOST_SLOTS);
  /** Where segments begin; one more for the end of the last. */
  readonly #starts = new Float64Array(MOST_SLOTS + 1);
  #length = 0;

  /** How many segments there are. */
  get length(): number {
    return this.#length;
  }

  /** False, and nothing in it, for bytes that no `writeSlots` wrote. */
  open(body: Uint8Array): boolean {
    this.#length = 0;
    const input = this.#input;
    input.open(body);
    const version = input.byte();
    const length = input.byte();
    if (version !== VERSION || length === 0 || length > MOST_SLOTS) return false;
    let previous = -1;
    let offset = 0;
    for (let i = 0; i < length; i++) {
      const slot = input.byte();
      const size = input.varint();
      if (slot <= previous || slot >= MOST_SLOTS || size === 0) return false;
      this.#slots[i] = slot;
      this.#starts[i] = offset;
      offset += size;
      previous = slot;
    }
    if (input.isBroken || offset !== body.length - input.at) return false;
    for (let i = 0; i < length; i++) this.#starts[i] = (this.#starts[i] ?? 0) + input.at;
    this.#starts[length] = body.length;
    this.#length = length;
    return true;
  }

  slotAt(i: number): number {
    return this.#slots[i] ?? 0;
  }

  startAt(i: number): number {
    return this.#starts[i] ?? 0;
  }

  /** The place of a slot's segment; −1 when it has none. */
  find(slot: number): number {
    for (let i = 0; i < this.#length; i++) if (this.#slots[i] === slot) return i;
    return -1;
  }
}

/** One segment, where its bytes lie. */
export interface SegmentBytes {
  readonly slot: number;
  readonly from: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** `segments`: ascending by slot, none empty, at least one. */
export function writeSlots(out: ByteWriter, segments: readonly SegmentBytes[]): void {
  out.byte(VERSION);
  out.byte(segments.length);
  for (const { slot, start, end } of segments) {
    out.byte(slot);
    out.varint(end - start);
  }
  for (const { from, start, end } of segments) out.raw(from.subarray(start, end));
}

/** What a slot holds, being changed. */
export interface Segment {
  /** Raises what has fallen below zero to zero, and says how often. To be called before `encode`. */
  settle(): number;
  /** Writes nothing when there is nothing. */
  encode(out: ByteWriter): void;
  /** Nobody uses it any more: its memory may be used again. */
  release(): void;
  /** Bytes of memory, about. */
  readonly memory: number;
}
