import { binOf, middleOf, nearestRank } from '@hubbub/sketch';

/** What lies at or below zero. */
export const ZERO_BIN = -513;
/** Values from 3.6e−5 to 1.6e13 have bins of their own; what lies beyond is counted in the last bin of its side. */
const LOWEST = -512;
const HIGHEST = 1535;
export const BIN_COUNT = HIGHEST - ZERO_BIN + 1;
const CHUNK = 32;

/** The bin of a finite value: the one of packages/sketch. RangeError for another. */
export function clampedBinOf(value: number): number {
  if (value >= 0 && value < BIN_OF_LENGTH.length && Number.isInteger(value)) return BIN_OF_LENGTH[value] ?? ZERO_BIN;
  if (!Number.isFinite(value)) throw new RangeError(`only finite values have a bin, not ${value}`);
  return value > 0 ? clampBin(binOf(value)) : ZERO_BIN;
}

const clampBin = (bin: number): number => Math.min(Math.max(bin, LOWEST), HIGHEST);

/** Of whole numbers, as nearly all lengths are. */
const BIN_OF_LENGTH = Int16Array.from({ length: 1024 }, (_, value) => (value > 0 ? clampBin(binOf(value)) : ZERO_BIN));

/** Weights by bin, dense between the lowest and the highest that were used, so that what was added can be taken away again. */
export class Bins {
  #zeros = 0;
  #weights = new Float64Array(0);
  /** Bin of `#weights[0]`. */
  #base = 0;

  get memory(): number {
    return 100 + this.#weights.length * 8;
  }

  /** `bin`: as clampedBinOf gives it. */
  add(bin: number, weight: number): void {
    if (bin === ZERO_BIN) {
      this.#zeros += weight;
      return;
    }
    const at = bin - this.#base;
    if (at < 0 || at >= this.#weights.length) this.#cover(bin);
    const place = bin - this.#base;
    this.#weights[place] = (this.#weights[place] ?? 0) + weight;
  }

  /** Those with weight, upwards. */
  forEach(visit: (bin: number, weight: number) => void): void {
    if (this.#zeros !== 0) visit(ZERO_BIN, this.#zeros);
    for (let at = 0; at < this.#weights.length; at++) {
      const weight = this.#weights[at] ?? 0;
      if (weight !== 0) visit(this.#base + at, weight);
    }
  }

  get total(): number {
    let total = this.#zeros;
    for (let at = 0; at < this.#weights.length; at++) total += this.#weights[at] ?? 0;
    return total;
  }

  /** How many bins have weight. */
  get size(): number {
    let size = this.#zeros === 0 ? 0 : 1;
    for (let at = 0; at < this.#weights.length; at++) if (this.#weights[at] !== 0) size += 1;
    return size;
  }

  /** Raises negative weights to zero and says how many. */
  settle(): number {
    let shortfalls = 0;
    if (this.#zeros < 0) {
      this.#zeros = 0;
      shortfalls += 1;
    }
    for (let at = 0; at < this.#weights.length; at++) {
      if ((this.#weights[at] ?? 0) >= 0) continue;
      this.#weights[at] = 0;
      shortfalls += 1;
    }
    return shortfalls;
  }

  /** The value at the nearest rank, as in packages/sketch, within 1 %; undefined when empty. */
  quantile(q: number): number | undefined {
    const total = this.total;
    if (total <= 0) return undefined;
    const rank = nearestRank(q, total);
    let seen = this.#zeros;
    if (seen >= rank) return 0;
    for (let at = 0; at < this.#weights.length; at++) {
      seen += this.#weights[at] ?? 0;
      if (seen >= rank) return middleOf(this.#base + at);
    }
    return middleOf(this.#base + this.#weights.length - 1);
  }

  #cover(bin: number): void {
    const old = this.#weights;
    const isFirst = old.length === 0;
    const lowest = Math.floor((isFirst ? bin : Math.min(bin, this.#base)) / CHUNK) * CHUNK;
    const end = Math.floor((isFirst ? bin : Math.max(bin, this.#base + old.length - 1)) / CHUNK + 1) * CHUNK;
    const grown = new Float64Array(end - lowest);
    grown.set(old, isFirst ? 0 : this.#base - lowest);
    this.#weights = grown;
    this.#base = lowest;
  }
}
