import { middleOf, nearestRank } from '@hubbub/sketch';
import { BIN_COUNT, ZERO_BIN } from './bins.ts';
import type { VarintReader } from './varint-reader.ts';

/** Of a row of a lively hour. */
const USUAL_BINS = 128;
const MANY_ROWS = 2000;

/**
 * Weights by row and bin. One row at a time is open for additions, with a place for every bin; a closed one has its bins one after the
 * other with how much lies at or below each, so that to ask for a quantile is a search.
 */
export class BinRows {
  /** Of the open row: the weight of each bin, between the lowest and the highest that have any. By bin less ZERO_BIN, as all here. */
  readonly #weights = new Float64Array(BIN_COUNT);
  #low = BIN_COUNT;
  #high = -1;
  readonly #starts: Int32Array;
  readonly #lengths: Int32Array;
  #bins: Int16Array;
  #sums: Float64Array;
  #end = 0;

  constructor(rows: number) {
    this.#starts = new Int32Array(rows);
    this.#lengths = new Int32Array(rows);
    const size = Math.min(rows, MANY_ROWS) * USUAL_BINS;
    this.#bins = new Int16Array(size);
    this.#sums = new Float64Array(size);
  }

  /** No row is open. */
  open(row: number): void {
    let before = 0;
    const start = this.#starts[row] ?? 0;
    const end = start + (this.#lengths[row] ?? 0);
    for (let i = start; i < end; i++) {
      const sum = this.#sums[i] ?? 0;
      this.#weights[this.#bins[i] ?? 0] = sum - before;
      before = sum;
    }
    this.#low = end > start ? (this.#bins[start] ?? 0) : BIN_COUNT;
    this.#high = end > start ? (this.#bins[end - 1] ?? 0) : -1;
  }

  /** The one that is open. */
  close(row: number): void {
    const weights = this.#weights;
    this.#reserve(this.#high - this.#low + 1);
    const [bins, sums] = [this.#bins, this.#sums];
    const start = this.#end;
    let end = start;
    let sum = 0;
    for (let bin = this.#low; bin <= this.#high; bin++) {
      const weight = weights[bin] ?? 0;
      if (weight === 0) continue;
      weights[bin] = 0;
      sum += weight;
      bins[end] = bin;
      sums[end++] = sum;
    }
    this.#starts[row] = start;
    this.#lengths[row] = end - start;
    this.#end = end;
  }

  /**
   * Adds `size` of (distance to the bin before, weight), upwards from ZERO_BIN, as varints from where `input` stands, to the open row, and
   * moves it behind them. False where no such bins are, of which any part may have been added. By hand: a question about years asks for
   * millions.
   */
  addBins(body: Uint8Array, input: VarintReader, size: number): boolean {
    const weights = this.#weights;
    let at = input.at;
    let bin = 0;
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
      if (weight === 0 || (step === 0 && i > 0) || bin >= BIN_COUNT) return false;
      if (bin < this.#low) this.#low = bin;
      weights[bin] = (weights[bin] ?? 0) + weight;
      if (bin > this.#high) this.#high = bin;
    }
    input.at = at;
    return !input.isBroken;
  }

  /** Of a closed row, as all that follows. */
  total(row: number): number {
    const length = this.#lengths[row] ?? 0;
    return length === 0 ? 0 : (this.#sums[(this.#starts[row] ?? 0) + length - 1] ?? 0);
  }

  /** The value at the nearest rank, as in packages/sketch, within 1 %; undefined when empty. */
  quantile(row: number, q: number): number | undefined {
    const total = this.total(row);
    if (total <= 0) return undefined;
    const rank = nearestRank(q, total);
    let low = this.#starts[row] ?? 0;
    let high = low + (this.#lengths[row] ?? 0) - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#sums[middle] ?? 0) >= rank) high = middle;
      else low = middle + 1;
    }
    const bin = (this.#bins[low] ?? 0) + ZERO_BIN;
    return bin === ZERO_BIN ? 0 : middleOf(bin);
  }

  /** Those with weight, upwards, by their numbers. */
  forEachBin(row: number, visit: (bin: number, weight: number) => void): void {
    const start = this.#starts[row] ?? 0;
    let before = 0;
    for (let i = start; i < start + (this.#lengths[row] ?? 0); i++) {
      const sum = this.#sums[i] ?? 0;
      visit((this.#bins[i] ?? 0) + ZERO_BIN, sum - before);
      before = sum;
    }
  }

  #reserve(more: number): void {
    if (this.#end + more <= this.#sums.length) return;
    const size = Math.max(this.#sums.length * 2, this.#end + more);
    const [bins, sums] = [new Int16Array(size), new Float64Array(size)];
    bins.set(this.#bins);
    sums.set(this.#sums);
    this.#bins = bins;
    this.#sums = sums;
  }
}
