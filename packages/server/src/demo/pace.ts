/** Behind by more, the rest of the delay is forgotten: catching up would be a burst that nobody wrote. */
const MOST_LAG_MS = 1000;

/** When each event of a log is due: `speed` times as fast as it happened, with silence cut short. */
export class Pace {
  readonly #speed: number;
  readonly #maxGapMs: number;
  #event: number | undefined;
  #due = 0;

  constructor(speed: number, maxGapMs: number) {
    this.#speed = speed;
    this.#maxGapMs = maxGapMs;
  }

  /** How long to wait for the next event, ms; 0 or less: it is due. `now`: `clock.monotonic()`. */
  delay(eventAt: number, now: number): number {
    const gapMs = Math.max(0, eventAt - (this.#event ?? eventAt)) / this.#speed;
    this.#due = Math.max(this.#event === undefined ? now : this.#due, now - MOST_LAG_MS) + Math.min(gapMs, this.#maxGapMs);
    this.#event = eventAt;
    return this.#due - now;
  }
}
