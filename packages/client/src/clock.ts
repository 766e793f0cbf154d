/** Time, as a parameter: the only file of this package that touches the real one. */
export interface Clock {
  /** Milliseconds that never go back: of `retryAt` and all other times of this package. */
  now(): number;
  /** The time of day, milliseconds since 1970 UTC. May jump; asked only to notice that the machine slept. */
  wall(): number;
  /** Runs `run` once after `delayMs`; the returned function cancels. */
  after(delayMs: number, run: () => void): () => void;
}

/** What browsers and Node have alike. */
declare const performance: { readonly timeOrigin: number; now(): number };
declare function setTimeout(run: () => void, delayMs: number): unknown;
declare function clearTimeout(timer: unknown): void;

export const systemClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  wall: () => Date.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};
