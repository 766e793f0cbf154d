import type { DerivedSink } from '../derive/derived-sink.ts';
import { COLUMN, KIND } from '../rollup/columns.ts';
import { MemoryRollups } from '../rollup/memory-rollups.ts';
import { RollupDeltas, type RollupPlace } from '../rollup/rollup-deltas.ts';

/** What a sweep tells of a room, as containers. */
export class DerivedSums implements DerivedSink {
  readonly #room: number;
  readonly #minutesFrom: number;
  readonly #rollups = new MemoryRollups();
  readonly #deltas = new RollupDeltas(this.#rollups, Number.POSITIVE_INFINITY);

  constructor(room: number, minutesFrom: number) {
    this.#room = room;
    this.#minutesFrom = minutesFrom;
  }

  /** All that was told so far. */
  flushed(): MemoryRollups {
    this.#deltas.flush();
    return this.#rollups;
  }

  mention(t: number): void {
    this.#at(t).add(COLUMN.mentions, 1);
  }

  response(t: number, seconds: number): void {
    const place = this.#at(t);
    place.add(COLUMN.responses, 1);
    place.measure(KIND.response, seconds, 1);
  }

  session(startT: number, durationMs: number, messages: number): void {
    const place = this.#at(startT);
    place.add(COLUMN.sessions, 1);
    place.add(COLUMN.sessionMessages, messages);
    place.measure(KIND.sessionDuration, durationMs / 1000, 1);
  }

  #at(t: number): RollupPlace {
    return this.#deltas.at(this.#room, t, t >= this.#minutesFrom ? ['minute', 'quarter'] : ['quarter']);
  }
}
