import { middleOf, nearestRank } from '@hubbub/sketch';
import { BIN_COUNT, ZERO_BIN } from './bins.ts';
import { KIND, KIND_COUNT, type Kind } from './columns.ts';
import { SlotDirectory } from './slot-body.ts';
import { VarintReader } from './varint-reader.ts';

const KINDS_END = 2 ** KIND_COUNT;
const FIRST_BIN = ZERO_BIN + 1;
const PAGE_BITS = 4;
const PAGE_BINS = 1 << PAGE_BITS;
const PAGES = (BIN_COUNT - 1) / PAGE_BINS;
/** Of a bucket of a quarter of an hour. */
const USUAL_PAGES = 6;

/** Bins of the wanted kinds by bucket, from containers of `quantiles` in any order. */
export class QuantilesAccumulator {
  readonly #directory = new SlotDirectory();
  readonly #input = new VarintReader();
  readonly #bucketCount: number;
  readonly #tables: readonly (BinTable | undefined)[];
  /** µs. */
  readonly #latencyMax: Float64Array;

  constructor(bucketCount: number, kinds: readonly Kind[]) {
    this.#bucketCount = bucketCount;
    this.#tables = Array.from({ length: KIND_COUNT }, (_, kind) =>
      kinds.some((each) => each === kind) ? new BinTable(bucketCount) : undefined,
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
      if (!this.#addSegment(body, directory.startAt(i), directory.startAt(i + 1), bucket)) return false;
    }
    return true;
  }

  count(bucket: number, kind: Kind): number {
    return this.#tables[kind]?.total(bucket) ?? 0;
  }

  /** The value at the nearest rank, as in packages/sketch, within 1 %; undefined when empty. */
  quantile(bucket: number, kind: Kind, q: number): number | undefined {
    const estimate = this.#tables[kind]?.quantile(bucket, q);
    return estimate === undefined || kind !== KIND.latency ? estimate : Math.min(estimate, this.latencyMax(bucket));
  }

  /** Those with weight, upwards. */
  forEachBin(bucket: number, kind: Kind, visit: (bin: number, weight: number) => void): void {
    this.#tables[kind]?.forEachBin(bucket, visit);
  }

  /** ms, exact to a µs; 0 when empty. */
  latencyMax(bucket: number): number {
    return (this.#latencyMax[bucket] ?? 0) / 1000;
  }

  /** A segment as `addQuantiles` reads it, by hand: a question about years asks for millions of bins. */
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
      else if (!this.#addBins(body, size, table, bucket)) return false;
    }
    return !input.isBroken && input.at === to;
  }

  #addBins(body: Uint8Array, size: number, table: BinTable, bucket: number): boolean {
    const input = this.#input;
    let at = input.at;
    let bin = ZERO_BIN;
    for (let i = 0; i < size; i++) {
      let step = body[at++] ?? 0;
      if (step >= 128) {
        step = input.from(at - 1);
        at = input.at;
      }
      let weight = body[at++] ?? 0;
      if (weight >= 128) {
        weight = input.from(at - 1);
        at = input.at;
      }
      bin += step;
      if (weight === 0 || (step === 0 && i > 0) || bin >= ZERO_BIN + BIN_COUNT) return false;
      table.add(bucket, bin, weight);
    }
    input.at = at;
    return true;
  }
}

/**
 * Weights by bucket and bin, in pages of as many bins as a cache line or two holds, made when a bucket first has one of them. What is
 * asked of a bucket is read from its running sums, made once.
 */
class BinTable {
  readonly #zeros: Float64Array;
  /** By row, then by bin: where its page begins; 0: there is none. */
  readonly #pages: Int32Array;
  #weights: Float64Array;
  #end = PAGE_BINS;
  /** Of the row `#summed`: the bins with weight, and how much lies at or below each. */
  readonly #bins = new Int32Array(BIN_COUNT);
  readonly #sums = new Float64Array(BIN_COUNT);
  #length = 0;
  #summed = -1;

  constructor(rows: number) {
    this.#zeros = new Float64Array(rows);
    this.#pages = new Int32Array(rows * PAGES);
    this.#weights = new Float64Array((rows + 1) * USUAL_PAGES * PAGE_BINS);
  }

  add(row: number, bin: number, weight: number): void {
    this.#summed = -1;
    if (bin === ZERO_BIN) {
      this.#zeros[row] = (this.#zeros[row] ?? 0) + weight;
      return;
    }
    const place = bin - FIRST_BIN;
    const slot = row * PAGES + (place >> PAGE_BITS);
    let page = this.#pages[slot] ?? 0;
    if (page === 0) page = this.#addPage(slot);
    const at = page + (place & (PAGE_BINS - 1));
    this.#weights[at] = (this.#weights[at] ?? 0) + weight;
  }

  total(row: number): number {
    this.#sum(row);
    return this.#sums[this.#length - 1] ?? 0;
  }

  forEachBin(row: number, visit: (bin: number, weight: number) => void): void {
    this.#sum(row);
    for (let i = 0; i < this.#length; i++) visit(this.#bins[i] ?? 0, (this.#sums[i] ?? 0) - (this.#sums[i - 1] ?? 0));
  }

  quantile(row: number, q: number): number | undefined {
    const total = this.total(row);
    if (total <= 0) return undefined;
    const rank = nearestRank(q, total);
    let low = 0;
    let high = this.#length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#sums[middle] ?? 0) >= rank) high = middle;
      else low = middle + 1;
    }
    const bin = this.#bins[low] ?? ZERO_BIN;
    return bin === ZERO_BIN ? 0 : middleOf(bin);
  }

  #sum(row: number): void {
    if (this.#summed === row) return;
    this.#summed = row;
    let sum = this.#zeros[row] ?? 0;
    let length = 0;
    if (sum > 0) {
      this.#bins[length] = ZERO_BIN;
      this.#sums[length++] = sum;
    }
    for (let i = 0; i < PAGES; i++) {
      const page = this.#pages[row * PAGES + i] ?? 0;
      if (page === 0) continue;
      for (let at = 0; at < PAGE_BINS; at++) {
        const weight = this.#weights[page + at] ?? 0;
        if (weight === 0) continue;
        sum += weight;
        this.#bins[length] = FIRST_BIN + i * PAGE_BINS + at;
        this.#sums[length++] = sum;
      }
    }
    this.#length = length;
  }

  #addPage(slot: number): number {
    const page = this.#end;
    this.#end += PAGE_BINS;
    if (this.#end > this.#weights.length) {
      const grown = new Float64Array(this.#weights.length * 2);
      grown.set(this.#weights);
      this.#weights = grown;
    }
    this.#pages[slot] = page;
    return page;
  }
}
