import type { DerivedSink } from '../derive/room-flow.ts';
import { COLUMN, KIND } from '../rollup/columns.ts';
import type { Level } from '../rollup/levels.ts';
import { ALL_ROOMS } from '../rollup/port.ts';
import type { RollupDeltas, RollupPlace } from '../rollup/rollup-deltas.ts';

/** Where else a change in a room is to be made, if anywhere. */
export type AlsoAt = (room: number, t: number, levels: readonly Level[]) => RollupPlace | undefined;

/** Adds what a flow tells of one room to the rollups of the room and of all rooms. */
export class LiveSink implements DerivedSink {
  readonly #deltas: RollupDeltas;
  readonly #levelsAt: (t: number) => readonly Level[];
  readonly #alsoAt: AlsoAt;
  readonly #places: RollupPlace[] = [];
  #room = ALL_ROOMS;

  constructor(deltas: RollupDeltas, levelsAt: (t: number) => readonly Level[], alsoAt: AlsoAt = () => undefined) {
    this.#deltas = deltas;
    this.#levelsAt = levelsAt;
    this.#alsoAt = alsoAt;
  }

  of(room: number): this {
    this.#room = room;
    return this;
  }

  mention(t: number): void {
    for (const place of this.#placesAt(t)) place.add(COLUMN.mentions, 1);
  }

  response(t: number, seconds: number): void {
    for (const place of this.#placesAt(t)) {
      place.add(COLUMN.responses, 1);
      place.measure(KIND.response, seconds, 1);
    }
  }

  session(startT: number, durationMs: number, messages: number, oldDurationMs: number, oldMessages: number): void {
    for (const place of this.#placesAt(startT)) {
      place.add(COLUMN.sessionMessages, messages - oldMessages);
      if (oldMessages === 0) place.add(COLUMN.sessions, 1);
      else if (oldDurationMs === durationMs) continue;
      else place.measure(KIND.sessionDuration, oldDurationMs / 1000, -1);
      place.measure(KIND.sessionDuration, durationMs / 1000, 1);
    }
  }

  /** Good until the next call. */
  #placesAt(t: number): readonly RollupPlace[] {
    const levels = this.#levelsAt(t);
    const places = this.#places;
    places[0] = this.#deltas.at(this.#room, t, levels);
    places[1] = this.#deltas.at(ALL_ROOMS, t, levels);
    const also = this.#alsoAt(this.#room, t, levels);
    places.length = also === undefined ? 2 : 3;
    if (also !== undefined) places[2] = also;
    return places;
  }
}
