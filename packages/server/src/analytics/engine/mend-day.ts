import { MOMENT_BUCKET_MS } from '../derive/moment-scan.ts';
import { sweep } from '../derive/sweep.ts';
import { COLUMN, COLUMN_COUNT, KIND, KIND_COUNT } from '../rollup/columns.ts';
import { containerOf, containerStart, DAY_MS, type Level, QUARTER_MS, SLOT_MS, slotOf } from '../rollup/levels.ts';
import type { MemoryRollups } from '../rollup/memory-rollups.ts';
import { ALL_ROOMS, type Family, type RollupKey, type RollupReader } from '../rollup/port.ts';
import { chunkOf, userOfEntry } from '../rollup/user-body.ts';
import {
  ANY_NUMBER,
  type Body,
  COUNTS,
  type Compared,
  compareCounts,
  compareQuantiles,
  compareRanked,
  hasSlot,
  isOpenable,
  isSame,
  QUANTILES,
  type SlotDifference,
} from './compare-slots.ts';
import { compareNewcomers, compareUsers, entriesOf, newcomersOf } from './compare-users.ts';
import { countsOfDays, daysOfMonth, quantilesOfDays, rankedOfDays, usersOfDays } from './day-from-quarters.ts';
import { type DayRecount, DERIVED_COLUMNS, DERIVED_KINDS, type FirstDifference } from './day-recount.ts';
import { DerivedSums } from './derived-sums.ts';
import type { Damage, EngineStore } from './ports.ts';

const OWN_COLUMNS = [
  ...[COLUMN.messages, COLUMN.newUsers, COLUMN.replies, COLUMN.questions, COLUMN.links, COLUMN.emoji],
  ...[COLUMN.lengthSum, COLUMN.lengthMax],
] as const;
const RECOUNTED_COLUMNS = [...OWN_COLUMNS, ...DERIVED_COLUMNS];
const RECOUNTED_KINDS = [KIND.length, ...DERIVED_KINDS];
const EVERY_COLUMN = Array.from({ length: COLUMN_COUNT }, (_, column) => column);
const EVERY_KIND = Array.from({ length: KIND_COUNT }, (_, kind) => kind);
/** How often a stretch that changes meanwhile is begun anew in pieces, before its next quarter is done in one. */
const PATIENCE = 3;

const COLUMN_NAMES: Readonly<Record<number, string>> = {
  ...Object.fromEntries(Object.entries(COLUMN).map(([name, column]) => [column, name])),
  [COLUMN.lengthSum]: 'messageLength',
  [COLUMN.lengthMax]: 'messageLength.max',
  [COLUMN.responses]: 'responseTime.count',
  [COLUMN.sessions]: 'sessions.count',
  [COLUMN.sessionMessages]: 'sessions.messages',
};
const KIND_NAMES: Readonly<Record<number, string>> = {
  [KIND.length]: 'messageLength.quantiles',
  [KIND.response]: 'responseTime.quantiles',
  [KIND.sessionDuration]: 'sessions.quantiles',
  [KIND.latency]: 'deliveryLatency.quantiles',
};

export interface MendRules {
  readonly store: EngineStore;
  /** Minutes from here on are kept; asked again as time goes on. */
  readonly minutesFrom: () => number;
  /** Somebody else than the deltas has put. */
  readonly onPut: () => void;
  readonly onDamage: (damage: Damage) => void;
  /** A bucket of the scope was looked at: its level and beginning. */
  readonly onBucket: (level: Level, t: number) => void;
}

/**
 * Puts what a day of a scope is when it is counted again in the place of what is kept, container by container. Between two steps anything
 * may be counted; at each step nothing is dirty.
 */
export class DayMender {
  readonly recount: DayRecount;
  readonly #rules: MendRules;
  readonly #store: EngineStore;
  readonly #month: number;
  /** What depends on neighbours changed, in this room from the quarter on that is being looked at. */
  #isTouched = false;
  #derivedFrom = 0;

  constructor(recount: DayRecount, rules: MendRules) {
    this.recount = recount;
    this.#rules = rules;
    this.#store = rules.store;
    this.#month = containerOf('day', recount.fromT);
  }

