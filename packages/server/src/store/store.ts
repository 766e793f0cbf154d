import type { Position, SequencedType } from '@hubbub/protocol';
import type { KnownId } from '../bus/bus.ts';

/**
 * The most messages that may be ordered and sent, but not stored, at one time. The write queue refuses above it, and after a
 * crash a room goes on this far above its last stored `seq`, so that no `seq` that anybody saw is used again.
 */
export const MAX_UNSTORED = 20_000;

/** A stored message. Imported ones have no position. */
export interface StoredMessage {
  readonly roomId: string;
  /** Lower-case UUID, unique in its room. */
  readonly messageId: string;
  readonly type: SequencedType;
  readonly userId: string;
  readonly username: string;
  readonly content: string;
  /** Milliseconds since 1970 UTC. */
  readonly timestamp: number;
  readonly replyTo: string | undefined;
  readonly position: Position | undefined;
}

/** A join or leave of an import: counted, never part of history. */
export interface StoredNotice {
  readonly roomId: string;
  readonly messageId: string;
  readonly type: 'join' | 'leave';
  readonly userId: string;
  readonly username: string;
  readonly timestamp: number;
}

export type AppendResult =
  | { readonly kind: 'inserted' }
  /** The room already has this id; nothing was overwritten. The row keeps its `seq` (see `sequencedAfter`) but stands in no history. */
  | { readonly kind: 'repeat'; readonly first: StoredMessage };

/** What a store says when it cannot. Nothing of the batch was written. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

/** All that a node needs to open a room, read at one instant. */
export interface RoomRecord {
  /** Undefined: the room has never had a publication. */
  readonly head:
    | {
        readonly epoch: string;
        /** The last stored `seq`, or one less than the epoch's first. */
        readonly seq: number;
        /** The highest timestamp of a sequenced message, 0 for none. */
        readonly timestamp: number;
        /** False: the process died without a clean stop since, so that this epoch must be ended and a new one started. */
        readonly isContinued: boolean;
        /** No `seq` of the room up to this one may be used again: stored ones, and what may have been sent before a crash. */
        readonly seqFloor: number;
      }
    | undefined;
  /** The newest ids, at most `maxIds`. */
  readonly knownIds: readonly KnownId[];
  /** Every stored id with a timestamp since then is in `knownIds`. */
  readonly knownSince: number;
  /** The newest sequenced messages, oldest first, without holes up to `head.seq`; for the ring. */
  readonly tail: readonly StoredMessage[];
  /** The highest timestamp of a message without a position, 0 for none. */
  readonly importedThrough: number;
}

/** What a resume from a position would replay. */
export type Missed =
  | { readonly kind: 'covered'; readonly count: number; readonly bytes: number }
  /** The position cannot be proved: its epoch is unknown, or more of it was seen than was stored. */
  | { readonly kind: 'unknown' };

/** An opaque place between two entries of a listing. Made by a store and understood by that kind of store alone. */
export type Cursor = string;

export interface PageQuery {
  /** 1–200. */
  readonly limit: number;
  /** Exclusive; at most one of both. */
  readonly before?: Cursor;
  readonly after?: Cursor;
}

export interface MessagePage {
  /** In chronological order: time, then `seq`. */
  readonly messages: readonly StoredMessage[];
  /** Undefined: there is nothing older / newer. */
  readonly before: Cursor | undefined;
  readonly after: Cursor | undefined;
}

export interface RoomPage {
  /** By name. */
  readonly rooms: readonly { readonly roomId: string; readonly lastMessageAt: number }[];
  readonly next: Cursor | undefined;
}

/** Thrown for a cursor that this store did not make. */
export class BadCursor extends Error {
  override readonly name = 'BadCursor';
}

export interface StoreTotals {
  /** Chat messages that stand, imported ones included. */
  readonly chatMessages: number;
  readonly deletedMessages: number;
}

/** One user's chat messages in one calendar minute, over all rooms. */
export interface MinuteActivity {
  /** Start of the minute, milliseconds since 1970 UTC. */
  readonly minute: number;
  readonly userId: string;
  readonly messages: number;
  /** The newest of them. */
  readonly lastAt: number;
}

/** The durable log. Every method may reject with StoreUnavailable; nothing is retried inside. */
export interface Store {
  readonly kind: 'sqlite' | 'memory' | 'none';
  /**
   * Writes a batch whole or not at all, durably, in the order given: of one room, always in `seq` order. Safe to repeat: a row
   * with the same id AND the same position as the stored one is `inserted` again, changing nothing.
   */
  append(batch: readonly StoredMessage[]): Promise<readonly AppendResult[]>;
  /** Writes imported events whole or not at all; true for each that was new. */
  importEvents(batch: readonly (StoredMessage | StoredNotice)[]): Promise<readonly boolean[]>;

  room(roomId: string, options: { readonly idsSince: number; readonly maxIds: number; readonly tail: number }): Promise<RoomRecord>;
  /** Registers an epoch before its first publication; ends the one before it. Idempotent. */
  openEpoch(roomId: string, epoch: string, firstSeq: number): Promise<void>;
  find(roomId: string, messageId: string): Promise<StoredMessage | undefined>;

  /** What lies after a position and up to `throughSeq`. Stops counting above the limits of a replay (then count or bytes is above them). */
  missed(roomId: string, since: Position, throughSeq: number): Promise<Missed>;
  /** Sequenced messages with `afterSeq < seq ≤ throughSeq`, ascending, over all epochs, at most `limit`. Includes repeats that kept a seq. */
  sequencedAfter(roomId: string, afterSeq: number, throughSeq: number, limit: number): Promise<readonly StoredMessage[]>;

  roomMessages(roomId: string, query: PageQuery): Promise<MessagePage>;
  userMessages(userId: string, query: PageQuery): Promise<MessagePage>;
  rooms(limit: number, after: Cursor | undefined): Promise<RoomPage>;
  totals(): Promise<StoreTotals>;
  /** Chat messages since a time, for the live window after a restart. */
  activitySince(time: number): Promise<readonly MinuteActivity[]>;

  /** Marks a clean stop (epochs go on after it) and closes. `isClean: false` when something accepted could not be stored. */
  close(isClean: boolean): Promise<void>;
}

/** One accepted publication on its way to the store. */
export interface Unstored {
  readonly message: StoredMessage;
  /** Called exactly once when the store has it. */
  readonly onStored: ((result: AppendResult) => void) | undefined;
}

export type Admission = 'admitted' | 'overloaded' | 'storage_unavailable';

/** The bounded way from order to store. Room for a message is taken before it gets its `seq`. */
export interface WriteQueue {
  /** Takes room for one message of about `bytes`; `admitted` must be followed by one `push` or one `release`. */
  admit(bytes: number): Admission;
  release(bytes: number): void;
  /**
   * While the store works but lags by more than it should: ends when it has caught up. Whoever just published waits for it before
   * saying more, so that a fast sender is slowed down long before anyone is refused. Undefined: there is no need to wait.
   */
  lag(): Promise<void> | undefined;
  /** Never refuses. `bytes` as given to `admit`. */
  push(entry: Unstored, bytes: number): void;
}
