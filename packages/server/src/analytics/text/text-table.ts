import { lowerUnit } from './code-points.ts';

const SETS = 4096;
/** Places for one hash. */
const WAYS = 4;
/** A place has so many numbers: the first, and at these offsets */
const FIELDS = 4;
const SECOND = 1;
const MET = 2;
const NUMBER = 3;
/** For a number: it is not known yet; the text is never found. */
const UNKNOWN = 0;
const IGNORED = -1;
/** UTF-16 units of the longest text that is remembered: it bounds the memory. */
const LONGEST = 64;
/** From this length on a part of a string keeps the whole of it in memory. */
const SHARED_LENGTH = 13;
const HASHED = 0x80000000 | 0;
const LAST_MESSAGE = 0x7fffffff;
const LAST_NUMBER = 0x7fffffff;

const NO_UNITS = new Uint16Array(0);
const NONE: readonly never[] = [];
/** Drawn anew by each process, so that nobody can prepare texts that fall into one place. */
const FACTOR = (Math.floor(Math.random() * 0x7fffffff) * 2 + 1) | 0;
export const HASH_START = Math.floor(Math.random() * 0x7fffffff) | 0;

/** Adds a UTF-16 unit to a hash. */
export function mix(hash: number, unit: number): number {
  return (Math.imul(hash, FACTOR) + unit) | 0;
}

/** Numbers of texts, above 0. */
export interface Numbering {
  number(text: string): number;
  /** Changes when numbers that were given no longer stand. */
  readonly era: number;
}

/**
 * The distinct texts of one message, out of a store of those that were met lately: a known text costs no allocation, and the strings
 * handed out are the same ones again, with what the engine keeps beside them (their own hash), and so are their numbers. What is remembered
 * changes no result.
 */
export class TextTable {
  /** How a text that is met for the first time is written; its units must be `lowerUnit` of those it is read from. */
  readonly #spell: (text: string) => string;
  readonly #ignored: ReadonlySet<string>;
  /** WAYS places a set; the one met longest ago makes room. */
  #keys: string[] = [];
  /** Of each place its two numbers, the message that it was last met in (0: empty) and its number in `#numbering`: a set is one cache line. */
  #places = new Int32Array(0);
  #mask = 0;
  #message = 0;
  #met = 0;
  /** Places of the texts that were found in this message, as many as `#size`; the long ones. */
  #found = new Int32Array(0);
  #size = 0;
  readonly #long = new Set<string>();
  #numbering: Numbering | undefined;
  #era = 0;

  constructor(spell: (text: string) => string, ignored: ReadonlySet<string>) {
    this.#spell = spell;
    this.#ignored = ignored;
    this.#resize(SETS);
  }

