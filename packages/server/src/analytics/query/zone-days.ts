import { NO_BUCKET, type ZoneDayBuckets } from '../calendar/plan.ts';
import { QUARTER_MS, QUARTERS_PER_DAY } from '../rollup/levels.ts';
import type { RollupReader } from '../rollup/port.ts';
import { BodyShelf } from './body-shelf.ts';
import { type DayBody, type DayFamily, dayBodies } from './day-bodies.ts';
import { Unreadable } from './unreadable.ts';
import { WholeMonths } from './whole-months.ts';

/** Of what is held: some zones over years. */
const MAX_BYTES = 128 * 2 ** 20;
/** Days that are merged at once: what they have is decoded together. */
const AT_ONCE = 16;

/** Days of one family that are of the same length and begin at the same time of the day, in UTC. */
interface Held {
  /** By start. */
  readonly days: BodyShelf;
  /** Up to which changes they were looked through. */
  stamp: number;
}

type Add = (chunk: number, body: Uint8Array, bucketOfSlot: Int32Array) => boolean;

/**
 * Days of zones, and other stretches of no more than a day, as if they were kept, of all rooms together: each is merged from its
 * quarters when it is first asked for, and held until these change or room is needed. What would be a hundred summaries a day is then one, as it is in UTC.
 */
export class ZoneDays {
  readonly months = new WholeMonths();
  readonly #maxBytes: number;
  /** By family, time of the day and length; that used longest ago first. */
  readonly #held = new Map<string, Held>();
  #bytes = 0;

  constructor(maxBytes = MAX_BYTES) {
    this.#maxBytes = maxBytes;
  }

  /** How much is held, in bytes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Shows the bodies of the days, ascending; each has slot 0 alone. `add` says whether a body could be read. */
  read(family: DayFamily, { edges, buckets }: ZoneDayBuckets, reader: RollupReader, add: Add): void {
    const { unsettled } = this.#lookThrough(family, reader);
    const bucketOfSlot = new Int32Array(1);
    let wanted: number[] = [];
    const show = (): void => {
      const found = this.#daysOf(family, edges, wanted, reader, unsettled);
      for (const [at, day] of wanted.entries()) {
        bucketOfSlot[0] = buckets[day] ?? NO_BUCKET;
        for (const { chunk, body } of found[at] ?? [])
          if (!add(chunk, body, bucketOfSlot)) throw new Unreadable(`unreadable ${family} of the day from ${edges[day]}: recount`);
      }
      wanted = [];
    };
    for (let day = 0; day < buckets.length; day++) {
      if (buckets[day] === NO_BUCKET) continue;
      wanted.push(day);
      if (wanted.length === AT_ONCE) show();
    }
    show();
    this.#shed();
  }

  #daysOf(
    family: DayFamily,
    edges: Float64Array,
    wanted: readonly number[],
    reader: RollupReader,
    unsettled: ReadonlySet<number>,
  ): readonly (readonly DayBody[])[] {
    const stretchOf = (day: number) => ({ start: edges[day] ?? 0, end: edges[day + 1] ?? 0 });
    const isSettled = (start: number, end: number): boolean => !unsettled.has(dayOf(start)) && !unsettled.has(dayOf(end - 1));
    const found = wanted.map((day) => {
      const { start, end } = stretchOf(day);
      return isSettled(start, end) ? this.#heldOf(family, start, end, reader).days.get(start) : undefined;
    });
    const missing = [...wanted.keys()].filter((at) => found[at] === undefined);
    const made = dayBodies(
      family,
      missing.map((at) => stretchOf(wanted[at] ?? 0)),
      reader,
    );
    for (const [i, at] of missing.entries()) {
      const bodies = made[i] ?? [];
      found[at] = bodies;
      const { start, end } = stretchOf(wanted[at] ?? 0);
      if (isSettled(start, end)) this.#change(this.#heldOf(family, start, end, reader), (days) => days.set(start, bodies));
    }
    return found.map((bodies) => bodies ?? []);
  }

  #heldOf(family: DayFamily, start: number, end: number, reader: RollupReader): Held {
    const name = `${family} ${(start / QUARTER_MS) % QUARTERS_PER_DAY} ${(end - start) / QUARTER_MS}`;
    let held = this.#held.get(name);
    if (held === undefined) held = { days: new BodyShelf(), stamp: reader.changesSince(Number.MAX_SAFE_INTEGER).stamp };
    this.#held.delete(name);
    this.#held.set(name, held);
    return held;
  }

  #change(held: Held, change: (days: BodyShelf) => void): void {
    const before = held.days.bytes;
    change(held.days);
    this.#bytes += held.days.bytes - before;
  }

  /** Lets go what has changed since it was held. */
  #lookThrough(family: DayFamily, reader: RollupReader): { readonly unsettled: ReadonlySet<number> } {
    let unsettled: ReadonlySet<number> | undefined;
    for (const [name, held] of this.#held) {
      if (!name.startsWith(`${family} `)) continue;
      const changes = reader.changesSince(held.stamp);
      if (!held.days.isEmpty)
        for (const day of changes.days) for (const start of startsAround(name, day)) this.#change(held, (days) => days.delete(start));
      held.stamp = changes.stamp;
      unsettled = changes.unsettled;
    }
    return { unsettled: unsettled ?? reader.changesSince(Number.MAX_SAFE_INTEGER).unsettled };
  }

  #shed(): void {
    for (const [name, held] of this.#held) {
      if (this.#bytes <= this.#maxBytes) return;
      this.#held.delete(name);
      this.#bytes -= held.days.bytes;
    }
  }
}

const dayOf = (t: number): number => Math.floor(t / (QUARTER_MS * QUARTERS_PER_DAY));

/** The starts of days that may share an instant with a UTC day. None is longer than two. */
function startsAround(name: string, day: number): readonly number[] {
  const quarter = Number(name.split(' ')[1]);
  return [day - 2, day - 1, day].map((each) => (each * QUARTERS_PER_DAY + quarter) * QUARTER_MS);
}
