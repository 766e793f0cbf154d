import { calmBucket } from '../derive/calm-bucket.ts';
import { MOMENT_BUCKET_MS, type MomentSpan } from '../derive/moment-scan.ts';
import { startOf } from '../derive/order.ts';
import { containerOf, containerStart, DAY_MS, dayOf, HOUR_MS, type Level } from '../rollup/levels.ts';
import { ALL_ROOMS } from '../rollup/port.ts';
import type { RollupPlace } from '../rollup/rollup-deltas.ts';
import type { MessageParts } from './count-message.ts';
import { DayRecount } from './day-recount.ts';
import { DayMender, firstBucketOf } from './mend-day.ts';
import type { Damage, Dirt, EngineStore, MessageFact, Repair, RepairRequest } from './ports.ts';

/** Damages that are listed. */
const MOST_LISTED = 100;
const USERS_AT_ONCE = 50;
/** A moment that ended later may be growing. */
const GROWING_BUCKETS = 6;

export interface MendingRules {
  /** Wall clock, ms. */
  readonly now: () => number;
  readonly minutesKeptMs: number;
  readonly onPut: () => void;
  /** The first bucket of moments that messages may still come to in order. */
  readonly openFrom: (room: number) => number;
  /** Makes what depends on neighbours be looked at again. */
  readonly addDirt: (room: number, dirt: readonly Dirt[]) => void;
}

/** Where a repair is: the scope by its place, the day since 1970. */
interface Place {
  readonly at: number;
  /** The last user whose first message was looked up; undefined: all were. */
  readonly user: number | undefined;
  readonly day: number;
}

interface Work {
  readonly mender: DayMender;
  readonly steps: Generator<void, void>;
  readonly buckets: Set<string>;
}

/** Moments of a room that wait for being looked at again. */
interface Waiting {
  readonly room: number;
  readonly fromBucket: number;
  readonly toBucket: number;
}

/**
 * Counts what is kept of a range again from the stored messages, a day of a scope after the other, first of the rooms, then of all together,
 * and puts it right, in small steps between which anything may be counted. It lives in memory: after a crash it is to be asked for again, and
 * what it had put right stays so.
 */
export class Mending {
  readonly #store: EngineStore;
  readonly #rules: MendingRules;
  #repair: Repair | undefined;
  #place: Place = { at: 0, user: 0, day: 0 };
  /** Buckets of the present day that were wrong. */
  #damaged = new Set<string>();
  /** Where the last step began, which may be rolled back. */
  #before: Place | undefined;
  #work: Work | undefined;
  #waiting: Waiting | undefined;
  /** Days on which something that also counts for all rooms together was wrong. */
  #alsoAll = new Set<number>();
  /** In which a room has something. */
  #months = new Set<number>();

  constructor(store: EngineStore, rules: MendingRules) {
    this.#store = store;
    this.#rules = rules;
  }

  /** The last one, running or over. */
  get repair(): Repair | undefined {
    return this.#repair;
  }

