/** No number of a user, term or reason is this large: it marks a free place. */
const FREE = 0xffffffff;
const SMALLEST = 32;

/** Counts by number (u32 below 2^32 − 1): a hash table without an object for each, several times as fast as a Map. */
export class NumberCounts {
  #numbers = new Uint32Array(SMALLEST).fill(FREE);
  #counts = new Float64Array(SMALLEST);
  #shift = 31;
  #used = 0;

  /** How many numbers were ever added, those back at 0 included. */
  get size(): number {
    return this.#used;
  }

  get memory(): number {
    return 100 + this.#numbers.length * 12;
  }

  add(number: number, amount: number): void {
    const at = this.#placeOf(number);
    this.#counts[at] = (this.#counts[at] ?? 0) + amount;
    if (this.#numbers[at] === number) return;
    this.#numbers[at] = number;
    this.#used += 1;
    if (this.#used * 2 > this.#numbers.length) this.#grow();
  }

  get(number: number): number {
    return this.#counts[this.#placeOf(number)] ?? 0;
  }

  /** Those that are not 0, in no certain order. */
  forEach(visit: (number: number, count: number) => void): void {
    for (let at = 0; at < this.#numbers.length; at++) {
      const count = this.#counts[at] ?? 0;
      if (count !== 0) visit(this.#numbers[at] ?? 0, count);
    }
  }

  /** The numbers whose count is not 0, ascending. */
  sorted(): Uint32Array {
    const numbers = new Uint32Array(this.#used);
    let length = 0;
    for (let at = 0; at < this.#numbers.length; at++) if (this.#counts[at] !== 0) numbers[length++] = this.#numbers[at] ?? 0;
    return numbers.subarray(0, length).sort();
  }

  #placeOf(number: number): number {
    const numbers = this.#numbers;
    const mask = numbers.length - 1;
    // Numbers that differ in the last four bits stay together: they are read in ascending order, and then share cache lines.
    let at = ((Math.imul(number >>> 4, 0x9e3779b1) >>> this.#shift) << 4) | (number & 15);
    for (;;) {
      const present = numbers[at];
      if (present === number || present === FREE) return at;
      at = (at + 1) & mask;
    }
  }

  #grow(): void {
    const numbers = this.#numbers;
    const counts = this.#counts;
    this.#numbers = new Uint32Array(numbers.length * 2).fill(FREE);
    this.#counts = new Float64Array(numbers.length * 2);
    this.#shift -= 1;
    this.#used = 0;
    for (let i = 0; i < numbers.length; i++) {
      const count = counts[i] ?? 0;
      if (count !== 0) this.add(numbers[i] ?? 0, count);
    }
  }
}
