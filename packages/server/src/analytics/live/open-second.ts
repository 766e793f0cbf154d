import { Tally } from './tally.ts';

/** What happens in the second in progress, by room. */
export class OpenSecond {
  readonly second: number;
  readonly rooms = new Map<string, Tally>();
  /** What is of no room, or of one too many. */
  others: Tally | undefined;
  /** False: there were more rooms. */
  areAllRooms = true;
  readonly #maxRooms: number;
  /** Of the room that was asked for last: most events of a turn are of one room. */
  #lastRoom: string | undefined;
  #last = new Tally();

  constructor(second: number, maxRooms: number) {
    this.second = second;
    this.#maxRooms = maxRooms;
  }

  get isEmpty(): boolean {
    return this.rooms.size === 0 && this.others === undefined;
  }

  of(room: string): Tally {
    return room === this.#lastRoom ? this.#last : this.#find(room);
  }

  ofNoRoom(): Tally {
    this.others ??= new Tally();
    return this.others;
  }

  /** A connection came (1) or went (−1). */
  change(room: string, by: 1 | -1): void {
    const tally = this.of(room);
    if (tally !== this.others) tally.change += by;
  }

  /** All rooms together. */
  sum(): Tally {
    const sum = new Tally();
    for (const tally of this.rooms.values()) sum.add(tally);
    if (this.others === undefined) return sum;
    sum.add(this.others);
    sum.change = this.others.change;
    return sum;
  }

  #find(room: string): Tally {
    const known = this.rooms.get(room);
    if (known === undefined && this.rooms.size >= this.#maxRooms) {
      this.areAllRooms = false;
      return this.ofNoRoom();
    }
    const tally = known ?? new Tally();
    if (known === undefined) this.rooms.set(room, tally);
    this.#lastRoom = room;
    this.#last = tally;
    return tally;
  }
}
