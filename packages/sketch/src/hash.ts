/** 64 bits that decide a hash. Summaries that are to be merged need the same one. */
export interface HashKey {
  readonly low: number;
  readonly high: number;
}

/** Public, so strangers who choose their own ids can aim at it; a deployment that minds passes a secret one. */
export const DEFAULT_KEY: HashKey = { low: 0x4b1d_7e35, high: 0x62e9_0c8f };

const rotate = (x: number, by: number): number => (x << by) | (x >>> (32 - by));

/**
 * HalfSipHash-2-4 with 64 bits of outcome (Aumasson, Bernstein) over the string's UTF-16 units, lowest byte first. Keyed, so that
 * a crafted set of ids cannot be made to collide by one who does not know the key; on 32-bit words, which is what JavaScript is fast at.
 * The outcome stands in `high` and `low` until the next call: nothing is allocated.
 */
export class TextHash {
  readonly #key: HashKey;
  #v0 = 0;
  #v1 = 0;
  #v2 = 0;
  #v3 = 0;
  /** 32 bits each, signed. */
  low = 0;
  high = 0;

  constructor(key: HashKey = DEFAULT_KEY) {
    this.#key = key;
  }

  update(text: string): void {
    this.#start();
    const even = text.length & ~1;
    for (let i = 0; i < even; i += 2) this.#absorb(text.charCodeAt(i) | (text.charCodeAt(i + 1) << 16));
    const tail = even < text.length ? text.charCodeAt(even) : 0;
    this.#absorb(((text.length * 2) << 24) | tail);
    this.#v2 ^= 0xee;
    this.#rounds(4);
    this.low = this.#v1 ^ this.#v3;
    this.#v1 ^= 0xdd;
    this.#rounds(4);
    this.high = this.#v1 ^ this.#v3;
  }

  #start(): void {
    const { low, high } = this.#key;
    this.#v0 = low;
    this.#v1 = high ^ 0xee;
    this.#v2 = 0x6c79_6765 ^ low;
    this.#v3 = 0x7465_6462 ^ high;
  }

  #absorb(word: number): void {
    this.#v3 ^= word;
    this.#rounds(2);
    this.#v0 ^= word;
  }

  #rounds(count: number): void {
    let v0 = this.#v0;
    let v1 = this.#v1;
    let v2 = this.#v2;
    let v3 = this.#v3;
    for (let i = 0; i < count; i++) {
      v0 = (v0 + v1) | 0;
      v1 = rotate(v1, 5) ^ v0;
      v0 = rotate(v0, 16);
      v2 = (v2 + v3) | 0;
      v3 = rotate(v3, 8) ^ v2;
      v0 = (v0 + v3) | 0;
      v3 = rotate(v3, 7) ^ v0;
      v2 = (v2 + v1) | 0;
      v1 = rotate(v1, 13) ^ v2;
      v2 = rotate(v2, 16);
    }
    this.#v0 = v0;
    this.#v1 = v1;
    this.#v2 = v2;
    this.#v3 = v3;
  }
}
