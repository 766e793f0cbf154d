import type { RoomHistory } from '../derive/history.ts';
import { MOMENT_BUCKET_MS } from '../derive/moment-scan.ts';
import { startOf } from '../derive/order.ts';
import type { MemoryEngineStore } from '../engine/memory-engine-store.ts';
import type { NoticeFact } from '../engine/ports.ts';
import type { QueryStore, RoomMoment } from './ports.ts';

/** The numbers of rooms, users and words. */
export interface Dictionary {
  readonly rooms: ReadonlyMap<string, number>;
  readonly users: ReadonlyMap<string, number>;
  readonly terms: ReadonlyMap<string, number>;
}

/** Answers from what an engine keeps in memory: for a server that keeps nothing, and for tests. */
export class MemoryQueryStore implements QueryStore {
  readonly rollups: MemoryEngineStore['rollups'];
  readonly history: RoomHistory;
  readonly #engine: MemoryEngineStore;
  readonly #dictionary: Dictionary;
  readonly #notices: readonly NoticeFact[];
  readonly uncountedSince: () => number | undefined;

  constructor(
    engine: MemoryEngineStore,
    dictionary: Dictionary,
    notices: readonly NoticeFact[] = [],
    uncountedSince: () => number | undefined = () => undefined,
  ) {
    this.rollups = engine.rollups;
    this.history = engine.history;
    this.#engine = engine;
    this.#dictionary = dictionary;
    this.#notices = notices;
    this.uncountedSince = uncountedSince;
  }

  atOneInstant<T>(run: () => T): T {
    return run();
  }

  roomNumber(roomId: string): number | undefined {
    return this.#dictionary.rooms.get(roomId);
  }

  userNumber(userId: string): number | undefined {
    return this.#dictionary.users.get(userId);
  }

  roomIds(rooms: readonly number[]): ReadonlyMap<number, string> {
    return named(this.#dictionary.rooms, rooms);
  }

  userIds(users: readonly number[]): ReadonlyMap<number, string> {
    return named(this.#dictionary.users, users);
  }

  terms(terms: readonly number[]): ReadonlyMap<number, string> {
    return named(this.#dictionary.terms, terms);
  }

  moments(room: number | undefined, fromT: number, toT: number, limit: number): readonly RoomMoment[] {
    const found: RoomMoment[] = [];
    for (const [own, moments] of this.#engine.moments) {
      if (room !== undefined && own !== room) continue;
      for (const moment of moments.values()) {
        const start = moment.startBucket * MOMENT_BUCKET_MS;
        if (start >= fromT && start < toT) found.push({ ...moment, room: own });
      }
    }
    return found.sort((a, b) => a.startBucket - b.startBucket || a.room - b.room).slice(0, limit);
  }

  isAdjusting(room: number | undefined, fromT: number, toT: number): boolean {
    const rooms = room === undefined ? this.#dictionary.rooms.values() : [room];
    for (const each of rooms) if (this.#engine.dirtOf(each).some((dirt) => dirt.fromT < toT && dirt.toT > fromT)) return true;
    return false;
  }

  isMomentOpen(room: number | undefined, fromT: number, toT: number): boolean {
    return this.#engine.openRooms().some((open) => {
      const { t } = this.#engine.newest(open) ?? { t: toT };
      return (room === undefined || open === room) && t >= fromT && t < toT;
    });
  }

  roomsBetween(fromT: number, toT: number): readonly number[] {
    return [...this.#dictionary.rooms.values()].filter(
      (room) => this.history.messages(room, startOf(fromT), startOf(toT), 1).length > 0 || [...this.notices(room, fromT, toT)].length > 0,
    );
  }

  notices(room: number, fromT: number, toT: number): readonly NoticeFact[] {
    return this.#notices.filter((notice) => notice.room === room && notice.t >= fromT && notice.t < toT);
  }

  firstMessageOf(scope: number, user: number): number | undefined {
    return this.#engine.firstMessageOf(scope, user);
  }
}

function named(dictionary: ReadonlyMap<string, number>, numbers: readonly number[]): ReadonlyMap<number, string> {
  const wanted = new Set(numbers);
  const found = new Map<number, string>();
  for (const [text, number] of dictionary) if (wanted.has(number)) found.set(number, text);
  return found;
}
