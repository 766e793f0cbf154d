import type { VarintReader } from './varint-reader.ts';

/** Numbers below have a place of their own: terms are numbered one after the other, so that nearly all do. */
const MOST_PLACES = 2 ** 20;
const FIRST_PLACES = 2 ** 12;
/** From here on to double them; before, in one stride. */
const MANY_PLACES = 2 ** 16;
const MOST_NUMBER = 0xfffffffe;
/** What a digit is when numbers are sorted by their digits: two of them suffice for most. */
const DIGITS = 2 ** 10;

/** What NumberSums held: entry i is `numbers[i]` with `sums[i]`. */
export interface Summed {
  readonly numbers: Uint32Array;
  readonly sums: Float64Array;
}

/**
 * Sums of amounts above 0 by number (u32), made again and again: to list them, to copy and to empty it takes as long as there are
 * numbers in it.
 */
export class NumberSums {
  #sums = new Float64Array(0);
  /** The numbers with a place that is not 0. */
  #numbers = new Uint32Array(1);
  #size = 0;
  readonly #beyond = new Map<number, number>();

  get size(): number {
    return this.#size + this.#beyond.size;
  }

  add(number: number, amount: number): void {
    if (number >= this.#sums.length && !this.#reach(number)) {
      this.#beyond.set(number, (this.#beyond.get(number) ?? 0) + amount);
      return;
    }
    const sum = this.#sums[number] ?? 0;
    if (sum === 0) this.#numbers[this.#size++] = number;
    this.#sums[number] = sum + amount;
  }

  /**
   * Adds `pairs` of (number, or distance to the one before; amount), ascending, as varints from where `input` stands, and moves it behind
   * them. Answers the sum of the amounts; undefined where no such pairs are, of which any part may have been added. By hand, and in one
   * piece: a question about months asks for millions.
   */
  addPairs(body: Uint8Array, input: VarintReader, pairs: number): number | undefined {
    let [sums, numbers] = [this.#sums, this.#numbers];
    let size = this.#size;
    let at = input.at;
    let number = 0;
    let sum = 0;
    for (let i = 0; i < pairs; i++) {
      let step = body[at++] ?? 0;
      if (step >= 128) {
        const second = body[at++] ?? 0;
        step += (second << 7) - 128;
        if (second >= 128) {
          step = input.from(at - 2);
          at = input.at;
        }
      }
      let amount = body[at++] ?? 0;
      if (amount >= 128) {
        amount = input.from(at - 1);
        at = input.at;
      }
      number += step;
      sum += amount;
      if (amount === 0 || (step === 0 && i > 0) || number > MOST_NUMBER) return undefined;
      if (number < sums.length) {
        const present = sums[number] ?? 0;
        numbers[size] = number;
        size += present === 0 ? 1 : 0;
        sums[number] = present + amount;
      } else {
        this.#size = size;
        this.add(number, amount);
        size = this.#size;
        sums = this.#sums;
        numbers = this.#numbers;
      }
    }
    this.#size = size;
    input.at = at;
    return input.isBroken ? undefined : sum;
  }

  /** A copy. */
  summed(): Summed {
    const numbers = new Uint32Array(this.size);
    const sums = new Float64Array(this.size);
    for (let i = 0; i < this.#size; i++) {
      const number = this.#numbers[i] ?? 0;
      numbers[i] = number;
      sums[i] = this.#sums[number] ?? 0;
    }
    let at = this.#size;
    for (const [number, sum] of this.#beyond) {
      numbers[at] = number;
      sums[at++] = sum;
    }
    return { numbers, sums };
  }

  clear(): void {
    for (let i = 0; i < this.#size; i++) this.#sums[this.#numbers[i] ?? 0] = 0;
    this.#size = 0;
    this.#beyond.clear();
  }

  /** False: it has no place. */
  #reach(number: number): boolean {
    if (number >= MOST_PLACES) return false;
    let places = Math.max(FIRST_PLACES, this.#sums.length);
    while (places <= number) places *= places < MANY_PLACES ? 16 : 2;
    const [sums, numbers] = [new Float64Array(places), new Uint32Array(places + 1)];
    sums.set(this.#sums);
    numbers.set(this.#numbers);
    this.#sums = sums;
    this.#numbers = numbers;
    return true;
  }
}

/** Those with a sum of at least `least`, ascending by number. */
export function ascending({ numbers, sums }: Summed, least: number): Summed {
  const found = { numbers: new Uint32Array(numbers.length), sums: new Float64Array(numbers.length) };
  let length = 0;
  let highest = 0;
  for (let i = 0; i < sums.length; i++) {
    const sum = sums[i] ?? 0;
    if (sum < least) continue;
    const number = numbers[i] ?? 0;
    if (number > highest) highest = number;
    found.numbers[length] = number;
    found.sums[length++] = sum;
  }
  let sorted: Summed = { numbers: found.numbers.subarray(0, length), sums: found.sums.subarray(0, length) };
  for (let scale = 1; scale <= highest; scale *= DIGITS) sorted = byDigit(sorted, scale);
  return sorted;
}

/** One step of a radix sort: those that share the digit stay in their order. */
function byDigit({ numbers, sums }: Summed, scale: number): Summed {
  const shift = Math.log2(scale);
  const next = new Uint32Array(DIGITS + 1);
  for (const number of numbers) {
    const digit = (number >>> shift) & (DIGITS - 1);
    next[digit + 1] = (next[digit + 1] ?? 0) + 1;
  }
  for (let digit = 1; digit < DIGITS; digit++) next[digit] = (next[digit] ?? 0) + (next[digit - 1] ?? 0);
  const found = { numbers: new Uint32Array(numbers.length), sums: new Float64Array(numbers.length) };
  for (let i = 0; i < numbers.length; i++) {
    const number = numbers[i] ?? 0;
    const digit = (number >>> shift) & (DIGITS - 1);
    const place = next[digit] ?? 0;
    next[digit] = place + 1;
    found.numbers[place] = number;
    found.sums[place] = sums[i] ?? 0;
  }
  return found;
}
