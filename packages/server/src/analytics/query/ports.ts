import type { RoomHistory } from '../derive/history.ts';
import type { Moment, NoticeFact } from '../engine/ports.ts';
import type { RollupReader } from '../rollup/port.ts';

/** A moment with the number of its room. */
export interface RoomMoment extends Moment {
  readonly room: number;
}

/** What the questions are answered from: synchronous, in a thread that may wait for a disk. `room` undefined: all rooms. */
export interface QueryStore {
  readonly rollups: RollupReader;
  /** Everything that `run` reads belongs to one state of the store. */
  atOneInstant<T>(run: () => T): T;
  roomNumber(roomId: string): number | undefined;
  userNumber(userId: string): number | undefined;
  /** Names of rooms, ids of users, words of terms and emoji; unknown numbers are left out. */
  roomIds(rooms: readonly number[]): ReadonlyMap<number, string>;
  userIds(users: readonly number[]): ReadonlyMap<number, string>;
  terms(terms: readonly number[]): ReadonlyMap<number, string>;
  /** Those that start at fromT ≤ t < toT, ascending by start and room, the first `limit`. */
  moments(room: number | undefined, fromT: number, toT: number, limit: number): readonly RoomMoment[];
  /** The time (ms) of the oldest message that came live and is in no rollup yet; undefined: there is none. */
  uncountedSince(): number | undefined;
  /** Whether anything between is waiting for repair. */
  isAdjusting(room: number | undefined, fromT: number, toT: number): boolean;
  /** Whether the last message of a room lies between, in a bucket of moments that is not closed. */
  isMomentOpen(room: number | undefined, fromT: number, toT: number): boolean;

  /** The rest is for recounts, and shows exactly the messages that the rollups include. */
  readonly history: RoomHistory;
  /** Rooms that have messages or notices in fromT ≤ t < toT. */
  roomsBetween(fromT: number, toT: number): readonly number[];
  /** In any order. */
  notices(room: number, fromT: number, toT: number): Iterable<NoticeFact>;
  /** The time of the user's first stored message in a scope, a room's number or ALL_ROOMS. */
  firstMessageOf(scope: number, user: number): number | undefined;
}
