import type { Clock } from '../../src/util/clock.ts';

interface Timer {
  at: number;
  readonly order: number;
  readonly intervalMs: number | undefined;
  readonly run: () => void;
}

/** Time and turns that move when told to. The wall clock starts at 2026-01-01 and may be made to jump. */
export class FakeClock implements Clock {
  #monotonic = 1000;
  #wall = Date.UTC(2026, 0, 1);
  #timers: Timer[] = [];
  #turn: (() => void)[] = [];
  #made = 0;

  readonly now = (): number => Math.floor(this.#wall);
  readonly monotonic = (): number => this.#monotonic;

  after(delayMs: number, run: () => void): () => void {
    return this.#add(delayMs, undefined, run);
  }

  every(intervalMs: number, run: () => void): () => void {
    return this.#add(intervalMs, intervalMs, run);
  }

  endOfTurn(run: () => void): void {
    this.#turn.push(run);
  }

  /** True while something waits for the end of the turn. */
  get isMidTurn(): boolean {
    return this.#turn.length > 0;
  }

  /** Ends the present turn; what asks for the end of a turn meanwhile waits for the next one. */
  endTurn(): void {
    const turn = this.#turn;
    this.#turn = [];
    for (const run of turn) run();
  }

  /** Ends turns until nothing asks for another. */
  endTurns(): void {
    while (this.isMidTurn) this.endTurn();
  }

  /** Moves time and runs what is due, in its order. Turns are not ended by it. */
  advance(ms: number): void {
    const until = this.#monotonic + ms;
    while (this.#runNext(until));
    this.#moveTo(until);
  }

  /** The same with a pause after each timer, for what they make others do. */
  async pass(ms: number, pause: () => Promise<void>): Promise<void> {
    const until = this.#monotonic + ms;
    await pause();
    while (this.#runNext(until)) await pause();
    this.#moveTo(until);
  }

  /** The wall clock is set to another time; the monotonic one does not notice. */
  jumpWall(ms: number): void {
    this.#wall += ms;
  }

  /** Forgets every timer and turn: the process that asked for them is gone. */
  forget(): void {
    this.#timers = [];
    this.#turn = [];
  }

  #add(delayMs: number, intervalMs: number | undefined, run: () => void): () => void {
    this.#made += 1;
    const timer = { at: this.#monotonic + delayMs, order: this.#made, intervalMs, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer);
    };
  }

  #runNext(until: number): boolean {
    let due: Timer | undefined;
    for (const timer of this.#timers) {
      const isSooner = due === undefined || timer.at < due.at || (timer.at === due.at && timer.order < due.order);
      if (timer.at <= until && isSooner) due = timer;
    }
    if (due === undefined) return false;
    const { intervalMs } = due;
    this.#moveTo(due.at);
    if (intervalMs === undefined) this.#timers = this.#timers.filter((each) => each !== due);
    else due.at += intervalMs;
    due.run();
    return true;
  }

  #moveTo(monotonic: number): void {
    if (monotonic <= this.#monotonic) return;
    this.#wall += monotonic - this.#monotonic;
    this.#monotonic = monotonic;
  }
}
