import type { Clock } from '../../packages/server/src/util/clock.ts';

interface Timer {
  readonly run: () => void;
  readonly intervalMs: number | undefined;
  at: number;
}

/** A clock that stands until `advance` moves it, running what falls due in order. */
export class FakeClock implements Clock {
  #now: number;
  #monotonic = 0;
  readonly #timers = new Set<Timer>();

  constructor(now = Date.UTC(2026, 0, 1)) {
    this.#now = now;
  }

  now(): number {
    return Math.floor(this.#now);
  }
  monotonic(): number {
    return this.#monotonic;
  }
  after(delayMs: number, run: () => void): () => void {
    return this.#add({ run, intervalMs: undefined, at: this.#monotonic + delayMs });
  }
  every(intervalMs: number, run: () => void): () => void {
    return this.#add({ run, intervalMs, at: this.#monotonic + intervalMs });
  }
  endOfTurn(run: () => void): void {
    setImmediate(run);
  }

  advance(ms: number): void {
    const until = this.#monotonic + ms;
    for (let next = this.#next(until); next !== undefined; next = this.#next(until)) {
      this.#moveTo(next.at);
      if (next.intervalMs === undefined) this.#timers.delete(next);
      else next.at += next.intervalMs;
      next.run();
    }
    this.#moveTo(until);
  }

  /** The wall clock alone, as when somebody sets it. */
  jump(ms: number): void {
    this.#now += ms;
  }

  #moveTo(at: number): void {
    this.#now += at - this.#monotonic;
    this.#monotonic = at;
  }

  #next(until: number): Timer | undefined {
    return [...this.#timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
  }

  #add(timer: Timer): () => void {
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }
}
