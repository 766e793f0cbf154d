import type { DerivedSink } from '../derive/room-flow.ts';
import { COLUMN, KIND } from '../rollup/columns.ts';
import type { Level } from '../rollup/levels.ts';
import { ALL_ROOMS } from '../rollup/port.ts';
import type { RollupDeltas } from '../rollup/rollup-deltas.ts';

/** Adds what a flow tells of one room to the rollups of the room and of all rooms. */
export class LiveSink implements DerivedSink {
  readonly #deltas: RollupDeltas;
  readonly #levelsAt: (t: number) => readonly Level[];
  #scopes: readonly number[] = [ALL_ROOMS];

  constructor(deltas: RollupDeltas, levelsAt: (t: number) => readonly Level[]) {
    this.#deltas = deltas;
    this.#levelsAt = levelsAt;
  }

  of(room: number): this {
    this.#scopes = [room, ALL_ROOMS];
    return this;
  }

  mention(t: number): void {
    for (const scope of this.#scopes) this.#deltas.at(scope, t, this.#levelsAt(t)).add(COLUMN.mentions, 1);
  }

  response(t: number, seconds: number): void {
    for (const scope of this.#scopes) {
      const place = this.#deltas.at(scope, t, this.#levelsAt(t));
      place.add(COLUMN.responses, 1);
      place.measure(KIND.response, seconds, 1);
    }
  }

  session(startT: number, durationMs: number, messages: number, oldDurationMs: number, oldMessages: number): void {
    for (const scope of this.#scopes) {
      const place = this.#deltas.at(scope, startT, this.#levelsAt(startT));
      place.add(COLUMN.sessionMessages, messages - oldMessages);
      if (oldMessages === 0) place.add(COLUMN.sessions, 1);
      else if (oldDurationMs === durationMs) continue;
      else place.measure(KIND.sessionDuration, oldDurationMs / 1000, -1);
      place.measure(KIND.sessionDuration, durationMs / 1000, 1);
    }
  }
}
