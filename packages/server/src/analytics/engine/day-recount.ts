import { compareOrder, endOf, type Order, startOf } from '../derive/order.ts';
import { COLUMN, KIND } from '../rollup/columns.ts';
import { containerOf, containerStart, DAY_MS, dayOf, type Level, QUARTER_MS, SLOT_MS } from '../rollup/levels.ts';
import { MemoryRollups } from '../rollup/memory-rollups.ts';
import { ALL_ROOMS } from '../rollup/port.ts';
import { RollupDeltas, type RollupPlace } from '../rollup/rollup-deltas.ts';
import { userOfEntry } from '../rollup/user-body.ts';
import { COUNTS, QUANTILES, segmentsOf } from './compare-slots.ts';
import { entriesOf, newcomersOf } from './compare-users.ts';
import { countMessage, type MessageParts, partsOf } from './count-message.ts';
import { longestOfAll, longestOfRoom } from './longest.ts';
import type { EngineStore, MessageFact } from './ports.ts';

/** Messages of one step: some milliseconds. */
const PAGE = 100;
const USERS_AT_ONCE = 20;
/** What depends on neighbours: of all rooms it is the sum of the rooms. */
export const DERIVED_COLUMNS = [COLUMN.mentions, COLUMN.responses, COLUMN.sessions, COLUMN.sessionMessages] as const;
export const DERIVED_KINDS = [KIND.response, KIND.sessionDuration] as const;

/** A user's first message is not when it was kept to be. */
export interface FirstDifference {
  readonly user: number;
  readonly kept: number | undefined;
  readonly recounted: number | undefined;
}

/**
 * One UTC day of one scope, counted again from the stored messages while others come and go: what changes behind the place that was
 * reached is counted here as well, so that at any instant after `read` this is what the messages say at that instant. Of all rooms, what
 * depends on neighbours is the sum of what the rooms have.
 */
export class DayRecount {
  readonly scope: number;
  readonly day: number;
  readonly fromT: number;
  readonly toT: number;
  /** By level `quarter`, and `minute` from `minutesFrom` on. */
  readonly rollups = new MemoryRollups();
  /** The whole hours from here on are kept by minutes. */
  readonly minutesFrom: number;
  readonly #store: EngineStore;
  readonly #deltas = new RollupDeltas(this.rollups, Number.POSITIVE_INFINITY);
  /** The room being read, of all rooms; those below are done. */
  #room = 0;
  #through: Order;
  /** Users whose first message was not looked up yet / was. */
  readonly #unchecked = new Set<number>();
  readonly #checked = new Set<number>();
  readonly #newcomers = new Map<number, number>();
  /** Where a message went: the longest length there is to be looked for again. */
  #holes: { readonly room: number; readonly t: number; readonly length: number }[] = [];

  constructor(store: EngineStore, scope: number, day: number, minutesFrom: number) {
    this.#store = store;
    this.scope = scope;
    this.day = day;
    this.fromT = day * DAY_MS;
    this.toT = this.fromT + DAY_MS;
    this.minutesFrom = minutesFrom;
    this.#through = startOf(this.fromT);
  }

  /** The first messages that lie in this day, by user. */
  get newcomers(): ReadonlyMap<number, number> {
    return this.#newcomers;
  }

