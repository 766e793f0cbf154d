import { Buffer, isUtf8 } from 'node:buffer';

/** Longest line, bytes without its end. The longest valid event is below 20 KiB, written with escapes. */
export const MAX_LINE_BYTES = 64 * 1024;

const NEWLINE = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/** `number` counts from 1. */
export type Line =
  | { readonly kind: 'text'; readonly number: number; readonly text: string }
  | { readonly kind: 'refused'; readonly number: number; readonly reason: 'line_too_long' | 'not_utf8' };

/** Cuts bytes into lines (LF or CRLF) in bounded memory; blank lines are counted and left out. */
export class LineSplitter {
  readonly #maxLineBytes: number;
  /** The part of a line that came with earlier chunks, and its CR. */
  readonly #carry: Buffer;
  #carried = 0;
  /** The present line is already too long; its bytes are thrown away up to its end. */
  #isSkipping = false;
  #lines = 0;

  constructor(maxLineBytes: number = MAX_LINE_BYTES) {
    this.#maxLineBytes = maxLineBytes;
    this.#carry = Buffer.allocUnsafeSlow(maxLineBytes + 1);
  }

  *push(chunk: Uint8Array): Generator<Line, void, undefined> {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      const line = this.#finish(bytes.subarray(start, end));
      start = end + 1;
      if (line !== undefined) yield line;
    }
    this.#keep(bytes.subarray(start));
  }

  /** What stands after the last line end. */
  *end(): Generator<Line, void, undefined> {
    if (this.#carried === 0 && !this.#isSkipping) return;
    const line = this.#finish(Buffer.alloc(0));
    if (line !== undefined) yield line;
  }

  #keep(part: Buffer): void {
    if (this.#isSkipping) return;
    if (this.#carried + part.length > this.#carry.length) {
      this.#isSkipping = true;
      return;
    }
    part.copy(this.#carry, this.#carried);
    this.#carried += part.length;
  }

  #finish(part: Buffer): Line | undefined {
    this.#lines += 1;
    let bytes = part;
    if (this.#carried > 0 || this.#isSkipping) {
      this.#keep(part);
      bytes = this.#carry.subarray(0, this.#carried);
    }
    const isTooLong = this.#isSkipping;
    this.#carried = 0;
    this.#isSkipping = false;
    return this.#line(bytes, isTooLong);
  }

  #line(line: Buffer, isTooLong: boolean): Line | undefined {
    const number = this.#lines;
    let bytes = line;
    if (bytes.at(-1) === CARRIAGE_RETURN) bytes = bytes.subarray(0, -1);
    if (number === 1 && bytes.subarray(0, 3).equals(BYTE_ORDER_MARK)) bytes = bytes.subarray(3);
    if (isTooLong || bytes.length > this.#maxLineBytes) return { kind: 'refused', number, reason: 'line_too_long' };
    if (!isUtf8(bytes)) return { kind: 'refused', number, reason: 'not_utf8' };
    const text = bytes.toString('utf8');
    return isBlank(text) ? undefined : { kind: 'text', number, text };
  }
}

/** A line of an event begins with `{`, so this looks at one character. */
function isBlank(text: string): boolean {
  return text.charCodeAt(0) !== 0x7b && text.trim() === '';
}
