import type { DayBody } from './day-bodies.ts';

const LEAST_SLAB = 4096;
const MOST_SLAB = 2 ** 18;
/** A place: the number of a slab, and where in it. */
const SLAB = 2 ** 32;
const WORD = 4;
/** Of a day beside its bodies. */
const DAY_BYTES = 60;

/**
 * Bodies of days, in few large arrays: hundreds of thousands of small ones would be looked at at each garbage collection. A day: how many
 * bodies, chunk and length of each, then the bodies; numbers of four bytes.
 */
export class BodyShelf {
  #slabs: Uint8Array<ArrayBuffer>[] = [];
  #end = 0;
  #slabBytes = 0;
  /** Of what stands in a slab. */
  #usedBytes = 0;
  readonly #places = new Map<number, number>();

  /** Memory that it takes. */
  get bytes(): number {
    return this.#slabBytes + this.#places.size * DAY_BYTES;
  }

  get isEmpty(): boolean {
    return this.#places.size === 0;
  }

  /** Good as long as anybody has it, whatever is put or taken away. */
  get(day: number): readonly DayBody[] | undefined {
    const place = this.#places.get(day);
    if (place === undefined) return undefined;
    const slab = this.#slabs[Math.floor(place / SLAB)] ?? new Uint8Array(0);
    const words = new Uint32Array(slab.buffer, place % SLAB);
    const count = words[0] ?? 0;
    const bodies: DayBody[] = [];
    let at = (place % SLAB) + headBytes(count);
    for (let i = 0; i < count; i++) {
      const length = words[2 * i + 2] ?? 0;
      bodies.push({ chunk: words[2 * i + 1] ?? 0, body: slab.subarray(at, at + length) });
      at += length;
    }
    return bodies;
  }

  set(day: number, bodies: readonly DayBody[]): void {
    this.delete(day);
    const size = sizeOf(bodies);
    const slab = this.#slabFor(size);
    const words = new Uint32Array(slab.buffer, this.#end);
    words[0] = bodies.length;
    let at = this.#end + headBytes(bodies.length);
    for (const [i, { chunk, body }] of bodies.entries()) {
      words[2 * i + 1] = chunk;
      words[2 * i + 2] = body.length;
      slab.set(body, at);
      at += body.length;
    }
    this.#places.set(day, (this.#slabs.length - 1) * SLAB + this.#end);
    this.#end += size;
    this.#usedBytes += size;
  }

  delete(day: number): void {
    const bodies = this.get(day);
    if (bodies === undefined) return;
    this.#places.delete(day);
    this.#usedBytes -= sizeOf(bodies);
    if (this.#slabBytes > 2 * this.#usedBytes + MOST_SLAB) this.#tidy();
  }

  /** Leaves behind what was taken away. */
  #tidy(): void {
    const days = [...this.#places.keys()].map((day) => [day, this.get(day) ?? []] as const);
    this.#slabs = [];
    this.#slabBytes = 0;
    this.#usedBytes = 0;
    this.#places.clear();
    for (const [day, bodies] of days) this.set(day, bodies);
  }

  /** One with `size` bytes left. */
  #slabFor(size: number): Uint8Array<ArrayBuffer> {
    const last = this.#slabs.at(-1);
    if (last !== undefined && this.#end + size <= last.length) return last;
    const slab = new Uint8Array(Math.max(size, Math.min(MOST_SLAB, Math.max(LEAST_SLAB, this.#slabBytes))));
    this.#slabs.push(slab);
    this.#slabBytes += slab.length;
    this.#end = 0;
    return slab;
  }
}

const headBytes = (count: number): number => (2 * count + 1) * WORD;

/** A multiple of WORD, so that the next day begins at one. */
function sizeOf(bodies: readonly DayBody[]): number {
  const length = bodies.reduce((sum, { body }) => sum + body.length, headBytes(bodies.length));
  return Math.ceil(length / WORD) * WORD;
}
