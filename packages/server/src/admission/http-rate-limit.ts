import type { Clock } from '../util/clock.ts';

export interface HttpRate {
  /** Requests per second in the long run; 0: no limit. */
  readonly perSec: number;
  readonly burst: number;
}

interface Bucket {
  tokens: number;
  /** `clock.monotonic()` of the last refill. */
  at: number;
}

/** How many keys are remembered; beyond it the one unused for longest starts afresh. About 100 bytes each. */
const MAX_KEYS = 50_000;

/** Token buckets by key (an address, an author), in bounded memory, least recently used first out. */
export class HttpRateLimit {
  readonly #rate: HttpRate;
  readonly #clock: Clock;
  readonly #maxKeys: number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(rate: HttpRate, clock: Clock, maxKeys: number = MAX_KEYS) {
    this.#rate = rate;
    this.#clock = clock;
    this.#maxKeys = maxKeys;
  }

  /** Takes a token; answers how many milliseconds to wait for one instead, 0 for none. */
  take(key: string): number {
    const { perSec } = this.#rate;
    if (perSec === 0) return 0;
    const bucket = this.#refilled(key);
    if (bucket.tokens < 1) return Math.max(1, Math.ceil(((1 - bucket.tokens) / perSec) * 1000));
    bucket.tokens -= 1;
    return 0;
  }

  get size(): number {
    return this.#buckets.size;
  }

  #refilled(key: string): Bucket {
    const now = this.#clock.monotonic();
    const known = this.#buckets.get(key);
    const bucket = known ?? { tokens: this.#rate.burst, at: now };
    bucket.tokens = Math.min(this.#rate.burst, bucket.tokens + ((now - bucket.at) / 1000) * this.#rate.perSec);
    bucket.at = now;
    // Deleted and set again, it is the newest of the map: the oldest is always the first.
    this.#buckets.delete(key);
    this.#buckets.set(key, bucket);
    if (this.#buckets.size > this.#maxKeys) this.#dropOldest();
    return bucket;
  }

  #dropOldest(): void {
    const oldest = this.#buckets.keys().next();
    if (!oldest.done) this.#buckets.delete(oldest.value);
  }
}
