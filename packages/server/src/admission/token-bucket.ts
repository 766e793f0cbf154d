/** A token bucket (RFC 2697 in the small): `burst` tokens at first, `perSecond` more each second. The clock is given. */
export class TokenBucket {
  #tokens: number;
  #at: number;

  constructor(burst: number, now: number) {
    this.#tokens = burst;
    this.#at = now;
  }

  /** Takes a token: 0, or after how many milliseconds there will be one. `perSecond` 0 takes without limit. */
  take(now: number, perSecond: number, burst: number): number {
    if (perSecond === 0) return 0;
    this.#tokens = Math.min(burst, this.#tokens + ((now - this.#at) * perSecond) / 1000);
    this.#at = now;
    if (this.#tokens >= 1) {
      this.#tokens -= 1;
      return 0;
    }
    return Math.ceil(((1 - this.#tokens) * 1000) / perSecond);
  }
}
