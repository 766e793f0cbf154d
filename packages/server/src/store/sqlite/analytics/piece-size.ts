/** As long as a piece may hold up the commits behind it. */
const AIM_MS = 20;
const FEWEST = 50;
const MOST = 4000;
const FIRST = 500;

/** How many entries take as long as a piece may: what one costs depends on how many rooms it is spread over. */
export class PieceSize {
  readonly #monotonic: () => number;
  readonly #most: number;
  #next: number;

  constructor(monotonic: () => number, most = MOST) {
    this.#monotonic = monotonic;
    this.#most = most;
    this.#next = Math.min(most, FIRST);
  }

  get next(): number {
    return this.#next;
  }

  measure(entries: number, run: () => void): void {
    const startedAt = this.#monotonic();
    run();
    const elapsedMs = Math.max(0.1, this.#monotonic() - startedAt);
    // A short one says little about long ones: what is fixed weighs in it.
    if (entries < this.#next && elapsedMs < AIM_MS) return;
    const fitting = Math.round((entries * AIM_MS) / elapsedMs);
    this.#next = Math.max(Math.min(FEWEST, this.#most), Math.min(this.#most, fitting, 2 * this.#next));
  }
}
