import { BinRows } from './bin-rows.ts';
import { KIND, KIND_COUNT, type Kind } from './columns.ts';
import { SlotDirectory } from './slot-body.ts';
import { VarintReader } from './varint-reader.ts';

const KINDS_END = 2 ** KIND_COUNT;
/** No bucket is open. */
const NONE = -1;

/** Bins of the wanted kinds by bucket, from containers of `quantiles` in any order; fastest where each bucket's slots come together. */
export class QuantilesAccumulator {
  readonly #directory = new SlotDirectory();
  readonly #input = new VarintReader();
  readonly #bucketCount: number;
  readonly #tables: readonly (BinRows | undefined)[];
  #open = NONE;
  /** µs. */
  readonly #latencyMax: Float64Array;

  constructor(bucketCount: number, kinds: readonly Kind[]) {
    this.#bucketCount = bucketCount;
    this.#tables = Array.from({ length: KIND_COUNT }, (_, kind) =>
      kinds.some((each) => each === kind) ? new BinRows(bucketCount) : undefined,
    );
    this.#latencyMax = new Float64Array(bucketCount);
  }

  /** `bucketOfSlot`: −1, or beyond its end: not wanted. False for a corrupt body, of which any part may have been added. */
  add(body: Uint8Array, bucketOfSlot: Int32Array): boolean {
    const directory = this.#directory;
    if (!directory.open(body)) return false;
    for (let i = 0; i < directory.length; i++) {
      const slot = directory.slotAt(i);
      const bucket = slot < bucketOfSlot.length ? (bucketOfSlot[slot] ?? -1) : -1;
      if (bucket < 0) continue;
      if (bucket >= this.#bucketCount) throw new RangeError(`there are ${this.#bucketCount} buckets, and none is ${bucket}`);
      if (bucket !== this.#open) this.#openBucket(bucket);
      if (!this.#addSegment(body, directory.startAt(i), directory.startAt(i + 1), bucket)) return false;
    }
    return true;
  }

  count(bucket: number, kind: Kind): number {
    this.#closeIf(bucket);
    return this.#tables[kind]?.total(bucket) ?? 0;
  }

  /** The value at the nearest rank, as in packages/sketch, within 1 %; undefined when empty. */
  quantile(bucket: number, kind: Kind, q: number): number | undefined {
    this.#closeIf(bucket);
    const estimate = this.#tables[kind]?.quantile(bucket, q);
    return estimate === undefined || kind !== KIND.latency ? estimate : Math.min(estimate, this.latencyMax(bucket));
  }

  /** Those with weight, upwards. */
  forEachBin(bucket: number, kind: Kind, visit: (bin: number, weight: number) => void): void {
    this.#closeIf(bucket);
    this.#tables[kind]?.forEachBin(bucket, visit);
  }

  /** ms, exact to a µs; 0 when empty. */
  latencyMax(bucket: number): number {
    return (this.#latencyMax[bucket] ?? 0) / 1000;
  }

  /** A segment as `addQuantiles` reads it, to the bucket that is open. */
  #addSegment(body: Uint8Array, from: number, to: number, bucket: number): boolean {
    const input = this.#input;
    const present = body[from] ?? 0;
    if (present === 0 || present >= KINDS_END) return false;
    input.open(body, from + 1, to);
    for (let kind = 0; kind < KIND_COUNT; kind++) {
      if ((present & (1 << kind)) === 0) continue;
      if (kind === KIND.latency) this.#latencyMax[bucket] = Math.max(this.#latencyMax[bucket] ?? 0, input.next());
      const size = input.next();
      if (input.isBroken || size === 0 || size > to - input.at) return false;
      const table = this.#tables[kind];
      if (table === undefined) input.skip(2 * size);
      else if (!table.addBins(body, input, size)) return false;
    }
    return !input.isBroken && input.at === to;
  }

  #openBucket(bucket: number): void {
    this.#closeIf(this.#open);
    for (const table of this.#tables) table?.open(bucket);
    this.#open = bucket;
  }

  #closeIf(bucket: number): void {
    if (bucket !== this.#open || bucket === NONE) return;
    for (const table of this.#tables) table?.close(bucket);
    this.#open = NONE;
  }
}
