import type { BucketCount, NameUse, RoomHistory, RoomMessage } from '../derive/history.ts';
import { firstOf, indexAfter } from '../derive/in-order.ts';
import { MOMENT_BUCKET_MS } from '../derive/moment-scan.ts';
import { type Order, startOf } from '../derive/order.ts';
import { MemoryRollups } from '../rollup/memory-rollups.ts';
import { ALL_ROOMS } from '../rollup/port.ts';
import type { Numbering } from '../text/index.ts';
import type { Dirt, EngineStore, Firsts, MessageFact, Moment } from './ports.ts';

/** Everything in maps and arrays: for a server that keeps nothing, and for tests. Its `rooms` are what the history shows. */
export class MemoryEngineStore implements EngineStore {
  readonly rollups = new MemoryRollups();
  readonly history: RoomHistory;
  readonly firsts: Firsts;
  readonly words: Numbering;
  readonly nameOf: EngineStore['nameOf'];
  readonly moments = new Map<number, Map<number, Moment>>();
  readonly #rooms = new Map<number, MessageFact[]>();
  readonly #firsts = new Map<string, number>();
  readonly #newest = new Map<number, Order>();
  readonly #open = new Set<number>();
  readonly #dirt = new Map<number, readonly Dirt[]>();

  constructor(terms = new Map<string, number>(), nameOf: EngineStore['nameOf'] = (what, number) => `${what} ${number}`) {
    this.words = {
      era: 0,
      number: (text) => {
        const number = terms.get(text) ?? terms.size + 1;
        terms.set(text, number);
        return number;
      },
    };
    this.nameOf = nameOf;
    this.history = new MapHistory(this.#rooms);
    this.firsts = {
      get: (scope, user) => this.#firsts.get(`${scope} ${user}`),
      set: (scope, user, t) => {
        if (t === undefined) this.#firsts.delete(`${scope} ${user}`);
        else this.#firsts.set(`${scope} ${user}`, t);
      },
      after: (scope, user, limit) => {
        const all = [...this.#firsts].map(([key, t]) => [...key.split(' ').map(Number), t] as const);
        const own = all.filter(([of, each = 0]) => of === scope && each > user).map(([, each = 0, t = 0]) => [each, t] as const);
        return own.sort(([a], [b]) => a - b).slice(0, limit);
      },
    };
  }

  /** To be called before the engine takes them. */
  insert(messages: readonly MessageFact[]): void {
    for (const message of messages) {
      const room = this.#rooms.get(message.room) ?? [];
      this.#rooms.set(message.room, room);
      room.splice(indexAfter(room, message, true), 0, message);
    }
  }

  /** To be called before the engine removes them. */
  delete(messages: readonly MessageFact[]): void {
    for (const message of messages) {
      const room = this.#rooms.get(message.room) ?? [];
      room.splice(room.indexOf(message), 1);
    }
  }

  firstMessageOf(scope: number, user: number): number | undefined {
    const rooms = scope === ALL_ROOMS ? [...this.#rooms.values()] : [this.#rooms.get(scope) ?? []];
    const firsts = rooms.map((room) => room.find((message) => message.user === user)?.t ?? Number.POSITIVE_INFINITY);
    const first = Math.min(...firsts);
    return first === Number.POSITIVE_INFINITY ? undefined : first;
  }

  lastRoom(): number {
    return Math.max(0, ...this.#rooms.keys());
  }

  newest(room: number): Order | undefined {
    return this.#newest.get(room);
  }

  setNewest(room: number, newest: Order, isOpen: boolean): void {
    this.#newest.set(room, newest);
    if (isOpen) this.#open.add(room);
    else this.#open.delete(room);
  }

  openRooms(): readonly number[] {
    return [...this.#open];
  }

  dirtOf(room: number): readonly Dirt[] {
    return this.#dirt.get(room) ?? [];
  }

  firstDirt(): Dirt | undefined {
    for (const dirt of this.#dirt.values()) return dirt[0];
    return undefined;
  }

  setDirt(room: number, dirt: readonly Dirt[]): void {
    this.#dirt.delete(room);
    if (dirt.length > 0) this.#dirt.set(room, dirt);
  }

  momentCovering(room: number, bucket: number): Moment | undefined {
    for (const moment of this.moments.get(room)?.values() ?? [])
      if (moment.startBucket <= bucket && bucket < moment.endBucket) return moment;
    return undefined;
  }

  putMoment(room: number, startBucket: number, moment: Moment | undefined): void {
    const own = this.moments.get(room) ?? new Map<number, Moment>();
    this.moments.set(room, own);
    if (moment === undefined) own.delete(startBucket);
    else own.set(startBucket, moment);
  }

  momentsIn(room: number, fromBucket: number, toBucket: number): readonly number[] {
    return [...(this.moments.get(room)?.keys() ?? [])].filter((start) => start >= fromBucket && start < toBucket);
  }

  pruneMinutes(beforeContainer: number): void {
    for (const family of ['counts', 'quantiles', 'users', 'presence', 'drops'] as const)
      for (const { scope, container, chunk } of [...this.rollups.scopesOf(family, 'minute', Number.NEGATIVE_INFINITY, beforeContainer - 1)])
        this.rollups.put({ family, scope, level: 'minute', container, chunk }, undefined);
  }
}

class MapHistory implements RoomHistory {
  readonly #rooms: ReadonlyMap<number, readonly RoomMessage[]>;

  constructor(rooms: ReadonlyMap<number, readonly RoomMessage[]>) {
    this.#rooms = rooms;
  }

  messages(room: number, after: Order, before: Order, limit: number): readonly RoomMessage[] {
    return firstOf(this.#rooms.get(room) ?? [], after, before, limit);
  }

  messagesOf(room: number, user: number, after: Order, before: Order, limit: number): readonly RoomMessage[] {
    return firstOf(this.#of(room, user), after, before, limit);
  }

  messagesBackOf(room: number, user: number, after: Order, before: Order, limit: number): readonly RoomMessage[] {
    const own = this.#of(room, user);
    const end = indexAfter(own, before, false);
    return own.slice(Math.max(indexAfter(own, after, true), end - limit), end).reverse();
  }

  names(room: number, after: Order, before: Order): Iterable<NameUse> {
    const uses = new Map<string, NameUse>();
    for (const { user, userId, username, t } of firstOf(this.#rooms.get(room) ?? [], after, before, Number.POSITIVE_INFINITY))
      uses.set(`${user} ${username}`, { user, userId, username, t });
    return uses.values();
  }

  lastTime(room: number, before: Order): number | undefined {
    const messages = this.#rooms.get(room) ?? [];
    return messages[indexAfter(messages, before, false) - 1]?.t;
  }

  counts(room: number, fromBucket: number, toBucket: number): Iterable<BucketCount> {
    const counts = new Map<number, number>();
    const [from, to] = [startOf(fromBucket * MOMENT_BUCKET_MS), startOf(toBucket * MOMENT_BUCKET_MS)];
    for (const { t } of this.messages(room, from, to, Number.POSITIVE_INFINITY)) {
      const bucket = Math.floor(t / MOMENT_BUCKET_MS);
      counts.set(bucket, (counts.get(bucket) ?? 0) + 1);
    }
    return [...counts].map(([bucket, count]) => ({ bucket, count }));
  }

  #of(room: number, user: number): readonly RoomMessage[] {
    return (this.#rooms.get(room) ?? []).filter((message) => message.user === user);
  }
}
