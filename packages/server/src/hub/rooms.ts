import { randomBytes } from 'node:crypto';
import { type ErrorCode, isReservedRoomId, isRoomId, LIMITS, NO_SUCH_ROOM } from '@hubbub/protocol';
import type { Bus } from '../bus/bus.ts';
import { type RoomRecord, type Store, StoreUnavailable } from '../store/store.ts';
import type { Clock } from '../util/clock.ts';
import { Room, type RoomStart } from './room.ts';
import { toRingEntry } from './stored-form.ts';
import type { Turn } from './turn.ts';

export type OpenOutcome =
  | { readonly kind: 'open'; readonly room: Room }
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly message: string };

export interface RoomsOptions {
  readonly maxRooms: number;
  /** Budget of all rings, bytes; the least recently used are shed first. */
  readonly ringBytes: number;
}

/** Ids asked of the store when a room opens; repeats of older ones are looked up one by one. */
const MAX_IDS_AT_OPEN = 10_000;
/** A room that nobody needs is kept this long, for those who come right back. */
const IDLE_MS = 30_000;
const SEARCH_INTERVAL_MS = 100;

/** The live rooms of this node, their opening and closing, and the memory that their rings take together. */
export class Rooms {
  readonly #bus: Bus;
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #turn: Turn;
  readonly #options: RoomsOptions;
  readonly #rooms = new Map<string, Room>();
  readonly #opening = new Map<string, Promise<OpenOutcome>>();
  #ringBytes = 0;
  /** Monotonic. */
  #searchAgainAt = 0;

  constructor(bus: Bus, store: Store, clock: Clock, turn: Turn, options: RoomsOptions) {
    this.#bus = bus;
    this.#store = store;
    this.#clock = clock;
    this.#turn = turn;
    this.#options = options;
  }

  get size(): number {
    return this.#rooms.size;
  }

  get ringBytes(): number {
    return this.#ringBytes;
  }

  get(roomId: string): Room | undefined {
    return this.#rooms.get(roomId);
  }

  all(): Iterable<Room> {
    return this.#rooms.values();
  }

  /** Opens a room, at once when it is live. */
  open(roomId: string): OpenOutcome | Promise<OpenOutcome> {
    const room = this.#rooms.get(roomId);
    if (room !== undefined) return { kind: 'open', room };
    const opening = this.#opening.get(roomId);
    if (opening !== undefined) return opening;
    if (!isRoomId(roomId) || isReservedRoomId(roomId)) return refuse(NO_SUCH_ROOM.code, NO_SUCH_ROOM.message);
    if (this.#rooms.size + this.#opening.size >= this.#options.maxRooms && !this.#closeOneIdle()) {
      return refuse('overloaded', `This server has its ${this.#options.maxRooms} live rooms; try again later.`);
    }
    const promise = this.#open(roomId).finally(() => this.#opening.delete(roomId));
    this.#opening.set(roomId, promise);
    return promise;
  }

  /** Registers the epoch of a room with the store before its first publication; false when the store is away. */
  register(room: Room): Promise<boolean> {
    room.registering ??= this.#store
      .openEpoch(room.id, room.epoch, room.seq + 1)
      .then(
        () => {
          room.isRegistered = true;
          return true;
        },
        (error: unknown) => {
          if (error instanceof StoreUnavailable) return false;
          throw error;
        },
      )
      .finally(() => {
        room.registering = undefined;
      });
    return room.registering;
  }

  /** The room's ring grew or shrank; above the budget the least recently used rings are shed, down to nine tenths of it. */
  account(room: Room, bytes: number): void {
    this.#ringBytes += bytes;
    if (bytes <= 0 || this.#ringBytes <= this.#options.ringBytes) return;
    const byUse = [...this.#rooms.values()].filter((other) => other !== room && other.ring.bytes > 0);
    byUse.sort((a, b) => a.lastMessageAt - b.lastMessageAt);
    for (const other of byUse) {
      if (this.#ringBytes <= this.#options.ringBytes * 0.9) return;
      this.#ringBytes += other.ring.shed();
    }
  }

  /** Closes rooms that nobody has needed for a while. */
  sweep(): void {
    const now = this.#clock.monotonic();
    for (const room of this.#rooms.values()) {
      if (!isUnneeded(room)) room.idleSince = now;
      else if (now - room.idleSince >= IDLE_MS) this.#close(room);
    }
  }

  /** At most ten searches a second, since it may go through all of them for nothing. */
  #closeOneIdle(): boolean {
    const now = this.#clock.monotonic();
    if (now < this.#searchAgainAt) return false;
    for (const room of this.#rooms.values()) {
      if (!isUnneeded(room)) continue;
      this.#close(room);
      return true;
    }
    this.#searchAgainAt = now + SEARCH_INTERVAL_MS;
    return false;
  }

  #close(room: Room): void {
    this.#rooms.delete(room.id);
    this.#ringBytes -= room.ring.bytes;
    this.#bus.close(room.id);
  }

  /** Whoever asked for it comes in within this turn: until then it is not idle. */
  #hold(room: Room): void {
    room.pending += 1;
    this.#clock.endOfTurn(() => {
      room.pending -= 1;
    });
  }

  async #open(roomId: string): Promise<OpenOutcome> {
    try {
      const idsSince = this.#clock.now() - LIMITS.idMemoryMs;
      const record = await this.#store.room(roomId, { idsSince, maxIds: MAX_IDS_AT_OPEN, tail: LIMITS.historyMessages });
      const start = await this.#continue(roomId, record);
      const { knownIds, knownSince } = record;
      await this.#bus.open(roomId, { ...start.head, timestamp: record.head?.timestamp ?? 0, knownIds, knownSince });
      const room = new Room(roomId, start, this.#turn, this.#clock.monotonic());
      // After a crash the order goes on above a gap, so the ring starts empty there.
      const tail = record.head?.isContinued === true ? record.tail : [];
      this.account(room, room.load(tail.map((message) => toRingEntry(message, message.position?.seq ?? 0))));
      room.lastMessageAt = Math.max(record.head?.timestamp ?? 0, record.importedThrough);
      this.#rooms.set(roomId, room);
      this.#hold(room);
      return { kind: 'open', room };
    } catch (error) {
      if (error instanceof StoreUnavailable)
        return refuse('storage_unavailable', 'The store is away, so the room cannot be opened just now.');
      throw error;
    }
  }

  /** The epoch rule: a clean restart goes on; after a crash a new epoch starts above everything that may have been seen. */
  async #continue(roomId: string, record: RoomRecord): Promise<RoomStart> {
    const { head, importedThrough } = record;
    if (head === undefined) {
      return { head: { epoch: makeEpoch(), seq: 0 }, isRegistered: false, isWholeInRing: true, importedThrough };
    }
    if (head.isContinued) {
      const isWholeInRing = record.tail.length === head.seq;
      return { head: { epoch: head.epoch, seq: head.seq }, isRegistered: true, isWholeInRing, importedThrough };
    }
    const position = { epoch: makeEpoch(), seq: head.seqFloor };
    const isRegistered = await this.#store.openEpoch(roomId, position.epoch, position.seq + 1).then(
      () => true,
      () => false,
    );
    return { head: position, isRegistered, isWholeInRing: false, importedThrough };
  }
}

function refuse(code: ErrorCode, message: string): OpenOutcome {
  return { kind: 'refused', code, message };
}

function makeEpoch(): string {
  return randomBytes(9).toString('base64url');
}

function isUnneeded(room: Room): boolean {
  return room.presence.isEmpty && room.pending === 0 && room.storedSeq >= room.seq;
}
