import { ByteReader, type ByteWriter } from '@hubbub/sketch';
import { BIN_COUNT, ZERO_BIN } from './bins.ts';
import { KIND, KIND_COUNT } from './columns.ts';
import { NumberCounts } from './number-counts.ts';
import type { Segment } from './slot-body.ts';

const KINDS_END = 2 ** KIND_COUNT;

interface BinsTarget {
  add(bin: number, weight: number): void;
}

/** Where a segment is read to. A kind that is undefined is passed over. */
interface QuantilesTarget {
  readonly kinds: readonly (BinsTarget | undefined)[];
  /** µs. */
  latencyMax: number;
}

/**
 * Adds a segment to a target; false when it is corrupt. A segment: which kinds there are as bits, then for each the largest latency in
 * µs (latency only), the number of bins, and (distance to the bin before, weight) of each, upwards from ZERO_BIN.
 */
function addQuantiles(input: ByteReader, target: QuantilesTarget): boolean {
  const present = input.byte();
  if (present === 0 || present >= KINDS_END) return false;
  for (let kind = 0; kind < KIND_COUNT; kind++) {
    if ((present & (1 << kind)) === 0) continue;
    if (kind === KIND.latency) target.latencyMax = Math.max(target.latencyMax, input.varint());
    if (!addBins(input, target.kinds[kind])) return false;
  }
  return input.isComplete;
}

function addBins(input: ByteReader, bins: BinsTarget | undefined): boolean {
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

/** Weights by bin, of which a slot of a room has few, and of most kinds none. */
class SparseBins implements BinsTarget {
  #weights: NumberCounts | undefined;

  get memory(): number {
    return 50 + (this.#weights?.memory ?? 0);
  }

  /** `bin`: as clampedBinOf gives it. */
  add(bin: number, weight: number): void {
    this.#weights ??= new NumberCounts();
    this.#weights.add(bin - ZERO_BIN, weight);
  }

  /** Those with weight, upwards. */
  forEach(visit: (bin: number, weight: number) => void): void {
    const weights = this.#weights;
    if (weights !== undefined) for (const number of Array.from(weights.sorted())) visit(number + ZERO_BIN, weights.get(number));
  }

  /** Raises negative weights to zero and says how many. */
  settle(): number {
    const weights = this.#weights;
    if (weights === undefined || !weights.hasFallen) return 0;
    const below: number[] = [];
    weights.forEach((number, weight) => {
      if (weight < 0) below.push(number);
    });
    for (const number of below) weights.add(number, -weights.get(number));
    return below.length;
  }

  /** Their number and (distance to the bin before, weight) of each. */
  encode(out: ByteWriter): void {
    this.#weights?.encode(out);
  }

  release(): void {
    this.#weights?.clear();
  }

  get isEmpty(): boolean {
    return this.#weights === undefined || this.#weights.isEmpty;
  }
}

export class QuantilesSegment implements Segment, QuantilesTarget {
  readonly kinds: readonly SparseBins[] = [new SparseBins(), new SparseBins(), new SparseBins(), new SparseBins()];
  latencyMax = 0;

  static decode(body: Uint8Array, from: number, to: number): QuantilesSegment | undefined {
    const segment = new QuantilesSegment();
    const input = new ByteReader();
    input.open(body, from, to);
    return addQuantiles(input, segment) ? segment : undefined;
  }

  get memory(): number {
    let memory = 100;
    for (const bins of this.kinds) memory += bins.memory;
    return memory;
  }

  settle(): number {
    let shortfalls = 0;
    for (const bins of this.kinds) shortfalls += bins.settle();
    if (this.kinds[KIND.latency]?.isEmpty) this.latencyMax = 0;
    return shortfalls;
  }

  release(): void {
    for (const bins of this.kinds) bins.release();
  }

  encode(out: ByteWriter): void {
    let present = 0;
    this.kinds.forEach((bins, kind) => {
      if (!bins.isEmpty) present |= 1 << kind;
    });
    if (present === 0) return;
    out.byte(present);
    this.kinds.forEach((bins, kind) => {
      if ((present & (1 << kind)) === 0) return;
      if (kind === KIND.latency) out.varint(this.latencyMax);
      bins.encode(out);
    });
  }
}
