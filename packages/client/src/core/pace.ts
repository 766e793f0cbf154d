/** Below this the server is evidently not in the way. */
const NO_GAP_MS = 5;
const MAX_GAP_MS = 10_000;
/** Slower by half after a refusal, faster by a twentieth after each message: about one refusal in fifteen messages at the server's limit. */
const SLOWER = 1.5;
const FASTER = 0.95;

/** Finds the server's rate limit, which nobody tells, so that a long queue does not run into it again and again (4429 is its end). */
export class Pace {
  #gapMs = 0;
  /** Nothing is said before. */
  nextAt = 0;

  sent(now: number): void {
    this.nextAt = Math.max(this.nextAt, now + this.#gapMs);
  }

  taken(): void {
    this.#gapMs = this.#gapMs < NO_GAP_MS ? 0 : this.#gapMs * FASTER;
  }

  tooFast(now: number, retryAfterMs: number): void {
    this.#gapMs = Math.min(Math.max(this.#gapMs * SLOWER, retryAfterMs), MAX_GAP_MS);
    this.nextAt = now + Math.max(retryAfterMs, this.#gapMs);
  }

  /** A new connection has a limit of its own. */
  reset(): void {
    this.#gapMs = 0;
    this.nextAt = 0;
  }
}