  *read(): Generator<void, void> {
    if (this.scope !== ALL_ROOMS) yield* this.#readRoom(this.scope);
    else {
      for (this.#room = 1; this.#room <= this.#store.lastRoom(); this.#room++) {
        this.#through = startOf(this.fromT);
        yield* this.#readRoom(this.#room);
        this.#addDerived(this.#room);
      }
      this.#room = Number.POSITIVE_INFINITY;
    }
    for (const user of this.#usersKeptAsNew()) this.#see(user);
  }

  /** Looks up when the users of the day wrote first, and corrects that where it is wrong. */
  *checkFirsts(wrong: (difference: FirstDifference) => void): Generator<void, void> {
    while (!this.#checkSome(wrong, USERS_AT_ONCE)) yield;
  }

  /** To be called before `rollups` is read. */
  settle(wrong: (difference: FirstDifference) => void): void {
    this.#checkSome(wrong, Number.POSITIVE_INFINITY);
    for (const hole of this.#holes.splice(0)) this.#lowerLongest(hole);
    this.#deltas.flush();
  }

  /** A message was counted, or with −1 taken back. */
  counted(message: MessageFact, parts: MessageParts, sign: 1 | -1): void {
    if (!this.#isOfDay(message.t) || (this.scope !== ALL_ROOMS && this.scope !== message.room)) return;
    this.#see(message.user);
    const isBehind =
      message.room === this.#room || this.scope !== ALL_ROOMS ? compareOrder(message, this.#through) <= 0 : message.room < this.#room;
    if (!isBehind) return;
    this.#count(message, parts, sign);
    if (sign < 0) this.#holes.push({ room: message.room, t: message.t, length: parts.text.length });
  }

  /** The user's first message in the scope lies at `t`, or with −1 no longer does. */
  newcomer(scope: number, user: number, t: number, sign: 1 | -1): void {
    if (scope !== this.scope) return;
    if (this.#isOfDay(t)) this.#see(user);
    if (sign > 0 && this.#isOfDay(t)) this.#setNewcomer(user, t);
    else if (sign < 0 && this.#newcomers.get(user) === t) this.#setNewcomer(user, undefined);
  }

  /** Where a change of what depends on neighbours in a room is to be made here as well. */
  derivedAt(room: number, t: number, levels: readonly Level[]): RollupPlace | undefined {
    if (this.scope !== ALL_ROOMS || room >= this.#room || !this.#isOfDay(t)) return undefined;
    const own: readonly Level[] = this.#levelsAt(t);
    const both = levels.filter((level) => own.includes(level));
    return this.#deltas.at(ALL_ROOMS, t, both);
  }

  *#readRoom(room: number): Generator<void, void> {
    for (;;) {
      const page = this.#store.history.messages(room, this.#through, startOf(this.toT), PAGE);
      for (const message of page) {
        const parts = partsOf(message, this.#store.words);
        this.#count({ room, t: message.t }, parts, 1);
        this.#see(message.user);
      }
      this.#through = page.length < PAGE ? endOf(this.toT - 1) : (page.at(-1) ?? this.#through);
      if (page.length < PAGE) break;
      yield;
    }
    yield;
  }

  #count({ room, t }: Pick<MessageFact, 'room' | 't'>, parts: MessageParts, sign: 1 | -1): void {
    countMessage(this.#at(t), parts, sign);
    // Of all rooms: how many of them are the room's.
    if (this.scope === ALL_ROOMS) this.#deltas.at(room, t, ['quarter']).add(COLUMN.messages, sign);
  }

  /** In the step that makes the room one that is done. */
  #addDerived(room: number): void {
    const add = (level: 'quarter' | 'minute', container: number): void => {
      const start = containerStart(level, container);
      const bodyOf = (family: 'counts' | 'quantiles') => this.#store.rollups.get({ family, scope: room, level, container, chunk: 0 });
      for (const [slot, { columns }] of segmentsOf(COUNTS, bodyOf('counts')) ?? []) {
        const place = this.#deltas.at(ALL_ROOMS, start + slot * SLOT_MS[level], [level]);
        for (const column of DERIVED_COLUMNS) if ((columns[column] ?? 0) !== 0) place.add(column, columns[column] ?? 0);
      }
      for (const [slot, { kinds }] of segmentsOf(QUANTILES, bodyOf('quantiles')) ?? []) {
        const place = this.#deltas.at(ALL_ROOMS, start + slot * SLOT_MS[level], [level]);
        for (const kind of DERIVED_KINDS) kinds[kind]?.forEach((bin, weight) => void place.addBin(kind, bin, weight));
      }
    };
    const key = { family: 'counts', scope: room, level: 'quarter', container: this.day, chunk: 0 } as const;
    if (this.#store.rollups.get(key) === undefined) return;
    add('quarter', this.day);
    for (const hour of this.hours()) add('minute', hour);
  }

  /** Those that are kept by minutes. */
  hours(): number[] {
    const first = containerOf('minute', this.fromT);
    return Array.from({ length: 24 }, (_, i) => first + i).filter((hour) => containerStart('minute', hour) >= this.minutesFrom);
  }

  #usersKeptAsNew(): number[] {
    const month = containerOf('day', this.fromT);
    const first = (this.fromT - containerStart('day', month)) / QUARTER_MS;
    const users: number[] = [];
    for (const { chunk, body } of this.#store.rollups.containers('newcomers', this.scope, 'day', month, month))
      for (const [user, quarter] of newcomersOf(body) ?? [])
        if (quarter >= first && quarter < first + DAY_MS / QUARTER_MS) users.push(userOfEntry(chunk, 0) + user);
    for (const { chunk, body } of this.#store.rollups.containers('users', this.scope, 'quarter', this.day, this.day))
      for (const key of entriesOf(body)?.keys() ?? []) users.push(userOfEntry(chunk, key));
    return users;
  }

  #see(user: number): void {
    if (!this.#checked.has(user)) this.#unchecked.add(user);
  }

  /** True when none is left. */
  #checkSome(wrong: (difference: FirstDifference) => void, most: number): boolean {
    let left = most;
    for (const user of this.#unchecked) {
      if (left-- <= 0) return false;
      this.#unchecked.delete(user);
      this.#checked.add(user);
      const recounted = this.#store.firstMessageOf(this.scope, user);
      const kept = this.#store.firsts.get(this.scope, user);
      if (kept !== recounted) {
        this.#store.firsts.set(this.scope, user, recounted);
        wrong({ user, kept, recounted });
      }
      this.#setNewcomer(user, recounted !== undefined && this.#isOfDay(recounted) ? recounted : undefined);
    }
    return true;
  }

  #setNewcomer(user: number, t: number | undefined): void {
    const before = this.#newcomers.get(user);
    if (before === t) return;
    if (before !== undefined) this.#at(before).add(COLUMN.newUsers, -1);
    if (t !== undefined) this.#at(t).add(COLUMN.newUsers, 1);
    if (t === undefined) this.#newcomers.delete(user);
    else this.#newcomers.set(user, t);
  }

  #lowerLongest({ room, t, length }: { readonly room: number; readonly t: number; readonly length: number }): void {
    for (const level of this.#levelsAt(t)) {
      const place = this.#deltas.at(this.scope, t, [level]);
      if (place.value(level, COLUMN.lengthMax) > length) continue;
      const isOfRoom = this.scope !== ALL_ROOMS;
      place.set(COLUMN.lengthMax, isOfRoom ? longestOfRoom(room, t, level, this.#store) : longestOfAll(t, level, this.#store));
    }
  }

  #at(t: number): RollupPlace {
    return this.#deltas.at(this.scope, t, this.#levelsAt(t));
  }

  #levelsAt(t: number): readonly ('quarter' | 'minute')[] {
    return t >= this.minutesFrom ? ['minute', 'quarter'] : ['quarter'];
  }

  #isOfDay(t: number): boolean {
    return dayOf(t) === this.day;
  }
}
