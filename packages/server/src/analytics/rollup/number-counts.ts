import type { ByteWriter } from '@hubbub/sketch';

/** So many are kept in two short lists: most summaries of most rooms have no more, and tables for them would mostly be empty. */
const MOST_LISTED = 24;
const FIRST_PLACES = 128;
/** Below so many places a table grows to four times its size, from there on to twice. */
const MANY_PLACES = 2048;
/** A place is two numbers, side by side: the number and one more (0: the place is free), its count. */
const WIDTH = 2;
const NO_TABLE = new Float64Array(0);
type Table = typeof NO_TABLE;

/** Tables that nobody uses, all zeros, by their length: to make one takes several times as long as to fill it. */
const spare = new Map<number, Table[]>();
const MOST_SPARE = 16;

function tableOf(length: number): Table {
  return spare.get(length)?.pop() ?? new Float64Array(length);
}

function spareTable(table: Table): void {
  if (table.length === 0) return;
  const tables = spare.get(table.length) ?? [];
  if (tables.length === 0) spare.set(table.length, tables);
  if (tables.length < MOST_SPARE) tables.push(table.fill(0));
}

/** Of `sorted`: one for all, as many are sorted one after the other. */
let scratch = new Uint32Array(4096);

/** Counts by number (u32 below 2^32 − 1): a hash table without an object for each, several times as fast as a Map. */
export class NumberCounts {
  /** While there are few: the numbers, ascending, and their counts. */
  readonly #numbers: number[] = [];
  readonly #counts: number[] = [];
  /** Then: a hash table, each group of 16 places with a number of its own hash. */
  #table = NO_TABLE;
  #shift = 0;
  #full = 0;
  #used = 0;
  #hasFallen = false;

  /** How many numbers were ever added, those back at 0 included. */
  get size(): number {
    return this.#used;
  }

  get memory(): number {
    return 200 + MOST_LISTED * 16 + this.#table.length * 8;
  }

  /** Whether a count was ever lowered. */
  get hasFallen(): boolean {
    return this.#hasFallen;
  }

  get isEmpty(): boolean {
    if (this.#used > 0 && !this.#hasFallen) return false;
    let isEmpty = true;
    this.forEach(() => {
      isEmpty = false;
    });
    return isEmpty;
  }

  add(number: number, amount: number): void {
    if (amount <= 0) this.#hasFallen = true;
    const table = this.#table;
    if (table.length === 0) {
      this.#addListed(number, amount);
      return;
    }
    const name = number + 1;
    const mask = table.length - 1;
    for (let at = this.#placeOf(number); ; at = (at + WIDTH) & mask) {
      const present = table[at] ?? 0;
      if (present === name) {
        table[at + 1] = (table[at + 1] ?? 0) + amount;
        return;
      }
      if (present !== 0) continue;
      table[at] = name;
      table[at + 1] = amount;
      this.#used += 1;
      if (this.#used === this.#full) this.#tabulate(grown(table.length / WIDTH));
      return;
    }
  }

  get(number: number): number {
    const table = this.#table;
    if (table.length === 0) {
      const at = this.#numbers.indexOf(number);
      return at < 0 ? 0 : (this.#counts[at] ?? 0);
    }
    const mask = table.length - 1;
    for (let at = this.#placeOf(number); ; at = (at + WIDTH) & mask) {
      const present = table[at] ?? 0;
      if (present === number + 1) return table[at + 1] ?? 0;
      if (present === 0) return 0;
    }
  }

  /** Those that are not 0, in no certain order. */
  forEach(visit: (number: number, count: number) => void): void {
    const table = this.#table;
    for (let at = 0; at < table.length; at += WIDTH) {
      const count = table[at + 1] ?? 0;
      if (count !== 0) visit((table[at] ?? 0) - 1, count);
    }
    for (let at = 0; at < this.#numbers.length; at++) {
      const count = this.#counts[at] ?? 0;
      if (count !== 0) visit(this.#numbers[at] ?? 0, count);
    }
  }

  /** The numbers whose count is not 0, ascending; good until the next call of any. */
  sorted(): ArrayLike<number> & Iterable<number> {
    const table = this.#table;
    if (table.length === 0) return this.#hasFallen ? this.#numbers.filter((_, at) => this.#counts[at] !== 0) : this.#numbers;
    if (scratch.length < this.#used) scratch = new Uint32Array(table.length);
    let length = 0;
    for (let at = 0; at < table.length; at += WIDTH) if (table[at + 1] !== 0) scratch[length++] = (table[at] ?? 0) - 1;
    return scratch.subarray(0, length).sort();
  }

  /** How many they are that are not 0, then (distance to the one before, count) of each, ascending. */
  encode(out: ByteWriter): void {
    const numbers = this.sorted();
    out.varint(numbers.length);
    let previous = 0;
    for (let i = 0; i < numbers.length; i++) {
      const number = numbers[i] ?? 0;
      out.varint(number - previous);
      out.varint(this.get(number));
      previous = number;
    }
  }

  /** Begins anew, and gives back its memory for others to use. */
  clear(): void {
    spareTable(this.#table);
    this.#table = NO_TABLE;
    this.#numbers.length = 0;
    this.#counts.length = 0;
    this.#used = 0;
    this.#hasFallen = false;
  }

  /** Makes room for so many numbers. */
  reserve(size: number): void {
    if (size <= MOST_LISTED) return;
    let places = FIRST_PLACES;
    while (fullOf(places) <= size) places = grown(places);
    if (places * WIDTH > this.#table.length) this.#tabulate(places);
  }

  #addListed(number: number, amount: number): void {
    const numbers = this.#numbers;
    const counts = this.#counts;
    let at = numbers.length;
    while (at > 0 && (numbers[at - 1] ?? 0) >= number) at -= 1;
    if (numbers[at] === number) {
      counts[at] = (counts[at] ?? 0) + amount;
      return;
    }
    if (numbers.length === MOST_LISTED) {
      this.#tabulate(FIRST_PLACES);
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

  /** Where it is looked for first. */
  #placeOf(number: number): number {
    // Numbers that differ in the last four bits stay together: they are read in ascending order, and then share cache lines.
    return (((Math.imul(number >>> 4, 0x9e3779b1) >>> this.#shift) << 4) | (number & 15)) * WIDTH;
  }

  /** `places`: a power of two from 32 on. */
  #tabulate(places: number): void {
    const table = this.#table;
    this.#table = tableOf(places * WIDTH);
    this.#shift = Math.clz32(places >> 5);
    this.#full = fullOf(places);
    this.#used = 0;
    for (let at = 0; at < table.length; at += WIDTH) {
      const count = table[at + 1] ?? 0;
      if (count !== 0) this.add((table[at] ?? 0) - 1, count);
    }
    for (let at = 0; at < this.#numbers.length; at++) {
      const count = this.#counts[at] ?? 0;
      if (count !== 0) this.add(this.#numbers[at] ?? 0, count);
    }
    this.#numbers.length = 0;
    this.#counts.length = 0;
    spareTable(table);
  }
}

const grown = (places: number): number => (places < MANY_PLACES ? 4 : 2) * places;
/** With so many entries a table grows. */
const fullOf = (places: number): number => (places * 5) / 8;
