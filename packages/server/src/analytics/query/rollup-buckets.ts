import { type BucketPlan, NO_BUCKET, type ZoneDayBuckets } from '../calendar/plan.ts';
import type { Buckets, Needs, RankedSource } from '../measures/measure.ts';
import { BucketMessages } from '../rollup/bucket-messages.ts';
import { COLUMN, type Column, type Kind } from '../rollup/columns.ts';
import { CountsAccumulator } from '../rollup/counts-accumulator.ts';
import { ALL_ROOMS } from '../rollup/port.ts';
import { QuantilesAccumulator } from '../rollup/quantiles-accumulator.ts';
import { RankedAccumulator } from '../rollup/ranked-accumulator.ts';
import type { Ranked } from '../rollup/top.ts';
import { UserBuckets } from '../rollup/user-buckets.ts';
import { UserCounts } from '../rollup/user-counts.ts';
import { type Read, readPlanned } from './planned.ts';

/** What all measures of a question need together. */
export interface AllNeeds {
  readonly kinds: readonly Kind[];
  readonly users: boolean;
  readonly presence: boolean;
  readonly samples: boolean;
  readonly ranked: ReadonlySet<RankedSource>;
}

export function unionOf(needs: Iterable<Needs>): AllNeeds {
  const all = [...needs];
  return {
    kinds: [...new Set(all.flatMap(({ kinds = [] }) => kinds))],
    users: all.some(({ users }) => users),
    presence: all.some(({ presence }) => presence),
    samples: all.some(({ samples }) => samples),
    ranked: new Set(all.flatMap(({ ranked }) => ranked ?? [])),
  };
}

type DistinctUsers = (bucket: number) => number;
const NOBODY: DistinctUsers = () => 0;

/** One scope's buckets, filled from the rollups. */
export class RollupBuckets implements Buckets {
  readonly bucketCount: number;
  readonly #scope: number;
  readonly #needs: AllNeeds;
  readonly #counts: CountsAccumulator;
  /** Where the seconds stand that were sampled: a room has samples of those alone at which somebody was in it. */
  readonly #sampled: CountsAccumulator;
  readonly #quantiles: QuantilesAccumulator;
  /** What `activeUsers` and `presentUsers` tell. */
  #users: DistinctUsers = NOBODY;
  #presence: DistinctUsers = NOBODY;
  readonly #messages: BucketMessages;
  readonly #rooms: BucketMessages;
  readonly #ranked: Readonly<Record<'terms' | 'emoji' | 'drops', RankedAccumulator>>;

  constructor(scope: number, bucketCount: number, needs: AllNeeds) {
    this.bucketCount = bucketCount;
    this.#scope = scope;
    this.#needs = needs;
    this.#counts = new CountsAccumulator(bucketCount);
    this.#sampled = scope === ALL_ROOMS || !needs.samples ? this.#counts : new CountsAccumulator(bucketCount);
    this.#quantiles = new QuantilesAccumulator(bucketCount, needs.kinds);
    this.#messages = new BucketMessages(bucketCount);
    this.#rooms = new BucketMessages(bucketCount);
    const ranked = () => new RankedAccumulator(bucketCount);
    this.#ranked = { terms: ranked(), emoji: ranked(), drops: ranked() };
  }

  get isOfAllRooms(): boolean {
    return this.#scope === ALL_ROOMS;
  }

  /** Reads all that the plan names. */
  read({ rollups, zoneDays }: Omit<Read, 'scope'>, plan: BucketPlan): this {
    const read: Read = { rollups, zoneDays, scope: this.#scope };
    const { kinds, users, presence, ranked } = this.#needs;
    readPlanned(read, plan, 'counts', (_, body, slots) => this.#counts.add(body, slots));
    if (this.#sampled !== this.#counts)
      readPlanned({ ...read, scope: ALL_ROOMS }, plan, 'counts', (_, body, slots) => this.#sampled.add(body, slots));
    if (kinds.length > 0) readPlanned(read, plan, 'quantiles', (_, body, slots) => this.#quantiles.add(body, slots));
    if (ranked.has('users')) readPlanned(read, plan, 'users', (chunk, body, slots) => this.#messages.add(chunk, body, slots));
    else if (users) this.#users = this.#distinct(read, plan, 'users');
    if (presence) this.#presence = this.#distinct(read, plan, 'presence');
    for (const source of ['terms', 'emoji'] as const)
      if (ranked.has(source)) readPlanned(read, plan, source, (_, body, slots) => this.#ranked[source].add(body, slots));
    if (ranked.has('drops') && this.isOfAllRooms) readPlanned(read, plan, 'drops', (_, body, slots) => this.#ranked.drops.add(body, slots));
    if (ranked.has('rooms') && this.isOfAllRooms)
      readPlanned(read, plan, 'rooms', (chunk, body, slots) => this.#rooms.add(chunk, body, slots));
    return this;
  }

  count(bucket: number, column: Column): number {
    return this.#counts.value(bucket, column);
  }

  sampledSeconds(bucket: number): number {
    // Where many rooms are at once, a store that was away may have cost the samples of all.
    return Math.max(this.#sampled.value(bucket, COLUMN.connectionSamples), this.count(bucket, COLUMN.connectionSamples));
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
    return this.#users(bucket);
  }

  presentUsers(bucket: number): number {
    return this.#presence(bucket);
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

  #distinct(read: Read, plan: BucketPlan, family: 'users' | 'presence'): DistinctUsers {
    if (plan.isMixed) {
      const users = new UserBuckets(plan.bucketCount);
      readPlanned(read, plan, family, (chunk, body, slots) => users.add(chunk, body, slots));
      const counts = users.trailing(1);
      return (bucket) => counts[bucket] ?? 0;
    }
    const users = new UserCounts(plan.bucketCount);
    const isWhole = isOfWholes(plan.zoneDays);
    readPlanned(read, plan, family, (chunk, body, slots) =>
      // Of days of a zone each body has slot 0 alone.
      isWhole && slots.length === 1 ? users.addWhole(body, slots[0] ?? 0) : users.add(chunk, body, slots),
    );
    return (bucket) => users.count(bucket);
  }
}

/** No bucket has more than one of the days; of a plan that is not mixed it has then nothing else. */
function isOfWholes(zoneDays: ZoneDayBuckets | undefined): boolean {
  const taken = zoneDays?.buckets.filter((bucket) => bucket !== NO_BUCKET) ?? [];
  return new Set(taken).size === taken.length;
}
