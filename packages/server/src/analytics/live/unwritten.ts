import type { NamedLiveFact, Standing } from '../live-facts-sink.ts';
import { MINUTE_MS } from '../rollup/levels.ts';
import { MinuteTally } from './minute-tally.ts';

/** Undefined: all rooms. */
export type Room = string | undefined;

export interface Entry {
  readonly minute: number;
  readonly room: Room;
  readonly tally: MinuteTally;
}

export interface UnwrittenLimits {
  /** Tallies of rooms: above it what happens is told of all rooms together alone. */
  readonly tallies: number;
  /** Users over all tallies: above it presence is lost. */
  readonly users: number;
  /** Minutes: above it all is lost. */
  readonly minutes: number;
}

/** What is to be written, by minute and room: bounded, whatever happens while the store is away. */
export class Unwritten {
  readonly #limits: UnwrittenLimits;
  readonly #minutes = new Map<number, Map<Room, MinuteTally>>();
  #tallies = 0;
  #users = 0;
  /** Tallies and users that there was no place for. */
  lost = 0;

  constructor(limits: UnwrittenLimits) {
    this.#limits = limits;
  }

  get isEmpty(): boolean {
    return this.#minutes.size === 0;
  }

  /** The place of what happens in the room; that of all rooms when there are too many. Undefined: nowhere. */
  at(minute: number, room: Room): MinuteTally | undefined {
    let rooms = this.#minutes.get(minute);
    if (rooms === undefined) {
      if (this.#minutes.size >= this.#limits.minutes) {
        this.lost++;
        return undefined;
      }
      rooms = new Map();
      this.#minutes.set(minute, rooms);
    }
    const key = rooms.has(room) || this.#tallies < this.#limits.tallies ? room : undefined;
    const present = rooms.get(key);
    if (present !== undefined) return present;
    const tally = new MinuteTally();
    rooms.set(key, tally);
    this.#tallies++;
    return tally;
  }

  /** Samples and presence of a room say nothing of all rooms, and have no other place. */
  ofRoom(minute: number, room: Room): MinuteTally | undefined {
    const tally = this.at(minute, room);
    if (tally === undefined || this.#minutes.get(minute)?.get(room) === tally) return tally;
    this.lost++;
    return undefined;
  }

  present(minute: number, room: string, userId: string): void {
    if (this.#users >= this.#limits.users) {
      this.lost++;
      return;
    }
    const tally = this.ofRoom(minute, room);
    if (tally === undefined) return;
    tally.present(userId);
    this.#users++;
  }

  /** Takes out whole tallies, oldest minute first, until they are `entries` or their users `users`. */
  take(entries: number, users: number): Entry[] {
    const taken: Entry[] = [];
    let left = users;
    for (const [minute, rooms] of [...this.#minutes].sort(([a], [b]) => a - b)) {
      for (const [room, tally] of rooms) {
        if (taken.length === entries || left <= 0) return taken;
        const part = tally.users > left ? tally.split(left) : tally;
        if (part === tally) {
          rooms.delete(room);
          this.#tallies--;
        }
        left -= part.users;
        this.#users -= part.users;
        taken.push({ minute, room, tally: part });
      }
      if (rooms.size === 0) this.#minutes.delete(minute);
    }
    return taken;
  }

  /** Puts back what was not written. */
  giveBack(entries: readonly Entry[]): void {
    for (const { minute, room, tally } of entries) {
      // The limits may be exceeded by what was on its way: that is bounded, too.
      const rooms = this.#minutes.get(minute) ?? new Map<Room, MinuteTally>();
      this.#minutes.set(minute, rooms);
      const present = rooms.get(room);
      if (present === undefined) {
        rooms.set(room, tally);
        this.#tallies++;
      } else present.addMinute(tally);
      this.#users += tally.users;
    }
  }

  *entriesOf(room: Room): Generator<Entry, void> {
    for (const [minute, rooms] of this.#minutes) {
      const tally = rooms.get(room);
      if (tally !== undefined) yield { minute, room, tally };
    }
  }

  *entries(): Generator<Entry, void> {
    for (const [minute, rooms] of this.#minutes) for (const [room, tally] of rooms) yield { minute, room, tally };
  }
}

export function* factsOf(entries: Iterable<Entry>): Generator<NamedLiveFact, void> {
  for (const { minute, room, tally } of entries) yield* tally.facts(room, minute * MINUTE_MS);
}

export function standingOf(entries: Iterable<Entry>): Standing[] {
  const standing: Standing[] = [];
  for (const { room, tally } of entries) if (room !== undefined && tally.standing !== undefined) standing.push({ room, ...tally.standing });
  return standing;
}

/** Of connections over all rooms. */
export function* samplesOf(entries: Iterable<Entry>): Generator<NamedLiveFact, void> {
  for (const { minute, tally } of entries) yield* tally.samples(undefined, minute * MINUTE_MS);
}
