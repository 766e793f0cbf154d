/** Numbers from a seed: sfc32 of C. Doty-Humphrey's PractRand. The same on every machine. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #count = 1;

  constructor(seed: number) {
    this.#a = seed | 0;
    this.#b = 0x9e3779b9 | 0;
    this.#c = Math.floor(seed / 2 ** 32) | 0;
    for (let i = 0; i < 16; i++) this.bits();
  }

  /** 32 bits, as an integer ≥ 0. */
  bits(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#count) | 0;
    this.#count = (this.#count + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum >>> 0;
  }

  /** 0 ≤ … < 1. */
  unit(): number {
    return this.bits() / 2 ** 32;
  }

  /** An integer, 0 ≤ … < end. */
  below(end: number): number {
    return Math.floor(this.unit() * end);
  }

  chance(share: number): boolean {
    return this.unit() < share;
  }

  pick<T>(from: readonly T[]): T {
    const found = from[this.below(from.length)];
    if (found === undefined) throw new RangeError('nothing to pick from');
    return found;
  }

  poisson(mean: number): number {
    if (mean > 500) return Math.max(0, Math.round(mean + Math.sqrt(mean) * this.normal()));
    const limit = Math.exp(-mean);
    let count = 0;
    for (let product = this.unit(); product > limit; product *= this.unit()) count++;
    return count;
  }

  normal(): number {
    return Math.sqrt(-2 * Math.log(1 - this.unit())) * Math.cos(2 * Math.PI * this.unit());
  }
}

/** Indices by weight, each in constant time (M. D. Vose's alias method). */
export class Weighted {
  readonly #share: Float64Array;
  readonly #other: Int32Array;

  constructor(weights: readonly number[]) {
    const sum = weights.reduce((total, weight) => total + weight, 0);
    const scaled = weights.map((weight) => (weight * weights.length) / sum);
    this.#share = new Float64Array(weights.length).fill(1);
    this.#other = new Int32Array(weights.length);
    const small = [...scaled.keys()].filter((i) => (scaled[i] ?? 0) < 1);
    const large = [...scaled.keys()].filter((i) => (scaled[i] ?? 0) >= 1);
    for (let [few, many] = [small.pop(), large.at(-1)]; few !== undefined && many !== undefined; ) {
      const share = scaled[few] ?? 0;
      this.#share[few] = share;
      this.#other[few] = many;
      const left = (scaled[many] ?? 0) - (1 - share);
      scaled[many] = left;
      if (left < 1) small.push(large.pop() ?? many);
      [few, many] = [small.pop(), large.at(-1)];
    }
  }

  pick(random: Random): number {
    const place = random.unit() * this.#share.length;
    const index = Math.floor(place);
    return place - index < (this.#share[index] ?? 1) ? index : (this.#other[index] ?? 0);
  }
}

/** Weights that fall with the rank: 1/(rank + shift)^exponent. */
export function zipf(length: number, exponent: number, shift = 1): number[] {
  return Array.from({ length }, (_, rank) => (rank + shift) ** -exponent);
}
