import type { RoomHistory, RoomMessage } from '../derive/history.ts';
import type { MomentSpan } from '../derive/moment-scan.ts';
import type { MomentStory } from '../derive/moment-story.ts';
import type { Order } from '../derive/order.ts';
import type { Level } from '../rollup/levels.ts';
import type { RollupWriter } from '../rollup/port.ts';
import type { Numbering } from '../text/index.ts';

/** A chat message that the store has. */
export interface MessageFact extends RoomMessage {
  readonly room: number;
}

/** A join or leave of an import. */
export interface NoticeFact {
  readonly room: number;
  readonly kind: 'join' | 'leave';
  readonly t: number;
}

/** What depends on neighbours and may be wrong: of one room, from ≤ t < to. */
export interface Dirt {
  readonly kind: 'slots' | 'moments';
  readonly room: number;
  readonly fromT: number;
  readonly toT: number;
}

export interface Moment extends MomentSpan, MomentStory {}

/** A user's first message in a scope: a room's number or ALL_ROOMS. */
export interface Firsts {
  get(scope: number, user: number): number | undefined;
  /** Undefined: the user has no message there. */
  set(scope: number, user: number, t: number | undefined): void;
  /** The next users of a scope, ascending by number, the first `limit`. */
  after(scope: number, user: number, limit: number): readonly (readonly [user: number, t: number])[];
}

/**
 * What the engine keeps, in the transaction that the caller opened. Synchronous: with SQLite it is the writer's thread. `history` shows
 * every message that the engine was given, with the present batch, and nothing else.
 */
export interface EngineStore {
  readonly rollups: RollupWriter;
  readonly history: RoomHistory;
  readonly firsts: Firsts;
  /** The time of the user's first stored message in a scope. */
  firstMessageOf(scope: number, user: number): number | undefined;
  /** The highest number of a room, 0 for none. */
  lastRoom(): number;
  /** What has this number. */
  nameOf(what: 'user' | 'room' | 'word', number: number): string | undefined;
  /** Of words: terms and emoji. A word keeps its number for ever, unless the transaction that gave it is rolled back. */
  readonly words: Numbering;
  /** The last place, in the room's order, of the messages that were taken in. */
  newest(room: number): Order | undefined;
  /** `isOpen`: its last bucket of moments is to be closed though nobody writes. */
  setNewest(room: number, newest: Order, isOpen: boolean): void;
  /** The rooms that were left so. Asked each second. */
  openRooms(): readonly number[];
  /** All that waits for repair in a room / the first that waits at all. */
  dirtOf(room: number): readonly Dirt[];
  firstDirt(): Dirt | undefined;
  /** Takes the place of all that waits in the room. */
  setDirt(room: number, dirt: readonly Dirt[]): void;
  /** The moment with startBucket ≤ bucket < endBucket. */
  momentCovering(room: number, bucket: number): MomentSpan | undefined;
  /** Undefined removes what starts there. */
  putMoment(room: number, startBucket: number, moment: Moment | undefined): void;
  /** Starts of the moments with from ≤ start < to. */
  momentsIn(room: number, fromBucket: number, toBucket: number): readonly number[];
  /** The minute containers before this one go. */
  pruneMinutes(beforeContainer: number): void;
}

/** What is kept is to be counted again and mended, by whole UTC days. `room` undefined: every room, and all together. */
export interface RepairRequest {
  readonly room: number | undefined;
  readonly fromT: number;
  /** Exclusive. */
  readonly toT: number;
}

/** The same with the room's name. */
export type AskedRepair = Omit<RepairRequest, 'room'> & { readonly room: string | undefined };

export type RepairBeginning = 'begun' | 'running' | 'unknown room';

/** Where something was kept otherwise than the messages say. */
interface AnyDamage {
  /** How long the bucket is; `user` and `moment`: what is kept of a user's first message, of a moment. */
  readonly of: Level | 'user' | 'moment';
  readonly t: number;
  /** A measure, or a part of it. */
  readonly measure: string;
  /** Undefined: there was, or is, none. Of `user`: times. */
  readonly kept: number | undefined;
  readonly recounted: number | undefined;
}

export interface Damage extends AnyDamage {
  /** A room's number or ALL_ROOMS. */
  readonly scope: number;
  /** The number of a user, a room or a word: the first of those that differ. */
  readonly key?: { readonly of: 'user' | 'room' | 'word'; readonly number: number } | undefined;
}

export interface NamedDamage extends AnyDamage {
  /** Undefined: all rooms together. */
  readonly room: string | undefined;
  readonly key: string | undefined;
}

export interface RepairProgress {
  /** ms since 1970. */
  readonly startedAt: number;
  /** Undefined: it is going on. */
  readonly endedAt: number | undefined;
  /** 0 to 1. */
  readonly share: number;
  readonly buckets: number;
  readonly damagedBuckets: number;
  readonly damageCount: number;
}

export interface Repair extends RepairProgress {
  readonly request: RepairRequest;
  /** The first of all, a bounded number. */
  readonly damages: readonly Damage[];
}

export interface NamedRepair extends RepairProgress {
  readonly request: AskedRepair;
  readonly damages: readonly NamedDamage[];
}
