import { ALL_ROOMS } from '../rollup/port.ts';
import { type DayFamily, mergedBody } from './day-bodies.ts';

/** Shorter ones are read as fast as they are. */
const WORTH_BYTES = 1000;
/** Merged for one question about a room: some milliseconds of work. There is but one scope of all rooms. */
const MOST_BYTES = 400_000;

/**
 * Containers of level `day` with all their days in one, for questions in which a month lies in one bucket: a thirtieth of the work. They
 * are merged when they are asked for again, and are found by the array that was read as long as that is held.
 */
export class WholeMonths {
  /** Undefined: it was asked for once. */
  readonly #merged = new WeakMap<Uint8Array, Uint8Array | undefined>();
  #left = MOST_BYTES;

  /** A question begins. */
  begin(): void {
    this.#left = MOST_BYTES;
  }

  /** As a container with slot 0 alone; undefined: to be read as it is. */
  of(family: DayFamily, scope: number, chunk: number, body: Uint8Array): Uint8Array | undefined {
    if (body.length < WORTH_BYTES) return undefined;
    const present = this.#merged.get(body);
    if (present !== undefined) return present;
    const isNew = !this.#merged.has(body);
    if (isNew || (scope !== ALL_ROOMS && this.#left < body.length)) {
      this.#merged.set(body, undefined);
      return undefined;
    }
    if (scope !== ALL_ROOMS) this.#left -= body.length;
    const merged = mergedBody(family, chunk, body);
    this.#merged.set(body, merged);
    return merged;
  }
}
