import { LIMITS } from '@hubbub/protocol';

/** Counts a connection's refusals; made with its first one. */
export class Flood {
  #times: number[] = [];

  /** True when this refusal makes it a flood: the limit reached within the window. */
  add(now: number): boolean {
    this.#times.push(now);
    if (this.#times.length < LIMITS.floodRefusals) return false;
    const isFlood = now - (this.#times[0] ?? now) <= LIMITS.floodWindowMs;
    this.#times.shift();
    return isFlood;
  }
}
