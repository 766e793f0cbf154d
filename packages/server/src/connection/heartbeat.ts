import { LIMITS } from '@hubbub/protocol';
import type { Clock } from '../util/clock.ts';

/** What is kept alive. */
export interface Pulsed {
  /** Monotonic: the last time anything came in. */
  readonly seenAt: number;
  ping(): void;
  /** Ends it without a word: it has been silent for too long. */
  destroy(): void;
}

const SLOTS = 25;
/** Silence is looked for this often, in ticks: a connection ends at most 5 s after its time. */
const TICKS_PER_CHECK = 5;

/** One timer for all: each connection is pinged every 25 s, spread over the seconds, and ended after 60 s of silence. */
export class Heartbeat {
  readonly #slots: readonly Set<Pulsed>[] = Array.from({ length: SLOTS }, () => new Set<Pulsed>());
  readonly #slotOf = new WeakMap<Pulsed, Set<Pulsed>>();
  readonly #clock: Clock;
  readonly #stop: () => void;
  #next = 0;
  #turn = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#stop = clock.every(LIMITS.pingIntervalMs / SLOTS, () => this.tick());
  }

  add(connection: Pulsed): void {
    this.#next = (this.#next + 1) % SLOTS;
    const slot = this.#slots[this.#next];
    slot?.add(connection);
    if (slot !== undefined) this.#slotOf.set(connection, slot);
  }

  remove(connection: Pulsed): void {
    this.#slotOf.get(connection)?.delete(connection);
    this.#slotOf.delete(connection);
  }

  stop(): void {
    this.#stop();
  }

  tick(): void {
    this.#turn = (this.#turn + 1) % SLOTS;
    if (this.#turn % TICKS_PER_CHECK === 0) this.#endSilent();
    for (const connection of this.#slots[this.#turn] ?? []) connection.ping();
  }

  #endSilent(): void {
    const deadline = this.#clock.monotonic() - LIMITS.silenceMs;
    for (const slot of this.#slots) {
      for (const connection of slot) if (connection.seenAt < deadline) connection.destroy();
    }
  }
}
