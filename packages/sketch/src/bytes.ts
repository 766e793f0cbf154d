const NOTHING = new Uint8Array(0);

/** Appends numbers and strings to a growing buffer. */
export class ByteWriter {
  #bytes = new Uint8Array(64);
  #length = 0;

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#length;
  }

  /** Empties it and keeps its memory for reuse. */
  clear(): void {
    this.#length = 0;
  }

  /** A whole number from 0 to 2^53 − 1, seven bits a byte, lowest first. */
  varint(value: number): void {
    this.#reserve(8);
    let rest = value;
    while (rest >= 128) {
      this.#bytes[this.#length++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#length++] = rest;
  }

  /** A whole number between −2^52 and 2^52. */
  signed(value: number): void {
    this.varint(value < 0 ? -value * 2 - 1 : value * 2);
  }

  float(value: number): void {
    this.#reserve(8);
    new DataView(this.#bytes.buffer).setFloat64(this.#length, value);
    this.#length += 8;
  }

  /** UTF-16 units as varints: any string comes back as it was, lone surrogates included; ASCII takes a byte a letter. */
  text(value: string): void {
    this.varint(value.length);
    for (let i = 0; i < value.length; i++) this.varint(value.charCodeAt(i));
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** What was written, in place: good until the next write. */
  written(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #reserve(extra: number): void {
    if (this.#length + extra <= this.#bytes.length) return;
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + extra));
    grown.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = grown;
  }
}

/** Reads what a ByteWriter wrote. Never throws: after the first thing that cannot be, everything reads as 0 or '' and `isComplete` is false. */
export class ByteReader {
  #bytes: Uint8Array;
  #at = 0;
  #end: number;
  #isBroken = false;

  constructor(bytes: Uint8Array = NOTHING) {
    this.#bytes = bytes;
    this.#end = bytes.length;
  }

  /** Begins anew, with bytes [from, to), which must be there. */
  open(bytes: Uint8Array, from = 0, to = bytes.length): void {
    this.#bytes = bytes;
    this.#at = from;
    this.#end = to;
    this.#isBroken = false;
  }

  /** Where the next byte is read. */
  get at(): number {
    return this.#at;
  }

  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** Everything was read, and all of it made sense. */
  get isComplete(): boolean {
    return !this.#isBroken && this.#at === this.#end;
  }

  byte(): number {
    return this.#at < this.#end ? (this.#bytes[this.#at++] ?? 0) : this.#fail();
  }

  varint(): number {
    const first = this.#at < this.#end ? (this.#bytes[this.#at] ?? 0) : 128;
    if (first >= 128) return this.#longVarint();
    this.#at += 1;
    return first;
  }

  signed(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  float(): number {
    if (this.#isBroken || this.#at + 8 > this.#end) return this.#fail();
    const value = new DataView(this.#bytes.buffer, this.#bytes.byteOffset + this.#at, 8).getFloat64(0);
    this.#at += 8;
    return value;
  }

  text(): string {
    const length = this.count();
    const units: string[] = [];
    for (let i = 0; i < length; i++) {
      const unit = this.varint();
      if (unit > 0xffff) this.#fail();
      units.push(String.fromCharCode(unit));
    }
    return this.#isBroken ? '' : units.join('');
  }

  /** A varint that says how many things of at least one byte follow; more than there are bytes left cannot be. */
  count(): number {
    const value = this.varint();
    return value <= this.#end - this.#at ? value : this.#fail();
  }

  raw(length: number): Uint8Array {
    if (this.#isBroken || this.#at + length > this.#end) {
      this.#fail();
      return new Uint8Array(0);
    }
    this.#at += length;
    return this.#bytes.slice(this.#at - length, this.#at);
  }

  #longVarint(): number {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 8; i++) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      // A last byte of 0 would be a second spelling of the same number: equal contents have equal bytes.
      if (byte < 128) return value <= Number.MAX_SAFE_INTEGER && (byte > 0 || i === 0) ? value : this.#fail();
      scale *= 128;
    }
    return this.#fail();
  }

  #fail(): 0 {
    this.#isBroken = true;
    this.#at = this.#end;
    return 0;
  }
}
