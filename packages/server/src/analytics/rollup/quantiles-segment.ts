import { ByteReader, type ByteWriter } from '@hubbub/sketch';
import { BIN_COUNT, Bins, ZERO_BIN } from './bins.ts';
import { KIND, KIND_COUNT } from './columns.ts';
import type { Segment } from './slot-body.ts';

const KINDS_END = 2 ** KIND_COUNT;

/** Where a segment is read to. A kind that is undefined is passed over. */
export interface QuantilesTarget {
  readonly kinds: readonly (Bins | undefined)[];
  /** µs. */
  latencyMax: number;
}

/**
 * Adds a segment to a target; false when it is corrupt. A segment: which kinds there are as bits, then for each the largest latency in
 * µs (latency only), the number of bins, and (distance to the bin before, weight) of each, upwards from ZERO_BIN.
 */
export function addQuantiles(input: ByteReader, target: QuantilesTarget): boolean {
  const present = input.byte();
  if (present === 0 || present >= KINDS_END) return false;
  for (let kind = 0; kind < KIND_COUNT; kind++) {
    if ((present & (1 << kind)) === 0) continue;
    if (kind === KIND.latency) target.latencyMax = Math.max(target.latencyMax, input.varint());
    if (!addBins(input, target.kinds[kind])) return false;
  }
  return input.isComplete;
}

function addBins(input: ByteReader, bins: Bins | undefined): boolean {
  const size = input.count();
  if (size === 0) return false;
  let bin = ZERO_BIN;
  for (let i = 0; i < size; i++) {
    const step = input.varint();
    const weight = input.varint();
    bin += step;
    if (weight === 0 || (step === 0 && i > 0) || bin >= ZERO_BIN + BIN_COUNT) return false;
    bins?.add(bin, weight);
  }
  return true;
}

export class QuantilesSegment implements Segment, QuantilesTarget {
  readonly kinds: readonly Bins[] = Array.from({ length: KIND_COUNT }, () => new Bins());
  latencyMax = 0;

  static decode(body: Uint8Array, from: number, to: number): QuantilesSegment | undefined {
    const segment = new QuantilesSegment();
    const input = new ByteReader();
    input.open(body, from, to);
    return addQuantiles(input, segment) ? segment : undefined;
  }

  get memory(): number {
    return this.kinds.reduce((sum, bins) => sum + bins.memory, 100);
  }

  settle(): number {
    const shortfalls = this.kinds.reduce((sum, bins) => sum + bins.settle(), 0);
    if (this.kinds[KIND.latency]?.size === 0) this.latencyMax = 0;
    return shortfalls;
  }

  encode(out: ByteWriter): void {
    let present = 0;
    this.kinds.forEach((bins, kind) => {
      if (bins.size > 0) present |= 1 << kind;
    });
    if (present === 0) return;
    out.byte(present);
    this.kinds.forEach((bins, kind) => {
      if ((present & (1 << kind)) === 0) return;
      if (kind === KIND.latency) out.varint(this.latencyMax);
      out.varint(bins.size);
      let previous = ZERO_BIN;
      bins.forEach((bin, weight) => {
        out.varint(bin - previous);
        out.varint(weight);
        previous = bin;
      });
    });
  }
}
