interface Aim {
  /** As long as a piece may take, and hold up the commits behind it. */
  readonly ms: number;
  readonly least: number;
}

const USUAL: Aim = { ms: 20, least: 25 };
/** Where much waits, pieces follow one another: each is shorter, for the chat beside it. Messages of rooms that nobody wrote in lately cost a millisecond each. */
const BEHIND: Aim = { ms: 15, least: 25 };
const FAR_BEHIND = 5000;
/** Where little waits, as in a lively room or two, there is time: short pieces with rests between are not felt in the chat beside them. */
const CALM: Aim = { ms: 5, least: 20 };
const LITTLE = 500;
const MOST = 4000;
/** A thread that has just started is slow. */
const FIRST = 50;

/** How many entries take as long as a piece may: what one costs depends on how many rooms and users they are spread over. */
export class PieceSize {
  readonly #cpuMs: () => number;
  readonly #most: number;
  #last = FIRST;
  #msOfLast = CALM.ms;
  /** The piece that was asked for last has all that waits. */
  #isAll = false;

  constructor(cpuMs: () => number, most = MOST) {
    this.#cpuMs = cpuMs;
    this.#most = most;
  }

  /** Of `waiting` entries. */
  of(waiting: number): number {
    const { ms, least } = aimOf(waiting);
    const fitting = Math.round((this.#last * ms) / this.#msOfLast);
    const size = Math.min(Math.max(least, Math.min(fitting, 2 * this.#last)), this.#most);
    this.#isAll = size >= waiting;
    return Math.min(size, waiting);
  }

  /** `run` takes a piece and answers how many entries it had. */
  measure(run: () => number): void {
    const before = this.#cpuMs();
    const entries = run();
    const ms = Math.max(0.1, this.#cpuMs() - before);
    // The short rest of what waits says little about long pieces: what is fixed weighs in it.
    if (this.#isAll && 2 * entries < this.#last && ms < this.#msOfLast) return;
    this.#last = entries;
    this.#msOfLast = ms;
  }
}

function aimOf(waiting: number): Aim {
  if (waiting <= LITTLE) return CALM;
  return waiting > FAR_BEHIND ? BEHIND : USUAL;
}
