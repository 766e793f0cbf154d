import type { BucketPlan } from '../calendar/plan.ts';
import type { Buckets, Needs, RankedSource } from '../measures/measure.ts';
import { BucketMessages } from '../rollup/bucket-messages.ts';
import { COLUMN, type Column, type Kind } from '../rollup/columns.ts';
import { CountsAccumulator } from '../rollup/counts-accumulator.ts';
import { type Level, MAX_SLOTS } from '../rollup/levels.ts';
import { ALL_ROOMS, type Family, type RollupReader } from '../rollup/port.ts';
import { QuantilesAccumulator } from '../rollup/quantiles-accumulator.ts';
import { RankedAccumulator } from '../rollup/ranked-accumulator.ts';
import type { Ranked } from '../rollup/top.ts';
import { UserBuckets } from '../rollup/user-buckets.ts';
import { MessagesByRoom } from './messages-by-room.ts';

/** What all measures of a question need together. */
export interface AllNeeds {
  readonly kinds: readonly Kind[];
  readonly users: boolean;
  readonly presence: boolean;
  readonly ranked: ReadonlySet<RankedSource>;
}

export function unionOf(needs: Iterable<Needs>): AllNeeds {
  const all = [...needs];
  return {
    kinds: [...new Set(all.flatMap(({ kinds = [] }) => kinds))],
    users: all.some(({ users }) => users),
    presence: all.some(({ presence }) => presence),
    ranked: new Set(all.flatMap(({ ranked }) => ranked ?? [])),
  };
}

/** A kept container cannot be read: no answer is better than a wrong one. */
const corrupt = (family: Family, level: Level, container: number): Error =>
  new Error(`unreadable ${family} of ${level} ${container}: recount`);

/** One scope's buckets, filled from the rollups. More than one reader may be read, each slot from one of them. */
export class RollupBuckets implements Buckets {
  readonly bucketCount: number;
  readonly #scope: number;
  readonly #needs: AllNeeds;
  readonly #counts: CountsAccumulator;
  readonly #quantiles: QuantilesAccumulator;
  readonly #users: UserBuckets;
  readonly #presence: UserBuckets;
  /** Of all buckets, counted together: one by one takes ten times as long. */
  #userCounts: Float64Array | undefined;
  #presenceCounts: Float64Array | undefined;
  readonly #messages: BucketMessages;
  readonly #rooms: MessagesByRoom;
  readonly #ranked: Readonly<Record<'terms' | 'emoji' | 'drops', RankedAccumulator>>;

  constructor(scope: number, bucketCount: number, needs: AllNeeds) {
    this.bucketCount = bucketCount;
    this.#scope = scope;
    this.#needs = needs;
    this.#counts = new CountsAccumulator(bucketCount);
    this.#quantiles = new QuantilesAccumulator(bucketCount, needs.kinds);
    this.#users = new UserBuckets(bucketCount);
    this.#presence = new UserBuckets(bucketCount);
    this.#messages = new BucketMessages(bucketCount);
    this.#rooms = new MessagesByRoom(bucketCount);
    const ranked = () => new RankedAccumulator(bucketCount);
    this.#ranked = { terms: ranked(), emoji: ranked(), drops: ranked() };
  }

  get isOfAllRooms(): boolean {
    return this.#scope === ALL_ROOMS;
  }

  /** Reads all that the plan names. */
  read(reader: RollupReader, plan: BucketPlan): this {
    this.#userCounts = undefined;
    this.#presenceCounts = undefined;
    const { kinds, users, presence, ranked } = this.#needs;
    this.#each(reader, plan, 'counts', (_, body, slots) => this.#counts.add(body, slots));
    if (kinds.length > 0) this.#each(reader, plan, 'quantiles', (_, body, slots) => this.#quantiles.add(body, slots));
    if (ranked.has('users')) this.#each(reader, plan, 'users', (chunk, body, slots) => this.#messages.add(chunk, body, slots));
    else if (users) this.#each(reader, plan, 'users', (chunk, body, slots) => this.#users.add(chunk, body, slots));
    if (presence) this.#each(reader, plan, 'presence', (chunk, body, slots) => this.#presence.add(chunk, body, slots));
    for (const source of ['terms', 'emoji'] as const)
      if (ranked.has(source)) this.#each(reader, plan, source, (_, body, slots) => this.#ranked[source].add(body, slots));
    if (ranked.has('drops') && this.isOfAllRooms)
      this.#each(reader, plan, 'drops', (_, body, slots) => this.#ranked.drops.add(body, slots));
    if (ranked.has('rooms') && this.isOfAllRooms) this.#readRooms(reader, plan);
    return this;
  }

  count(bucket: number, column: Column): number {
    return this.#counts.value(bucket, column);
  }

  values(bucket: number, kind: Kind): number {
    return this.#quantiles.count(bucket, kind);
  }

  quantile(bucket: number, kind: Kind, q: number): number {
    return this.#quantiles.quantile(bucket, kind, q) ?? 0;
  }

  latencyMax(bucket: number): number {
    return this.#quantiles.latencyMax(bucket);
  }

  activeUsers(bucket: number): number {
    if (this.#needs.ranked.has('users')) return this.#messages.users(bucket);
    this.#userCounts ??= this.#users.trailing(1);
    return this.#userCounts[bucket] ?? 0;
  }

  presentUsers(bucket: number): number {
    this.#presenceCounts ??= this.#presence.trailing(1);
    return this.#presenceCounts[bucket] ?? 0;
  }

  ranked(bucket: number, source: RankedSource, limit: number): readonly Ranked[] {
    if (source === 'users') return this.#messages.top(bucket, limit);
    if (source !== 'rooms') return this.#ranked[source].top(bucket, limit);
    if (this.isOfAllRooms) return this.#rooms.top(bucket, limit);
    const count = this.count(bucket, COLUMN.messages);
    return count === 0 ? [] : [{ number: this.#scope, count }];
  }

  rankedBound(bucket: number, source: RankedSource): number {
    if (source === 'users' || source === 'rooms') return 0;
    const allowance = this.#ranked[source].allowance(bucket);
    return allowance === 0 ? 0 : allowance / this.#ranked[source].total(bucket);
  }

  #each(
    reader: RollupReader,
    plan: BucketPlan,
    family: Family,
    add: (chunk: number, body: Uint8Array, bucketOfSlot: Int32Array) => boolean,
  ): void {
    for (const { level, first, last } of plan.runs) {
      const slots = new Int32Array(MAX_SLOTS[level]);
      let present = Number.NaN;
      let isWanted = false;
      for (const { container, chunk, body } of reader.containers(family, this.#scope, level, first, last)) {
        if (container !== present) isWanted = plan.slotBuckets(level, container, slots);
        present = container;
        if (isWanted && !add(chunk, body, slots)) throw corrupt(family, level, container);
      }
    }
  }

  #readRooms(reader: RollupReader, plan: BucketPlan): void {
    for (const { level, first, last } of plan.runs) {
      const slots = new Map<number, Int32Array>();
      for (const { scope, container, body } of reader.scopesOf('counts', level, first, last)) {
        if (scope === ALL_ROOMS) continue;
        let buckets = slots.get(container);
        if (buckets === undefined) {
          buckets = new Int32Array(MAX_SLOTS[level]);
          plan.slotBuckets(level, container, buckets);
          slots.set(container, buckets);
        }
        if (!this.#rooms.add(scope, body, buckets)) throw corrupt('counts', level, container);
      }
    }
  }
}
