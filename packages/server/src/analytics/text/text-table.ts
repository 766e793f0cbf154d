import { lowerUnit } from './code-points.ts';

const SLOTS = 16_384;
/** Half of them: the table starts anew with the next message. */
const KEPT = SLOTS / 2;
/** From this length on a part of a string keeps the whole of it in memory. */
const SHARED_LENGTH = 13;

/** Drawn anew by each process, so that nobody can prepare texts that fall into one slot. */
const FACTOR = (Math.floor(Math.random() * 0x7fffffff) * 2 + 1) | 0;
export const HASH_START = Math.floor(Math.random() * 0x7fffffff) | 0;

/** Adds a UTF-16 unit to a hash. */
export function mix(hash: number, unit: number): number {
  return (Math.imul(hash, FACTOR) + unit) | 0;
}

/**
 * The distinct texts of one message, out of a store of those that were met lately: a known text costs no allocation, and the strings
 * handed out are the same ones again, with what the engine keeps beside them (their own hash). What is remembered changes no result.
 */
export class TextTable {
  /** How a text that is met for the first time is written; its units must be `lowerUnit` of those it is read from. */
  readonly #spell: (text: string) => string;
  readonly #ignored: ReadonlySet<string>;
  #mask = SLOTS - 1;
  /** '': empty. */
  #keys: string[] = new Array<string>(SLOTS).fill('');
  #hashes = new Int32Array(SLOTS);
  /** The message that a key was last met in; -1: one that is never counted. */
  #metIn = new Int32Array(SLOTS);
  #size = 0;
  #message = 0;

  constructor(spell: (text: string) => string, ignored: ReadonlySet<string>) {
    this.#spell = spell;
    this.#ignored = ignored;
  }

  /** From here on a text is new again. */
  startMessage(): void {
    this.#message = this.#message === 0x7fffffff ? 0 : this.#message + 1;
    if (this.#size > KEPT || this.#message === 0) this.#resize(SLOTS);
  }

  /** Appends text[start, end) to `found` unless this message had it. Not empty; `hash` is of its `lowerUnit`s. */
  add(text: string, start: number, end: number, hash: number, found: string[]): void {
    let slot = this.#slotOf(hash);
    for (;;) {
      const key = this.#keys[slot] ?? '';
      if (key === '') break;
      if (this.#hashes[slot] === hash && isSpelled(key, text, start, end)) {
        if ((this.#metIn[slot] ?? -1) >= 0 && this.#metIn[slot] !== this.#message) this.#meet(slot, key, found);
        return;
      }
      slot = (slot + 1) & this.#mask;
    }
    const key = own(this.#spell(text.slice(start, end)));
    this.#keys[slot] = key;
    this.#hashes[slot] = hash;
    if (this.#ignored.has(key)) this.#metIn[slot] = -1;
    else this.#meet(slot, key, found);
    this.#size += 1;
    if (this.#size * 4 > this.#keys.length * 3) this.#grow();
  }

  #meet(slot: number, key: string, found: string[]): void {
    this.#metIn[slot] = this.#message;
    found.push(key);
  }

  #slotOf(hash: number): number {
    return (hash ^ (hash >>> 15)) & this.#mask;
  }

  /** Only for a text far longer than any message. */
  #grow(): void {
    const [keys, hashes, metIn, size] = [this.#keys, this.#hashes, this.#metIn, this.#size];
    this.#resize(keys.length * 2);
    this.#size = size;
    for (const [from, key] of keys.entries()) {
      if (key === '') continue;
      let to = this.#slotOf(hashes[from] ?? 0);
      while (this.#keys[to] !== '') to = (to + 1) & this.#mask;
      this.#keys[to] = key;
      this.#hashes[to] = hashes[from] ?? 0;
      this.#metIn[to] = metIn[from] ?? 0;
    }
  }

  #resize(slots: number): void {
    this.#size = 0;
    if (slots === this.#keys.length) {
      this.#keys.fill('');
      return;
    }
    this.#mask = slots - 1;
    this.#keys = new Array<string>(slots).fill('');
    this.#hashes = new Int32Array(slots);
    this.#metIn = new Int32Array(slots);
  }
}

function isSpelled(key: string, text: string, start: number, end: number): boolean {
  if (key.length !== end - start) return false;
  for (let at = 0; at < key.length; at++) if (key.charCodeAt(at) !== lowerUnit(text.charCodeAt(start + at))) return false;
  return true;
}

/** A copy that does not keep a whole message in memory. */
function own(part: string): string {
  return part.length < SHARED_LENGTH ? part : ` ${part}`.slice(1);
}
