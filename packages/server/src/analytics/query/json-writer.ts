import { POWERS, shown, shownDecimals } from '../digits.ts';

const FIRST_SIZE = 1 << 16;
const MOST_SPARE = 1 << 21;
const ZERO = 48;
const MINUS = 45;
const POINT = 46;
/** A whole number up to here has at most this many digits, and is an int32. */
const MOST_WHOLE = 2 ** 31 - 1;
const MOST_DIGITS = 24;
/** Nothing that JSON escapes, and a byte each. */
const PLAIN = /^[ !#-[\]-~]*$/;

const encoder = new TextEncoder();
const NOTHING = new Uint8Array(0);
/** Memory of the last one that was finished, for the next: what is large is not to be asked for again and again. */
let spare = NOTHING;

/** Gathers JSON as bytes: answers of thousands of numbers, of which the standard way would make objects, a text, and then bytes. */
export class JsonWriter {
  #bytes = spare;
  #length = 0;
  readonly #texts = new Map<string, Uint8Array>();

  constructor() {
    spare = NOTHING;
  }

  /** What was written; nothing is written afterwards. */
  finish(): Uint8Array<ArrayBuffer> {
    const written = this.#bytes.slice(0, this.#length);
    if (this.#bytes.length <= MOST_SPARE) spare = this.#bytes;
    return written;
  }

  /** As it is; ASCII, and one of few. */
  raw(text: string): void {
    let bytes = this.#texts.get(text);
    if (bytes === undefined) {
      bytes = encoder.encode(text);
      this.#texts.set(text, bytes);
    }
    const { length } = bytes;
    this.#reserve(length);
    const out = this.#bytes;
    let at = this.#length;
    for (let i = 0; i < length; i++) out[at++] = bytes[i] ?? 0;
    this.#length = at;
  }

  string(text: string): void {
    if (PLAIN.test(text)) {
      this.#reserve(text.length + 2);
      const out = this.#bytes;
      let at = this.#length;
      out[at++] = 34;
      for (let i = 0; i < text.length; i++) out[at++] = text.charCodeAt(i);
      out[at++] = 34;
      this.#length = at;
    } else this.#append(encoder.encode(JSON.stringify(text)));
  }

  /** A finite number as `shown` rounds it. */
  number(value: number): void {
    this.#reserve(MOST_DIGITS);
    const isNegative = value < 0;
    const size = isNegative ? -value : value;
    if (size <= MOST_WHOLE && size === (size | 0)) {
      if (isNegative) this.#bytes[this.#length++] = MINUS;
      this.#digits(size, 1);
      return;
    }
    const decimals = Number.isInteger(value) ? undefined : shownDecimals(value);
    if (decimals === undefined) this.#append(encoder.encode(String(shown(value))));
    else this.#fraction(isNegative, size, decimals);
  }

  #fraction(isNegative: boolean, size: number, decimals: number): void {
    const scale = POWERS[decimals] ?? 1;
    const all = Math.round(size * scale);
    const whole = Math.floor(all / scale);
    let rest = all - whole * scale;
    let left = decimals;
    if (isNegative) this.#bytes[this.#length++] = MINUS;
    this.#digits(whole, 1);
    if (rest === 0) return;
    while (rest % 10 === 0) {
      rest /= 10;
      left -= 1;
    }
    this.#bytes[this.#length++] = POINT;
    this.#digits(rest, left);
  }

  /** A whole number from 0 to MOST_WHOLE, with zeros before it up to a number of digits. */
  #digits(value: number, least: number): void {
    let digits = 1;
    for (let power = 10; power <= value; power *= 10) digits += 1;
    if (digits < least) digits = least;
    let rest = value | 0;
    const out = this.#bytes;
    for (let at = this.#length + digits - 1; at >= this.#length; at--) {
      const next = (rest / 10) | 0;
      out[at] = ZERO + rest - next * 10;
      rest = next;
    }
    this.#length += digits;
  }

  #append(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(FIRST_SIZE, this.#bytes.length * 2, this.#length + more));
    grown.set(this.#bytes);
    this.#bytes = grown;
  }
}
