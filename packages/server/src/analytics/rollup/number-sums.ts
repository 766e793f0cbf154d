/** In the table: no entry. */
const FREE = 0;
const FIRST_SIZE = 1024;

/** What NumberSums held: entry i is `numbers[i]` with `sums[i]`. */
export interface Summed {
  readonly numbers: Uint32Array;
  readonly sums: Float64Array;
}

/**
 * Sums by number (u32), made again and again: the entries stand one after the other, with a hash table of their places beside them, so
 * that to list them, to copy and to empty it takes as long as there are entries.
 */
export class NumberSums {
  #numbers = new Uint32Array(FIRST_SIZE / 2 + 1);
  #sums = new Float64Array(FIRST_SIZE / 2 + 1);
  /** Of entries, from 1 on. */
  #places = new Int32Array(FIRST_SIZE);
  #shift = shiftOf(FIRST_SIZE);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(number: number, amount: number): void {
    const places = this.#places;
    const mask = places.length - 1;
    // Numbers that differ in the last four bits stay together: they are read in ascending order, and then share cache lines.
    let at = ((Math.imul(number >>> 4, 0x9e3779b1) >>> this.#shift) << 4) | (number & 15);
    for (;;) {
      const entry = places[at] ?? FREE;
      if (entry === FREE) break;
      if (this.#numbers[entry] === number) {
        this.#sums[entry] = (this.#sums[entry] ?? 0) + amount;
        return;
      }
      at = (at + 1) & mask;
    }
    this.#size += 1;
    places[at] = this.#size;
    this.#numbers[this.#size] = number;
    this.#sums[this.#size] = amount;
    if (this.#size * 2 >= places.length) this.#grow();
  }

  /** A copy. */
  summed(): Summed {
    return { numbers: this.#numbers.slice(1, this.#size + 1), sums: this.#sums.slice(1, this.#size + 1) };
  }

  clear(): void {
    this.#places.fill(FREE);
    this.#size = 0;
  }

  #grow(): void {
    const { numbers, sums } = this.summed();
    const size = this.#places.length * 2;
    this.#places = new Int32Array(size);
    this.#shift = shiftOf(size);
    this.#numbers = new Uint32Array(size / 2 + 1);
    this.#sums = new Float64Array(size / 2 + 1);
    this.#size = 0;
    for (let i = 0; i < numbers.length; i++) this.add(numbers[i] ?? 0, sums[i] ?? 0);
  }
}

/** Of a table of so many places in groups of 16; a power of two. */
const shiftOf = (size: number): number => Math.clz32(size >> 5);
