/** No number of a user, term or reason is this large: it marks a free place. */
const FREE = 0xffffffff;
/** So many are kept in two short lists: most summaries of most rooms have no more, and tables for them would mostly be empty. */
const MOST_LISTED = 16;

/** Counts by number (u32 below 2^32 − 1): a hash table without an object for each, several times as fast as a Map. */
export class NumberCounts {
  /** A table, each group of 16 with a number of its own hash; or the numbers, ascending, while there are few. */
  #numbers: Uint32Array | number[] = [];
  #counts: Float64Array | number[] = [];
  #isTable = false;
  #shift = 31;
  #used = 0;

  /** How many numbers were ever added, those back at 0 included. */
  get size(): number {
    return this.#used;
  }

  get memory(): number {
    return this.#isTable ? 300 + this.#numbers.length * 12 : 200 + MOST_LISTED * 16;
  }

  add(number: number, amount: number): void {
    if (!this.#isTable) {
      this.#addListed(number, amount);
      return;
    }
    const at = this.#placeOf(number);
    this.#counts[at] = (this.#counts[at] ?? 0) + amount;
    if (this.#numbers[at] === number) return;
    this.#numbers[at] = number;
    this.#used += 1;
    if (this.#used * 2 > this.#numbers.length) this.#tabulate(this.#numbers.length * 2);
  }

  get(number: number): number {
    const at = this.#isTable ? this.#placeOf(number) : this.#numbers.indexOf(number);
    return this.#counts[at] ?? 0;
  }

  /** Those that are not 0, in no certain order. */
  forEach(visit: (number: number, count: number) => void): void {
    for (let at = 0; at < this.#numbers.length; at++) {
      const count = this.#counts[at] ?? 0;
      if (count !== 0) visit(this.#numbers[at] ?? 0, count);
    }
  }

  /** The numbers whose count is not 0, ascending. */
  sorted(): ArrayLike<number> & Iterable<number> {
    if (!this.#isTable) return (this.#numbers as number[]).filter((_, at) => this.#counts[at] !== 0);
    const numbers = new Uint32Array(this.#used);
    let length = 0;
    for (let at = 0; at < this.#numbers.length; at++) if (this.#counts[at] !== 0) numbers[length++] = this.#numbers[at] ?? 0;
    return numbers.subarray(0, length).sort();
  }

  #addListed(number: number, amount: number): void {
    const [numbers, counts] = [this.#numbers as number[], this.#counts as number[]];
    let at = numbers.length;
    while (at > 0 && (numbers[at - 1] ?? 0) >= number) at -= 1;
    if (numbers[at] === number) {
      counts[at] = (counts[at] ?? 0) + amount;
      return;
    }
    if (numbers.length === MOST_LISTED) {
      this.#tabulate(4 * MOST_LISTED);
      this.add(number, amount);
      return;
    }
    // The later ones move up by one.
    for (let i = numbers.length; i > at; i--) {
      numbers[i] = numbers[i - 1] ?? 0;
      counts[i] = counts[i - 1] ?? 0;
    }
    numbers[at] = number;
    counts[at] = amount;
    this.#used += 1;
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

  /** `size`: of the table, a power of two from 32 on. */
  #tabulate(size: number): void {
    const numbers = this.#numbers;
    const counts = this.#counts;
    this.#numbers = new Uint32Array(size).fill(FREE);
    this.#counts = new Float64Array(size);
    this.#isTable = true;
    this.#shift = Math.clz32(size >> 5);
    this.#used = 0;
    for (let i = 0; i < numbers.length; i++) {
      const count = counts[i] ?? 0;
      if (count !== 0) this.add(numbers[i] ?? 0, count);
    }
  }
}
