import type { KnownId } from './bus.ts';

type Generation = Map<string, KnownId>;

/**
 * The client-chosen ids of one room's last `memoryMs`, in two generations: a lookup sees both, and the older one is
 * forgotten whole, so that remembering costs no bookkeeping per id. Between one and two times `memoryMs` is known.
 */
export class KnownIds {
  readonly #memoryMs: number;
  #young: Generation = new Map();
  #old: Generation = new Map();
  /** When the young generation began. */
  #turnedAt: number;
  #knownSince: number;
  #oldBeganAt: number;

  constructor(memoryMs: number, now: number, seeds: readonly KnownId[], knownSince: number) {
    this.#memoryMs = memoryMs;
    this.#turnedAt = now;
    this.#oldBeganAt = knownSince;
    this.#knownSince = knownSince;
    for (const seed of seeds) this.#old.set(seed.messageId, seed);
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  /** Every id added since then is known; wall clock, ms. */
  get knownSince(): number {
    return this.#knownSince;
  }

  get(messageId: string): KnownId | undefined {
    return this.#young.get(messageId) ?? this.#old.get(messageId);
  }

  /** Returns by how many the memory grew (negative: a generation was forgotten). */
  add(id: KnownId, now: number): number {
    const before = this.size;
    if (now - this.#turnedAt >= this.#memoryMs) this.forgetOlder(now);
    this.#young.set(id.messageId, id);
    return this.size - before;
  }

  /** Forgets the older generation; returns how many ids that were, as a negative number or 0. */
  forgetOlder(now: number): number {
    const forgotten = this.#old.size;
    this.#old = this.#young;
    this.#oldBeganAt = this.#turnedAt;
    this.#young = new Map();
    this.#turnedAt = now;
    this.#knownSince = this.#oldBeganAt;
    return -forgotten;
  }
}
