import { readNewcomers, writeNewcomers } from './newcomers.ts';
import type { PendingContainer, Settled } from './pending.ts';

/** A container of `newcomers`, decoded: the quarter of the month by number within the chunk. */
export class PendingNewcomers implements PendingContainer {
  readonly #quarters = new Map<number, number>();
  #corrupt = 0;
  #shortfalls = 0;

  constructor(body: Uint8Array | undefined) {
    if (body === undefined || readNewcomers(0, body, (user, quarter) => this.#quarters.set(user, quarter))) return;
    this.#quarters.clear();
    this.#corrupt = 1;
  }

  get memory(): number {
    return 200 + this.#quarters.size * 40;
  }

  set(user: number, quarter: number): void {
    this.#quarters.set(user, quarter);
  }

  /** Does nothing when the user is a newcomer of another quarter: it was moved there first. */
  remove(user: number, quarter: number): void {
    const present = this.#quarters.get(user);
    if (present === quarter) this.#quarters.delete(user);
    else if (present === undefined) this.#shortfalls += 1;
  }

  settle(): Settled {
    const settled = { body: writeNewcomers(this.#quarters), shortfalls: this.#shortfalls, corrupt: this.#corrupt };
    this.#shortfalls = 0;
    this.#corrupt = 0;
    return settled;
  }
}