  *steps(): Generator<void, void> {
    yield* this.recount.read();
    yield* this.recount.checkFirsts(this.#wrongFirst);
    yield* this.#mendSlots();
    if (this.recount.scope !== ALL_ROOMS) yield* this.#mendDerived();
    yield* this.#mendDays();
  }

  /** Something that depends on neighbours changes in a room. */
  touched(room: number, t: number): void {
    if (room === this.recount.scope && t >= this.#derivedFrom && t < this.recount.toT) this.#isTouched = true;
  }

  /** Something of the room became dirty. */
  dirtied(room: number): void {
    if (room === this.recount.scope) this.#isTouched = true;
  }

  readonly #wrongFirst = ({ user, kept, recounted }: FirstDifference): void => {
    const { scope, fromT } = this.recount;
    const key = { of: 'user', number: user } as const;
    this.#rules.onDamage({ scope, of: 'user', t: recounted ?? fromT, measure: 'firstMessage', key, kept, recounted });
  };

  *#mendSlots(): Generator<void, void> {
    const { day, scope } = this.recount;
    const isOfAll = scope === ALL_ROOMS;
    const columns = isOfAll ? RECOUNTED_COLUMNS : OWN_COLUMNS;
    const kinds = isOfAll ? RECOUNTED_KINDS : [KIND.length];
    const places = [['quarter', day] as const, ...this.recount.hours().map((hour) => ['minute', hour] as const)];
    for (const [level, container] of places) {
      this.#mend('counts', level, container, 0, (kept, recounted) => compareCounts(kept, recounted, columns));
      this.#mend('quantiles', level, container, 0, (kept, recounted) => compareQuantiles(kept, recounted, kinds));
      yield;
      for (const family of isOfAll && level === 'quarter' ? (['users', 'rooms'] as const) : (['users'] as const)) {
        for (const chunk of this.#chunks(family, level, container)) {
          this.#mend(family, level, container, chunk, (kept, recounted) => compareUsers(chunk, kept, entriesOf(recounted) ?? new Map()));
          yield;
        }
      }
      if (level === 'minute') continue;
      this.#mend('terms', level, container, 0, (kept, recounted) => compareRanked(kept, recounted));
      yield;
      this.#mend('emoji', level, container, 0, (kept, recounted) => compareRanked(kept, recounted));
      yield;
    }
  }

