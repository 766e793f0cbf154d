import { encodePublication, isoTime, LIMITS, type Position } from '@hubbub/protocol';
import type { Publication } from '../bus/bus.ts';
import { Delivery } from './delivery.ts';
import { frameText } from './framing.ts';
import { Presence } from './presence.ts';
import { Ring } from './ring.ts';
import type { Subscriber } from './subscriber.ts';
import type { Flushable, Turn } from './turn.ts';

/** What the store said when the room was opened. */
export interface RoomStart {
  readonly head: Position;
  /** The store knows the epoch: publications may use it. */
  readonly isRegistered: boolean;
  /** The ring's first entries were all that the room had. */
  readonly isWholeInRing: boolean;
  readonly importedThrough: number;
}

/** A member as the room's fan-out sees it. */
export interface LiveMember {
  readonly subscriber: Subscriber;
  /** Its place in the room's list of live members, for leaving in O(1). */
  index: number;
  /** Frames of the present turn that it must not get: they were in its replay. */
  skip: number;
}

/** A live room: position, ring, members, and the frames of the present turn. */
export class Room implements Flushable {
  readonly id: string;
  readonly ring = new Ring(LIMITS.ringPublications, LIMITS.ringBytes);
  readonly presence = new Presence();
  epoch: string;
  seq: number;
  /** Everything up to here is durable. */
  storedSeq: number;
  lastMessageAt = 0;
  isRegistered: boolean;
  /** Ends when the store has the epoch; drafts wait for it. */
  registering: Promise<boolean> | undefined;
  /** The newest imported message (ms): history above it is in the ring alone. */
  importedThrough: number;
  /** Wall clock, ms: when that was told last; ids of an import are in the store alone. */
  importedAt = 0;
  /** Monotonic time since which nobody needs the room. */
  idleSince: number;
  /** Drafts on their way; the room stays open for them. */
  pending = 0;
  readonly #turn: Turn;
  readonly #live: LiveMember[] = [];
  readonly #start: RoomStart;
  /** Repeats that wait until the first one is stored, by its seq. */
  #waiting: Map<number, (() => void)[]> | undefined;
  #frames: Uint8Array[] = [];
  #arrivals: number[] = [];
  #hasLatecomers = false;

  constructor(id: string, start: RoomStart, turn: Turn, now: number) {
    this.id = id;
    this.#start = start;
    this.epoch = start.head.epoch;
    this.seq = start.head.seq;
    this.storedSeq = start.head.seq;
    this.isRegistered = start.isRegistered;
    this.importedThrough = start.importedThrough;
    this.idleSince = now;
    this.#turn = turn;
  }

  get head(): Position {
    return { epoch: this.epoch, seq: this.seq };
  }

  get liveMembers(): readonly LiveMember[] {
    return this.#live;
  }

  /** True while the ring holds everything that was ever sequenced here. */
  get isWholeInRing(): boolean {
    return (
      this.#start.isWholeInRing && (this.ring.size === 0 ? this.seq === this.#firstOfAll : this.ring.firstSeq === this.#firstOfAll + 1)
    );
  }

  /** The `seq` before the oldest one that the ring was opened with. */
  #firstOfAll = 0;

  /** Fills the ring from the store; called once, before anything is published. Returns its bytes. */
  load(entries: readonly { seq: number; timestamp: number; messageId: string; userId: string; frame: Uint8Array }[]): number {
    this.#firstOfAll = (entries[0]?.seq ?? this.seq + 1) - 1;
    this.ring.markStored(this.seq);
    let grown = 0;
    for (const entry of entries) {
      grown += this.ring.push(entry);
      this.lastMessageAt = entry.timestamp;
    }
    return grown;
  }

  /** Encodes once and queues for this turn; returns by how many bytes the ring grew. */
  publish(publication: Publication): number {
    const { draft, seq, timestamp } = publication;
    const frame = frameText(
      encodePublication({
        messageId: draft.messageId,
        roomId: draft.roomId,
        type: draft.type,
        authorJson: draft.authorJson,
        content: draft.content,
        timestampIso: isoTime(timestamp),
        seq,
        replyTo: draft.replyTo,
      }),
    );
    this.seq = seq;
    this.lastMessageAt = timestamp;
    this.queue(frame);
    this.#arrivals.push(draft.arrivedAt);
    return this.ring.push({ seq, timestamp, messageId: draft.messageId, userId: draft.userId, frame });
  }

  /** Queues a frame for every live member at the end of this turn. */
  queue(frame: Uint8Array): void {
    if (this.#frames.length === 0) this.#turn.addRoom(this);
    this.#frames.push(frame);
  }

  /** Adds a member whose position is the head: it gets what comes after this call. */
  addLive(membership: LiveMember): void {
    membership.index = this.#live.length;
    membership.skip = this.#frames.length;
    if (membership.skip > 0) this.#hasLatecomers = true;
    this.#live.push(membership);
  }

  removeLive(membership: LiveMember): void {
    const last = this.#live.pop();
    if (last !== undefined && last !== membership) {
      this.#live[membership.index] = last;
      last.index = membership.index;
    }
    membership.index = -1;
  }

  /** The turn's end: one shared buffer for all that wait for the same frames. */
  flush(): void {
    const frames = this.#frames;
    this.#frames = [];
    const arrivals = this.#arrivals;
    const first = frames[0];
    if (first === undefined) return;
    const shared = frames.length === 1 ? first : Buffer.concat(frames);
    let delivery: Delivery | undefined;
    if (arrivals.length > 0) {
      this.#arrivals = [];
      delivery = new Delivery(this.id, arrivals);
      this.#turn.addDelivery(delivery);
    }
    if (this.#hasLatecomers) this.#flushWithLatecomers(frames, shared, delivery);
    else for (const member of this.#live) member.subscriber.send(shared, delivery);
  }

  whenStored(seq: number, run: () => void): void {
    this.#waiting ??= new Map();
    const waiting = this.#waiting.get(seq);
    if (waiting === undefined) this.#waiting.set(seq, [run]);
    else waiting.push(run);
  }

  /** The store has everything up to `seq`; returns by how many bytes the ring shrank, as a negative number or 0. */
  markStored(seq: number): number {
    if (seq > this.storedSeq) this.storedSeq = seq;
    if (this.#waiting !== undefined) {
      const waiting = this.#waiting.get(seq);
      this.#waiting.delete(seq);
      if (this.#waiting.size === 0) this.#waiting = undefined;
      for (const run of waiting ?? []) run();
    }
    return this.ring.markStored(seq);
  }

  #flushWithLatecomers(frames: readonly Uint8Array[], shared: Uint8Array, delivery: Delivery | undefined): void {
    this.#hasLatecomers = false;
    for (const member of this.#live) {
      const skip = member.skip;
      member.skip = 0;
      if (skip === 0) member.subscriber.send(shared, delivery);
      else if (skip < frames.length) member.subscriber.send(Buffer.concat(frames.slice(skip)));
    }
  }
}
