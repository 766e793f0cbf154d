import type { MomentWatch } from '../derive/moment-watch.ts';
import type { Order } from '../derive/order.ts';
import type { RoomFlow } from '../derive/room-flow.ts';

/** What is held in memory of a room that is being written in; all of it can be read back from the store. */
export interface RoomLife {
  readonly room: number;
  newest: Order | undefined;
  isDirty: boolean;
  /** A time in the bucket of moments that was open when it became dirty. */
  openT?: number | undefined;
  flow: RoomFlow | undefined;
  watch: MomentWatch | undefined;
  /** Wall clock, ms. */
  usedAt: number;
}

/** The rooms in memory, a bounded number of them; those used longest ago go first, and after an hour all. */
export class RoomLives {
  readonly #lives = new Map<number, RoomLife>();
  readonly #max: number;
  readonly #idleMs: number;

  constructor(max: number, idleMs: number) {
    this.#max = max;
    this.#idleMs = idleMs;
  }

  get size(): number {
    return this.#lives.size;
  }

  get(room: number): RoomLife | undefined {
    return this.#lives.get(room);
  }

  /** Makes it the last to go. */
  use(life: RoomLife, now: number): RoomLife {
    this.#lives.delete(life.room);
    this.#lives.set(life.room, life);
    life.usedAt = now;
    for (const oldest of this.#lives.keys()) {
      if (this.#lives.size <= this.#max) break;
      this.#lives.delete(oldest);
    }
    return life;
  }

  /** The room's state was overtaken by a change: it is read back at the next use. */
  forget(room: number): void {
    this.#lives.delete(room);
  }

  forgetIdle(now: number): void {
    for (const life of this.#lives.values()) {
      if (now - life.usedAt < this.#idleMs) return;
      this.#lives.delete(life.room);
    }
  }

  clear(): void {
    this.#lives.clear();
  }

  [Symbol.iterator](): IterableIterator<RoomLife> {
    return this.#lives.values();
  }
}