  /** From here on a text is new again. */
  startMessage(): void {
    if (this.#message === LAST_MESSAGE || this.#keys.length > SETS * WAYS) this.#resize(SETS);
    this.#message += 1;
    this.#met = 0;
    this.#size = 0;
    if (this.#long.size > 0) this.#long.clear();
  }

  /** What this message has. */
  texts(): readonly string[] {
    if (this.#size + this.#long.size === 0) return NONE;
    return [...Array.from(this.#found.subarray(0, this.#size), (at) => this.#keys[at] ?? ''), ...this.#long];
  }

  /** The same as numbers. */
  numbers(numbering: Numbering): readonly number[] {
    if (this.#size + this.#long.size === 0) return NONE;
    if (numbering !== this.#numbering || numbering.era !== this.#era) this.#forgetNumbers(numbering);
    const places = this.#places;
    const numbers = new Array<number>(this.#size);
    for (let i = 0; i < this.#size; i++) {
      const at = this.#found[i] ?? 0;
      let number = places[at * FIELDS + NUMBER] ?? UNKNOWN;
      if (number === UNKNOWN) {
        number = numbering.number(this.#keys[at] ?? '');
        if (number <= LAST_NUMBER) places[at * FIELDS + NUMBER] = number;
      }
      numbers[i] = number;
    }
    for (const text of this.#long) numbers.push(numbering.number(text));
    return numbers;
  }

  /** Adds text[start, end) unless this message had it. Not empty; `units` are the text's. */
  add(text: string, units: Uint16Array, start: number, end: number): void {
    let hash = HASH_START;
    for (let at = start; at < end; at++) hash = mix(hash, lowerUnit(units[at] ?? 0));
    this.addHashed(hash, text, units, start, end);
  }

  /** The same, where its hash is known: of the `lowerUnit`s. */
  addHashed(hash: number, text: string, units: Uint16Array, start: number, end: number): void {
    if (end - start > LONGEST) this.#addLong(text, start, end);
    else this.#add(hash | HASHED, hash, text, units, start, end);
  }

  /** The same for a text with numbers of its own, which no other text has: two i32, the first one above 0. A text always comes with them, or never. */
  addExact(first: number, second: number, text: string, start: number, end: number): void {
    this.#add(first, second, text, NO_UNITS, start, end);
  }

  #add(first: number, second: number, text: string, units: Uint16Array, start: number, end: number): void {
    const places = this.#places;
    const message = this.#message;
    for (let set = this.#setOf(first, second); ; set = (set + WAYS) & this.#mask) {
      let oldest = -1;
      let oldestMet = message;
      for (let at = set; at < set + WAYS; at++) {
        const met = places[at * FIELDS + MET] ?? 0;
        const isSame = places[at * FIELDS] === first && places[at * FIELDS + SECOND] === second;
        if (isSame && (first > 0 || isSpelled(this.#keys[at] ?? '', units, start, end))) {
          if (met !== message) this.#meet(at);
          return;
        }
        if (met < oldestMet) {
          oldestMet = met;
          oldest = at;
        }
      }
      // All of this message: they stay, and the text is in the next set, now and later in the message.
      if (oldest < 0) continue;
      this.#put(oldest, first, second, own(this.#spell(text.slice(start, end))));
      this.#meet(oldest);
      if (this.#met * 2 > this.#keys.length) this.#grow();
      return;
    }
  }

  #addLong(text: string, start: number, end: number): void {
    this.#long.add(own(this.#spell(text.slice(start, end))));
  }

  #meet(at: number): void {
    this.#places[at * FIELDS + MET] = this.#message;
    this.#met += 1;
    if (this.#places[at * FIELDS + NUMBER] !== IGNORED) this.#found[this.#size++] = at;
  }

  #put(at: number, first: number, second: number, key: string): void {
    this.#keys[at] = key;
    this.#places[at * FIELDS] = first;
    this.#places[at * FIELDS + SECOND] = second;
    this.#places[at * FIELDS + NUMBER] = this.#ignored.has(key) ? IGNORED : UNKNOWN;
  }

  #forgetNumbers(numbering: Numbering): void {
    const places = this.#places;
    for (let at = NUMBER; at < places.length; at += FIELDS) if (places[at] !== IGNORED) places[at] = UNKNOWN;
    this.#numbering = numbering;
    this.#era = numbering.era;
  }

  /** The place of the set's first. */
  #setOf(first: number, second: number): number {
    const hash = Math.imul(Math.imul(first ^ HASH_START, FACTOR) + second, FACTOR);
    return ((hash ^ (hash >>> 15)) * WAYS) & this.#mask;
  }

  /** Only for a text far longer than any message: keeps what this message met. */
  #grow(): void {
    const keys = this.#keys;
    const places = this.#places;
    const message = this.#message;
    this.#resize((keys.length / WAYS) * 2);
    this.#message = message;
    this.#size = 0;
    for (const [from, key] of keys.entries()) {
      if (places[from * FIELDS + MET] !== message) continue;
      const [first = 0, second = 0] = places.subarray(from * FIELDS, from * FIELDS + MET);
      let to = this.#setOf(first, second);
      while (this.#places[to * FIELDS + MET] === message) to = (to + 1) % this.#keys.length;
      this.#put(to, first, second, key);
      this.#places[to * FIELDS + MET] = message;
      if (this.#places[to * FIELDS + NUMBER] !== IGNORED) this.#found[this.#size++] = to;
    }
  }

  #resize(sets: number): void {
    this.#keys = new Array<string>(sets * WAYS).fill('');
    this.#places = new Int32Array(sets * WAYS * FIELDS);
    this.#mask = (sets - 1) * WAYS;
    this.#message = 0;
    this.#found = new Int32Array((sets * WAYS) / 2 + 1);
  }
}

function isSpelled(key: string, units: Uint16Array, start: number, end: number): boolean {
  if (key.length !== end - start) return false;
  for (let at = 0; at < key.length; at++) if (key.charCodeAt(at) !== lowerUnit(units[start + at] ?? 0)) return false;
  return true;
}

/** A copy that does not keep a whole message in memory. */
function own(part: string): string {
  return part.length < SHARED_LENGTH ? part : ` ${part}`.slice(1);
}
