/** Numbers below have a place of their own: terms are numbered one after the other, so that nearly all do. */
const MOST_PLACES = 2 ** 20;
const FIRST_PLACES = 2 ** 12;

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
  #sums = new Float64Array(FIRST_PLACES);
  /** The numbers with a place that is not 0. */
  #numbers = new Uint32Array(FIRST_PLACES);
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
    let places = this.#sums.length;
    while (places <= number) places *= 2;
    const [sums, numbers] = [new Float64Array(places), new Uint32Array(places)];
    sums.set(this.#sums);
    numbers.set(this.#numbers);
    this.#sums = sums;
    this.#numbers = numbers;
    return true;
  }
}
