import { encodeAuthor, encodeNotice, encodePresence, encodeTyping, isoTime, LIMITS } from '@hubbub/protocol';
import type { EventSink } from '../events.ts';
import type { Clock } from '../util/clock.ts';
import { frameText } from './framing.ts';
import type { Membership } from './membership.ts';
import { makeMessageId } from './message-id.ts';
import type { Room } from './room.ts';
import type { Subscriber } from './subscriber.ts';

/** Tells rooms who comes, goes and types. Presence decides what is news; this says it, and keeps the time. */
export class Attendance {
  readonly #clock: Clock;
  readonly #events: EventSink;
  /** Rooms with a grace running or a number to tell. */
  readonly #restless = new Set<Room>();

  constructor(clock: Clock, events: EventSink) {
    this.#clock = clock;
    this.#events = events;
  }

  enter(room: Room, subscriber: Subscriber): void {
    const now = this.#clock.now();
    const isNews = room.presence.enter(subscriber.userId, subscriber.username, now);
    this.#events.entered(room.id, subscriber.userId);
    if (isNews) {
      this.#events.joined(room.id, subscriber.userId, now);
      if (room.presence.tellsEach) room.queue(this.#notice(room, 'join', subscriber.userId, subscriber.username, now));
    }
    if (room.presence.owesCount) this.#restless.add(room);
  }

  exit(room: Room, subscriber: Subscriber): void {
    room.presence.exit(subscriber.userId, this.#clock.monotonic());
    this.#events.exited(room.id, subscriber.userId);
    if (room.presence.hasLeaving || room.presence.owesCount) this.#restless.add(room);
  }

  /** Passes a typing notice on to the others, at most one per user and interval; false when it came too soon. */
  typing(membership: Membership): boolean {
    const { room, subscriber } = membership;
    const now = this.#clock.monotonic();
    if (!room.presence.mayType(subscriber.userId, now, LIMITS.typingIntervalMs)) return false;
    const frame = frameText(encodeTyping({ roomId: room.id, authorJson: subscriber.authorJson }));
    for (const other of room.liveMembers) if (other.subscriber.userId !== subscriber.userId) other.subscriber.send(frame);
    return true;
  }

  /** To be called a few times a second: ends graces and tells numbers. */
  tick(): void {
    const now = this.#clock.monotonic();
    for (const room of this.#restless) {
      this.#tellLeaves(room, now);
      const members = room.presence.dueCount(now);
      if (members !== undefined) room.queue(frameText(encodePresence({ roomId: room.id, members })));
      if (!room.presence.hasLeaving && !room.presence.owesCount) this.#restless.delete(room);
    }
  }

  #tellLeaves(room: Room, now: number): void {
    const wallNow = this.#clock.now();
    for (const { userId, username } of room.presence.settleLeaves(now)) {
      this.#events.left(room.id, userId, wallNow);
      if (room.presence.tellsEach) room.queue(this.#notice(room, 'leave', userId, username, wallNow));
    }
  }

  #notice(room: Room, type: 'join' | 'leave', userId: string, username: string, now: number): Uint8Array {
    const content = `${username} ${type === 'join' ? 'joined' : 'left'}`;
    const authorJson = encodeAuthor(userId, username);
    return frameText(
      encodeNotice({ messageId: makeMessageId(now), roomId: room.id, type, authorJson, content, timestampIso: isoTime(now) }),
    );
  }
}