  #chunks(family: 'users' | 'rooms', level: 'quarter' | 'minute', container: number): readonly number[] {
    this.recount.settle(this.#wrongFirst);
    const of = (rollups: RollupReader) =>
      [...rollups.containers(family, this.recount.scope, level, container, container)].map(({ chunk }) => chunk);
    return [...new Set([...of(this.#store.rollups), ...of(this.recount.rollups)])];
  }

  #mend(
    family: Family,
    level: 'quarter' | 'minute',
    container: number,
    chunk: number,
    compare: (kept: Body, recounted: Body) => Compared,
  ): void {
    if (level === 'minute' && containerStart(level, container) < this.#rules.minutesFrom()) return;
    this.recount.settle(this.#wrongFirst);
    const key: RollupKey = { family, scope: this.recount.scope, level, container, chunk };
    const [kept, recounted] = [this.#store.rollups.get(key), this.recount.rollups.get(key)];
    if (kept === undefined && recounted === undefined) return;
    if (family !== 'counts' && isSame(kept, recounted)) return;
    this.#put(key, compare(kept, recounted));
  }

  #put(key: RollupKey, { body, isChanged, isUnreadable, differences, slots }: Compared): void {
    const timeOf = (slot: number): number => containerStart(key.level, key.container) + slot * SLOT_MS[key.level];
    if (key.family === 'counts') for (const slot of slots) this.#rules.onBucket(key.level, timeOf(slot));
    if (!isChanged) return;
    this.#store.rollups.put(key, body);
    this.#rules.onPut();
    if (isUnreadable && differences.length === 0)
      this.#rules.onDamage({ ...this.#place(key, timeOf(0)), measure: `unreadable ${key.family}` });
    for (const difference of differences) {
      const { slot, kept, recounted } = difference;
      this.#rules.onDamage({ ...this.#place(key, timeOf(slot)), ...named(key.family, difference), kept, recounted });
    }
  }

  #place({ scope, level }: RollupKey, t: number) {
    return { scope, of: level, t, kept: undefined, recounted: undefined };
  }

  /** Quarter by quarter, as far as each is complete at one instant. */
  *#mendDerived(): Generator<void, void> {
    const { scope: room, fromT, toT } = this.recount;
    let failures = 0;
    for (let doneT = fromT; doneT < toT; ) {
      this.#isTouched = false;
      this.#derivedFrom = doneT;
      const sums = new DerivedSums(room, this.recount.minutesFrom);
      const sweeping = sweep(room, doneT, toT, this.#store.history, sums);
      for (;;) {
        const { done, value } = sweeping.next();
        const completeT = done === true ? toT : Math.min(toT, Math.floor(value / QUARTER_MS) * QUARTER_MS);
        if (completeT > doneT) {
          this.#mendDerivedSlots(sums.flushed(), doneT, completeT);
          doneT = completeT;
          this.#derivedFrom = doneT;
          failures = 0;
        }
        if (done === true) break;
        if (failures >= PATIENCE) continue;
        yield;
        if (!this.#isTouched) continue;
        failures += 1;
        break;
      }
    }
    this.#derivedFrom = Number.POSITIVE_INFINITY;
  }

  #mendDerivedSlots(recounted: MemoryRollups, fromT: number, toT: number): void {
    const { scope, day } = this.recount;
    const places = [['quarter', day] as const, ...this.recount.hours().map((hour) => ['minute', hour] as const)];
    for (const [level, container] of places) {
      const start = containerStart(level, container);
      if (start >= toT || containerStart(level, container + 1) <= fromT) continue;
      if (level === 'minute' && start < this.#rules.minutesFrom()) continue;
      const isWanted = (slot: number): boolean => start + slot * SLOT_MS[level] >= fromT && start + slot * SLOT_MS[level] < toT;
      for (const family of ['counts', 'quantiles'] as const) {
        const key: RollupKey = { family, scope, level, container, chunk: 0 };
        const [kept, wanted] = [this.#store.rollups.get(key), recounted.get(key)];
        if (kept === undefined && wanted === undefined) continue;
        const compared =
          family === 'counts'
            ? compareCounts(kept, wanted, DERIVED_COLUMNS, isWanted)
            : compareQuantiles(kept, wanted, DERIVED_KINDS, isWanted);
        if (compared.isChanged) this.#put(key, { ...compared, slots: [] });
      }
    }
  }

  /** Level `day` from the quarters, each container at one instant. One that is lost is made anew for its whole month. */
  *#mendDays(): Generator<void, void> {
    const { rollups } = this.#store;
    const { scope } = this.recount;
    const keyOf = (family: Family, chunk = 0): RollupKey => ({ family, scope, level: 'day', container: this.#month, chunk });
    const own = slotOf('day', this.recount.fromT);
    const counts = rollups.get(keyOf('counts'));
    const columns = hasSlot(COUNTS, counts, own) ? RECOUNTED_COLUMNS : EVERY_COLUMN;
    this.#putDay(keyOf('counts'), isKept(counts), (days, isWanted) =>
      compareCounts(counts, countsOfDays(rollups, scope, days), columns, isWanted),
    );
    yield;
    const quantiles = rollups.get(keyOf('quantiles'));
    const kinds = hasSlot(QUANTILES, quantiles, own) ? RECOUNTED_KINDS : EVERY_KIND;
    this.#putDay(keyOf('quantiles'), isKept(quantiles), (days, isWanted) =>
      compareQuantiles(quantiles, quantilesOfDays(rollups, scope, days), kinds, isWanted),
    );
    yield;
    for (const family of ['terms', 'emoji'] as const) {
      const kept = rollups.get(keyOf(family));
      this.#putDay(keyOf(family), isKept(kept), (days, isWanted) =>
        compareRanked(kept, rankedOfDays(rollups, family, scope, days), isWanted),
      );
      yield;
    }
    const days = daysOfMonth(this.#month, containerStart('day', this.#month) / DAY_MS);
    for (const family of scope === ALL_ROOMS ? (['users', 'rooms'] as const) : (['users'] as const)) {
      for (const chunk of this.#chunksOfDays(family, days)) {
        const kept = rollups.get(keyOf(family, chunk));
        this.#putDay(keyOf(family, chunk), kept !== undefined && entriesOf(kept) !== undefined, (wanted, isWanted) =>
          compareUsers(chunk, kept, usersOfDays(rollups, family, scope, chunk, wanted), isWanted),
        );
        yield;
      }
    }
    this.recount.settle(this.#wrongFirst);
    this.#mendNewcomers();
  }

  #chunksOfDays(family: 'users' | 'rooms', days: readonly number[]): readonly number[] {
    const { rollups } = this.#store;
    const { scope } = this.recount;
    const kept = [...rollups.containers(family, scope, 'day', this.#month, this.#month)].map(({ chunk }) => chunk);
    const quarters = [...rollups.containers(family, scope, 'quarter', days[0] ?? 0, days.at(-1) ?? 0)].map(({ chunk }) => chunk);
    return [...new Set([...kept, ...quarters])];
  }

  #putDay(key: RollupKey, isThere: boolean, compare: (days: readonly number[], isWanted: (slot: number) => boolean) => Compared): void {
    const { day, fromT } = this.recount;
    const own = slotOf('day', fromT);
    const compared = isThere
      ? compare([day], (slot) => slot === own)
      : compare(daysOfMonth(this.#month, containerStart('day', this.#month) / DAY_MS), () => true);
    this.#put(key, compared);
  }

  #mendNewcomers(): void {
    const { scope, fromT, newcomers } = this.recount;
    const { rollups } = this.#store;
    const first = (fromT - containerStart('day', this.#month)) / QUARTER_MS;
    const chunks = new Set([...newcomers.keys()].map(chunkOf));
    for (const { chunk } of rollups.containers('newcomers', scope, 'day', this.#month, this.#month)) chunks.add(chunk);
    for (const { chunk } of rollups.containers('users', scope, 'day', this.#month, this.#month)) chunks.add(chunk);
    for (const chunk of chunks) {
      const key: RollupKey = { family: 'newcomers', scope, level: 'day', container: this.#month, chunk };
      const kept = rollups.get(key);
      const isLost = kept === undefined || newcomersOf(kept) === undefined;
      const recounted = new Map<number, number>();
      if (isLost) for (const [user, t] of this.#firstsOfMonth(chunk)) recounted.set(user, quarterIn(this.#month, t));
      for (const [user, t] of newcomers)
        if (chunkOf(user) === chunk) recounted.set(user - userOfEntry(chunk, 0), quarterIn(this.#month, t));
      const compared = compareNewcomers(chunk, kept, recounted, (quarter) => isLost || (quarter >= first && quarter < first + 96));
      if (!compared.isChanged) continue;
      rollups.put(key, compared.body);
      this.#rules.onPut();
      for (const { slot, what, kept: a, recounted: b } of compared.differences) {
        const t = containerStart('day', this.#month) + slot * QUARTER_MS;
        this.#rules.onDamage({ scope, of: 'day', t, measure: 'retention', key: { of: 'user', number: what }, kept: a, recounted: b });
      }
    }
  }

  /** Of those users of a chunk who wrote in the month: by number within the chunk, the first message where it lies in the month. */
  #firstsOfMonth(chunk: number): Map<number, number> {
    const { scope } = this.recount;
    const month = this.#month;
    const users = new Set<number>();
    const body = this.#store.rollups.get({ family: 'users', scope, level: 'day', container: month, chunk });
    for (const key of entriesOf(body)?.keys() ?? []) users.add(userOfEntry(0, key));
    const firsts = new Map<number, number>();
    for (const user of users) {
      const t = this.#store.firsts.get(scope, userOfEntry(chunk, 0) + user);
      if (t !== undefined && containerOf('day', t) === month) firsts.set(user, t);
    }
    return firsts;
  }
}

const isKept = (body: Body): body is Uint8Array => body !== undefined && isOpenable(body);

const quarterIn = (month: number, t: number): number => Math.floor((t - containerStart('day', month)) / QUARTER_MS);

function named(family: Family, { what }: SlotDifference): Pick<Damage, 'measure' | 'key'> {
  switch (family) {
    case 'counts':
      return { measure: COLUMN_NAMES[what] ?? '' };
    case 'quantiles':
      return { measure: KIND_NAMES[what] ?? '' };
    case 'users':
      return { measure: 'topUsers', key: { of: 'user', number: what } };
    case 'rooms':
      return { measure: 'topRooms', key: { of: 'room', number: what } };
    default: {
      const measure = family === 'terms' ? 'topTerms' : 'topEmoji';
      return what === ANY_NUMBER ? { measure } : { measure, key: { of: 'word', number: what } };
    }
  }
}

export const firstBucketOf = (t: number): number => Math.floor(t / MOMENT_BUCKET_MS);
