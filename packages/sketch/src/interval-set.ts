import { ByteReader, ByteWriter } from './bytes.ts';
import type { Mergeable, SketchKind } from './mergeable.ts';
import { MAX_TIME, requireTime } from './time.ts';

const VERSION = 1;

/**
 * A union of intervals [start, end) in whole milliseconds, such as the times somebody was there. Exact; takes as much as there are
 * gaps. Intervals that touch or overlap become one, so equal sets look the same however they came about.
 */
export class IntervalSet implements Mergeable<IntervalSet> {
  /** Ascending; no end is at or after the next start. */
  #starts: number[] = [];
  #ends: number[] = [];

  /** Number of separate intervals. */
  get size(): number {
    return this.#starts.length;
  }

  get intervals(): readonly (readonly [start: number, end: number])[] {
    return this.#starts.map((start, i) => [start, this.#ends[i] ?? start] as const);
  }

  /** RangeError unless both are whole milliseconds and start < end. Costs a binary search, and moving what lies behind. */
  add(start: number, end: number): void {
    requireTime(start);
    requireTime(end);
    if (start >= end) throw new RangeError(`an interval ends after it starts, not ${start} to ${end}`);
    const from = firstAtLeast(this.#ends, start);
    let to = from;
    while (to < this.#starts.length && (this.#starts[to] ?? end) <= end) to++;
    const first = from < to ? Math.min(start, this.#starts[from] ?? start) : start;
    const last = from < to ? Math.max(end, this.#ends[to - 1] ?? end) : end;
    this.#starts.splice(from, to - from, first + 0);
    this.#ends.splice(from, to - from, last + 0);
  }

  /** Milliseconds of [from, to) that are covered. */
  lengthWithin(from: number, to: number): number {
    let length = 0;
    for (let i = firstAtLeast(this.#ends, from); i < this.#starts.length; i++) {
      const start = this.#starts[i] ?? to;
      if (start >= to) break;
      length += Math.max(0, Math.min(this.#ends[i] ?? from, to) - Math.max(start, from));
    }
    return length;
  }

  /** Whether any moment of [from, to) is covered. */
  overlaps(from: number, to: number): boolean {
    return from < to && (this.#starts[firstAtLeast(this.#ends, from + 1)] ?? to) < to;
  }

  /** Linear in both. */
  merge(other: IntervalSet): void {
    const starts = [...this.#starts, ...other.#starts];
    const ends = [...this.#ends, ...other.#ends];
    const order = starts.map((_, i) => i).sort((a, b) => (starts[a] ?? 0) - (starts[b] ?? 0));
    this.#starts = [];
    this.#ends = [];
    for (const i of order) this.#append(starts[i] ?? 0, ends[i] ?? 0);
  }

  clone(): IntervalSet {
    const copy = new IntervalSet();
    copy.#starts = this.#starts.slice();
    copy.#ends = this.#ends.slice();
    return copy;
  }

  encode(): Uint8Array {
    const out = new ByteWriter();
    out.byte(VERSION);
    out.varint(this.size);
    let previous: number | undefined;
    for (const [start, end] of this.intervals) {
      if (previous === undefined) out.signed(start);
      else out.varint(start - previous);
      out.varint(end - start);
      previous = end;
    }
    return out.finish();
  }

  static decode(bytes: Uint8Array): IntervalSet | undefined {
    const input = new ByteReader(bytes);
    if (input.byte() !== VERSION) return undefined;
    const set = new IntervalSet();
    const size = input.count();
    let end = 0;
    for (let i = 0; i < size; i++) {
      const gap = i === 0 ? input.signed() : input.varint();
      const length = input.varint();
      const start = i === 0 ? gap : end + gap;
      end = start + length;
      const isSeparate = length > 0 && (i === 0 || gap > 0);
      if (input.isBroken || !isSeparate || start < -MAX_TIME || end > MAX_TIME) return undefined;
      set.#append(start, end);
    }
    return input.isComplete ? set : undefined;
  }

  /** For intervals in order of their starts. */
  #append(start: number, end: number): void {
    const last = this.#ends.length - 1;
    const lastEnd = this.#ends[last];
    if (lastEnd !== undefined && start <= lastEnd) {
      this.#ends[last] = Math.max(lastEnd, end);
    } else {
      this.#starts.push(start);
      this.#ends.push(end);
    }
  }
}

/** The first index whose value is at least `bound`. */
function firstAtLeast(ascending: readonly number[], bound: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] ?? bound) < bound) low = middle + 1;
    else high = middle;
  }
  return low;
}

export const intervalSetKind: SketchKind<IntervalSet> = { name: 'IntervalSet', empty: () => new IntervalSet(), decode: IntervalSet.decode };
