import type { RoomHistory, RoomMessage } from '../derive/history.ts';
import type { MomentSpan } from '../derive/moment-scan.ts';
import type { MomentStory } from '../derive/moment-story.ts';
import type { Order } from '../derive/order.ts';
import type { RollupWriter } from '../rollup/port.ts';

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
  /** A word's number, for ever; of a term or an emoji. */
  termNumber(text: string): number;
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