  /** False: one is running. */
  begin(request: RepairRequest): boolean {
    if (this.#repair !== undefined && this.#repair.endedAt === undefined) return false;
    const [fromT, toT] = [Math.floor(request.fromT / DAY_MS) * DAY_MS, Math.ceil(request.toT / DAY_MS) * DAY_MS];
    const nothing = { share: 0, buckets: 0, damagedBuckets: 0, damages: [], damageCount: 0 };
    this.#repair = { request: { ...request, fromT, toT }, startedAt: this.#rules.now(), endedAt: undefined, ...nothing };
    this.#place = { at: 0, user: 0, day: dayOf(fromT) };
    this.#alsoAll = new Set();
    this.#months = new Set();
    this.#damaged = new Set();
    this.#before = undefined;
    this.#work = undefined;
    this.#waiting = undefined;
    return true;
  }

  /** To be called while nothing is dirty; false when there is nothing to do. */
  step(isOver: () => boolean): boolean {
    // All was over, and the transaction in which it ended was not rolled back.
    if (this.#repair?.endedAt !== undefined) this.#before = undefined;
    if (this.#repair === undefined || this.#repair.endedAt !== undefined) return false;
    this.#before = this.#place;
    // Nothing is dirty any more, so that they were looked at.
    this.#waiting = undefined;
    do this.#advance(this.#repair);
    while (this.#repair.endedAt === undefined && this.#waiting === undefined && !isOver());
    return true;
  }

  counted(message: MessageFact, parts: MessageParts, sign: 1 | -1): void {
    this.#work?.mender.recount.counted(message, parts, sign);
  }

  newcomer(scope: number, user: number, t: number, sign: 1 | -1): void {
    this.#work?.mender.recount.newcomer(scope, user, t, sign);
  }

  /** What depends on neighbours changes in a room, at some levels: where else that is to be counted. */
  derivedAt(room: number, t: number, levels: readonly Level[]): RollupPlace | undefined {
    this.#work?.mender.touched(room, t);
    return this.#work?.mender.recount.derivedAt(room, t, levels);
  }

  dirtied(room: number): void {
    this.#work?.mender.dirtied(room);
    // What is found then may come of the change.
    if (this.#waiting?.room === room) this.#waiting = { ...this.#waiting, toBucket: this.#waiting.fromBucket };
  }

  /** The moments of a room that start in [fromBucket, toBucket) were replaced. */
  rewritten(room: number, old: readonly MomentSpan[], found: readonly MomentSpan[]): void {
    const waiting = this.#waiting;
    if (waiting === undefined || waiting.room !== room || this.#repair === undefined) return;
    const over = Math.min(firstBucketOf(this.#rules.now()) - GROWING_BUCKETS, this.#rules.openFrom(room));
    const isAsked = ({ startBucket, endBucket }: MomentSpan): boolean =>
      startBucket >= waiting.fromBucket && startBucket < waiting.toBucket && endBucket <= over;
    const [kept, recounted] = [
      new Map(old.map((each) => [each.startBucket, each])),
      new Map(found.map((each) => [each.startBucket, each])),
    ];
    for (const start of new Set([...kept.keys(), ...recounted.keys()])) {
      const [a, b] = [kept.get(start), recounted.get(start)];
      if ([a, b].some((each) => each !== undefined && !isAsked(each))) continue;
      if (a?.endBucket === b?.endBucket && a?.messages === b?.messages && a?.peak === b?.peak) continue;
      const t = start * MOMENT_BUCKET_MS;
      this.#tell({ scope: room, of: 'moment', t, measure: 'moments', kept: a?.messages, recounted: b?.messages });
    }
  }

  /** A transaction was rolled back: what was counted in it was not, and what was put is to be put again. */
  dropped(): void {
    this.#work = undefined;
    this.#waiting = undefined;
    if (this.#before === undefined || this.#repair === undefined) return;
    this.#place = this.#before;
    this.#repair = { ...this.#repair, endedAt: undefined };
    this.#before = undefined;
  }

  #advance(repair: Repair): void {
    this.#work ??= this.#begin(repair);
    if (this.#work === undefined) return;
    const { steps, buckets, mender } = this.#work;
    if (!steps.next().done) return;
    this.#work = undefined;
    const { scope, fromT, toT, day } = mender.recount;
    if (scope !== ALL_ROOMS) {
      if (this.#damaged.size > 0) this.#alsoAll.add(day);
      this.#lookAtMoments(scope, fromT, toT);
    }
    this.#move({ ...this.#place, day: day + 1 }, buckets.size);
  }

  /** The next day that there is anything of, or a step on the way to it. */
  #begin(repair: Repair): Work | undefined {
    const { request } = repair;
    const { at, user, day } = this.#place;
    const scope = this.#scopeAt(request, at);
    if (scope === undefined) {
      this.#repair = { ...repair, endedAt: this.#rules.now(), share: 1 };
      return undefined;
    }
    const isPart = scope === ALL_ROOMS && request.room !== undefined;
    if (user !== undefined) {
      this.#move({ at, user: isPart ? undefined : this.#checkFirsts(request, scope, user), day });
      return undefined;
    }
    if (day > dayOf(request.toT - 1)) {
      this.#move({ at: at + 1, user: 0, day: dayOf(request.fromT) });
      return undefined;
    }
    if (isPart) {
      if (this.#alsoAll.has(day)) return this.#workOf(scope, day);
      this.#move({ at, user, day: day + 1 });
      return undefined;
    }
    const month = containerOf('day', day * DAY_MS);
    const isNew = day === dayOf(request.fromT) || day * DAY_MS === containerStart('day', month);
    if (isNew && !this.#hasAnything(scope, month)) {
      this.#move({ at, user, day: dayOf(containerStart('day', month + 1)) });
      return undefined;
    }
    this.#months.add(month);
    return this.#workOf(scope, day);
  }

  /** Of those who are said to have come in the range; the other way round is looked at day by day. Answers the last; undefined: all are looked up. */
  #checkFirsts({ fromT, toT }: RepairRequest, scope: number, after: number): number | undefined {
    const { firsts } = this.#store;
    const some = firsts.after(scope, after, USERS_AT_ONCE);
    for (const [user, kept] of some) {
      if (kept < fromT || kept >= toT) continue;
      const recounted = this.#store.firstMessageOf(scope, user);
      if (recounted === kept) continue;
      firsts.set(scope, user, recounted);
      this.#tell({ scope, of: 'user', t: kept, measure: 'firstMessage', key: { of: 'user', number: user }, kept, recounted });
    }
    return some.at(-1)?.[0];
  }

  #workOf(scope: number, day: number): Work {
    const buckets = new Set<string>();
    const mender = new DayMender(new DayRecount(this.#store, scope, day, this.#minutesFrom()), {
      store: this.#store,
      minutesFrom: () => this.#minutesFrom(),
      onPut: this.#rules.onPut,
      onBucket: (level, t) => void buckets.add(`${level} ${t}`),
      onDamage: (damage) => this.#tell(damage),
    });
    return { buckets, mender, steps: mender.steps() };
  }

  /** First the rooms, then all of them together; after one room all together on the days on which it was wrong. */
  #scopeAt({ room }: RepairRequest, at: number): number | undefined {
    if (room !== undefined) return [room, ALL_ROOMS][at];
    const rooms = this.#store.lastRoom();
    return at < rooms ? at + 1 : at === rooms ? ALL_ROOMS : undefined;
  }

  #hasAnything(scope: number, month: number): boolean {
    const [from, to] = [containerStart('day', month), containerStart('day', month + 1)];
    const hasMessages =
      scope === ALL_ROOMS ? this.#months.has(month) : this.#store.history.messages(scope, startOf(from), startOf(to), 1).length > 0;
    if (hasMessages) return true;
    for (const family of ['counts', 'users', 'terms', 'quantiles', 'emoji', 'newcomers'] as const) {
      for (const _ of this.#store.rollups.containers(family, scope, 'day', month, month)) return true;
      if (family === 'newcomers') continue;
      for (const _ of this.#store.rollups.containers(family, scope, 'quarter', dayOf(from), dayOf(to - 1))) return true;
    }
    return this.#store.momentsIn(scope, firstBucketOf(from), firstBucketOf(to)).length > 0;
  }

  #lookAtMoments(room: number, fromT: number, toT: number): void {
    const [first, last] = [firstBucketOf(fromT), firstBucketOf(toT)];
    const isEmpty =
      this.#store.history.messages(room, startOf(fromT), startOf(toT), 1).length === 0 &&
      this.#store.momentsIn(room, first, last).length === 0;
    if (isEmpty) return;
    const fromBucket = calmBucket(room, first, this.#store.history);
    this.#rules.addDirt(room, [{ kind: 'moments', room, fromT: fromBucket * MOMENT_BUCKET_MS, toT }]);
    this.#waiting = { room, fromBucket: first, toBucket: last };
  }

  #tell(damage: Damage): void {
    if (this.#repair === undefined) return;
    const { damages, damageCount, damagedBuckets } = this.#repair;
    const name = `${damage.of} ${damage.t}`;
    const isNew = damage.of !== 'user' && !this.#damaged.has(name);
    this.#damaged.add(name);
    this.#repair = {
      ...this.#repair,
      damageCount: damageCount + 1,
      damagedBuckets: damagedBuckets + (isNew ? 1 : 0),
      damages: damages.length < MOST_LISTED ? [...damages, damage] : damages,
    };
  }

  #move(place: Place, buckets = 0): void {
    this.#place = place;
    this.#damaged = new Set();
    if (this.#repair === undefined) return;
    const { room, fromT, toT } = this.#repair.request;
    const scopes = room === undefined ? this.#store.lastRoom() + 1 : 2;
    const ofDays = Math.min(1, (place.day * DAY_MS - fromT) / (toT - fromT));
    this.#repair = { ...this.#repair, buckets: this.#repair.buckets + buckets, share: Math.min(1, (place.at + ofDays) / scopes) };
  }

  /** Whole hours alone: at the edge some messages came too late for their minute. */
  #minutesFrom(): number {
    return Math.ceil((this.#rules.now() - this.#rules.minutesKeptMs) / HOUR_MS) * HOUR_MS;
  }
}
