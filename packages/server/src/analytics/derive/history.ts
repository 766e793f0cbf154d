import type { Order } from './order.ts';

/** A stored chat message, as far as its neighbours depend on it. Rooms, users and rows by number. */
export interface RoomMessage extends Order {
  readonly user: number;
  readonly userId: string;
  readonly username: string;
  readonly content: string;
  /** Unique in the room. */
  readonly id: string;
  readonly replyTo: string | undefined;
}

/** A user under one of the names used, and the last time of it. */
export interface NameUse {
  readonly user: number;
  readonly userId: string;
  readonly username: string;
  readonly t: number;
}

export interface BucketCount {
  /** Number of 10-second bucket: floor(t / 10,000). */
  readonly bucket: number;
  readonly count: number;
}

/**
 * What is read of a room's stored chat messages: synchronous, each call with an end of its own, no read left open between two calls.
 * `after` and `before` are exclusive everywhere; `limit` ≥ 1.
 */
export interface RoomHistory {
  /** In order, the first `limit`. */
  messages(room: number, after: Order, before: Order, limit: number): readonly RoomMessage[];
  /** One user's messages in order, the first `limit`. */
  messagesOf(room: number, user: number, after: Order, before: Order, limit: number): readonly RoomMessage[];
  /** One user's messages, latest first. */
  messagesBackOf(room: number, user: number, after: Order, before: Order, limit: number): readonly RoomMessage[];
  /** Every (user, username) of the range once, with its last time; in any order. */
  names(room: number, after: Order, before: Order): Iterable<NameUse>;
  /** Time of the room's last message before a place. */
  lastTime(room: number, before: Order): number | undefined;
  /** Buckets that have messages, from ≤ bucket < to, ascending. */
  counts(room: number, fromBucket: number, toBucket: number): Iterable<BucketCount>;
}
