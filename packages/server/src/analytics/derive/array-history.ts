import type { BucketCount, NameUse, RoomHistory, RoomMessage } from './history.ts';
import { firstOf, indexAfter } from './in-order.ts';
import { MOMENT_BUCKET_MS } from './moment-scan.ts';
import { compareOrder, type Order, startOf } from './order.ts';

/** The history of one room in memory, whatever the room asked for: for tests and benches. */
export class ArrayHistory implements RoomHistory {
  readonly #messages: readonly RoomMessage[];
  readonly #ofUser = new Map<number, RoomMessage[]>();

  constructor(messages: readonly RoomMessage[]) {
    this.#messages = [...messages].sort(compareOrder);
    for (const message of this.#messages) {
      const own = this.#ofUser.get(message.user);
      if (own === undefined) this.#ofUser.set(message.user, [message]);
      else own.push(message);
    }
  }

  messages(_room: number, after: Order, before: Order, limit: number): readonly RoomMessage[] {
    return firstOf(this.#messages, after, before, limit);
  }

  messagesOf(_room: number, user: number, after: Order, before: Order, limit: number): readonly RoomMessage[] {
    return firstOf(this.#ofUser.get(user) ?? [], after, before, limit);
  }

  messagesBackOf(_room: number, user: number, after: Order, before: Order, limit: number): readonly RoomMessage[] {
    const own = this.#ofUser.get(user) ?? [];
    const end = indexAfter(own, before, false);
    return own.slice(Math.max(indexAfter(own, after, true), end - limit), end).reverse();
  }

  names(_room: number, after: Order, before: Order): Iterable<NameUse> {
    const uses = new Map<string, NameUse>();
    for (const { user, userId, username, t } of firstOf(this.#messages, after, before, Number.POSITIVE_INFINITY)) {
      uses.set(`${user} ${username}`, { user, userId, username, t });
    }
    return uses.values();
  }

  lastTime(_room: number, before: Order): number | undefined {
    return this.#messages[indexAfter(this.#messages, before, false) - 1]?.t;
  }

  counts(room: number, fromBucket: number, toBucket: number): Iterable<BucketCount> {
    const counts = new Map<number, number>();
    const from = startOf(fromBucket * MOMENT_BUCKET_MS);
    for (const { t } of this.messages(room, from, startOf(toBucket * MOMENT_BUCKET_MS), Number.POSITIVE_INFINITY)) {
      const bucket = Math.floor(t / MOMENT_BUCKET_MS);
      counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
    }
    return [...counts].map(([bucket, count]) => ({ bucket, count }));
  }
}
