import type { Tally } from './tally.ts';

/** The last 15 minutes, and what a request takes. */
const KEPT_SECONDS = 905;

interface Frame {
  readonly second: number;
  readonly all: Tally;
  /** Emptied when there is no memory for it. */
  readonly rooms: Map<string, Tally>;
  roomsBytes: number;
}

/** What happened in the last 905 seconds that are over. A second without anything takes nothing, nor does a room in it. */
export class SecondRing {
  readonly #maxRoomsBytes: number;
  readonly #frames = new Array<Frame | undefined>(KEPT_SECONDS).fill(undefined);
  #bytes = 0;
  #since: number;
  #roomsSince: number;

  /** `maxRoomsBytes`: for rooms; all rooms together take 15 MB at most. `since`: the first whole second. */
  constructor(maxRoomsBytes: number, since: number) {
    this.#maxRoomsBytes = maxRoomsBytes;
    this.#since = since;
    this.#roomsSince = since;
  }

  /** Of all frames' rooms. */
  get roomsBytes(): number {
    return this.#bytes;
  }

  /** The first second that is kept whole, with those from `second` back. */
  completeSince(isRoom: boolean, second: number): number {
    return Math.max(isRoom ? this.#roomsSince : this.#since, second - KEPT_SECONDS + 1);
  }

  /** Keeps the tallies themselves. `areAllRooms` false: there were more rooms. */
  close(second: number, all: Tally, rooms: Map<string, Tally>, areAllRooms: boolean): void {
    const present = this.#frames[second % KEPT_SECONDS];
    if (present !== undefined) this.#empty(present);
    // A second that is lived twice, as the clock was set back: what was kept of the first time goes on.
    const before = present?.second === second ? present : undefined;
    if (before !== undefined) merge(all, before.all);
    const frame: Frame = { second, all, rooms, roomsBytes: bytesOf(rooms) };
    this.#frames[second % KEPT_SECONDS] = frame;
    this.#bytes += frame.roomsBytes;
    if (!areAllRooms || before !== undefined) this.#roomsSince = second + 1;
    this.#spare(second);
  }

  at(second: number, room: string | undefined): Tally | undefined {
    const frame = this.#frames[second % KEPT_SECONDS];
    if (frame?.second !== second) return undefined;
    return room === undefined ? frame.all : frame.rooms.get(room);
  }

  /** Gives up rooms, oldest seconds first. */
  #spare(newest: number): void {
    if (this.#bytes <= this.#maxRoomsBytes) return;
    let second = Math.max(this.#roomsSince, newest - KEPT_SECONDS + 1);
    for (; this.#bytes > this.#maxRoomsBytes && second <= newest; second++) {
      const frame = this.#frames[second % KEPT_SECONDS];
      if (frame?.second === second) this.#empty(frame);
    }
    this.#roomsSince = second;
  }

  #empty(frame: Frame): void {
    this.#bytes -= frame.roomsBytes;
    frame.roomsBytes = 0;
    frame.rooms.clear();
  }
}

function bytesOf(rooms: ReadonlyMap<string, Tally>): number {
  let bytes = 0;
  for (const [room, tally] of rooms) bytes += room.length + tally.memory;
  return bytes;
}

function merge(into: Tally, from: Tally): void {
  into.add(from);
  into.change += from.change;
}
