import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BucketMessages } from './bucket-messages.ts';
import { COLUMN, KIND } from './columns.ts';
import { CountsAccumulator } from './counts-accumulator.ts';
import { DAY_MS, HOUR_MS, type Level, QUARTER_MS, slotStart } from './levels.ts';
import { MemoryRollups } from './memory-rollups.ts';
import { readNewcomers } from './newcomers.ts';
import { FAMILIES, type Family } from './port.ts';
import { QuantilesAccumulator } from './quantiles-accumulator.ts';
import { RankedAccumulator } from './ranked-accumulator.ts';
import { RollupDeltas } from './rollup-deltas.ts';
import { UserBuckets } from './user-buckets.ts';
import { UserCounts } from './user-counts.ts';

const T0 = Date.UTC(2026, 0, 31);
const BUCKET_MS = 5 * HOUR_MS;
const BUCKETS = 9;
const LAST = T0 + 2 * DAY_MS;

interface Said {
  readonly t: number;
  readonly user: number;
  readonly length: number;
  readonly term: number;
}

const said: fc.Arbitrary<Said> = fc.record({
  t: fc.integer({ min: T0, max: LAST - 1 }),
  user: fc.oneof(fc.nat(40), fc.constantFrom(4095, 4096, 70_000)),
  length: fc.oneof(fc.nat(20), fc.integer({ min: 1, max: 1000 })),
  term: fc.oneof(fc.nat(5), fc.nat(300)),
});
const log = fc.array(said, { maxLength: 150 });

function kept(messages: readonly Said[], levels: readonly Level[] = ['quarter']): MemoryRollups {
  const rollups = new MemoryRollups();
  const deltas = new RollupDeltas(rollups);
  for (const { t, user, length, term } of messages) {
    const place = deltas.at(0, t, levels);
    place.add(COLUMN.messages, 1);
    place.add(COLUMN.lengthSum, length);
    place.raise(COLUMN.lengthMax, length);
    place.measure(KIND.length, length, 1);
    place.measure(KIND.latency, length / 7, 1);
    place.raiseLatencyMax(length / 7);
    place.user(user, 1);
    place.present(user);
    place.addNewcomer(user);
    place.rank('terms', term, 1);
    place.rank('drops', term, 1);
  }
  deltas.flush();
  return rollups;
}

/** Buckets of five hours from T0 − 1 h on; what lies after the ninth is not wanted. */
const bucketOf = (t: number): number => {
  const bucket = Math.floor((t - T0 + HOUR_MS) / BUCKET_MS);
  return bucket < BUCKETS ? bucket : -1;
};

/** Gives every container of a family to an accumulator, in the order of days or against it. */
function feed(
  rollups: MemoryRollups,
  family: Family,
  isReversed: boolean,
  add: (chunk: number, body: Uint8Array, of: Int32Array) => boolean,
) {
  const containers = [...rollups.containers(family, 0, 'quarter', -1e6, 1e6)];
  for (const { container, chunk, body } of isReversed ? containers.reverse() : containers) {
    const bucketOfSlot = Int32Array.from({ length: 96 }, (_, slot) => bucketOf(slotStart('quarter', container, slot)));
    expect(add(chunk, body, bucketOfSlot)).toBe(true);
  }
}

const inBucket = (messages: readonly Said[], bucket: number): Said[] => messages.filter(({ t }) => bucketOf(t) === bucket);
const buckets = Array.from({ length: BUCKETS }, (_, bucket) => bucket);
const distinct = (messages: readonly Said[]): number => new Set(messages.map(({ user }) => user)).size;

function naiveTop(numbers: readonly number[], limit: number): { number: number; count: number }[] {
  const counts = new Map<number, number>();
  for (const number of numbers) counts.set(number, (counts.get(number) ?? 0) + 1);
  const all = Array.from(counts, ([number, count]) => ({ number, count })).sort((a, b) => b.count - a.count || a.number - b.number);
  return all.filter(({ count }) => count >= (all[limit - 1]?.count ?? 0));
}

const law = (run: (messages: Said[], isReversed: boolean) => void): void => fc.assert(fc.property(log, fc.boolean(), run), { numRuns: 60 });

describe('accumulators', () => {
  it('count what a naive count of the messages counts', () => {
    law((messages, isReversed) => {
      const counts = new CountsAccumulator(BUCKETS);
      feed(kept(messages), 'counts', isReversed, (_, body, of) => counts.add(body, of));
      for (const bucket of buckets) {
        const lengths = inBucket(messages, bucket).map(({ length }) => length);
        expect(counts.value(bucket, COLUMN.messages)).toBe(lengths.length);
        expect(counts.value(bucket, COLUMN.lengthSum)).toBe(lengths.reduce((sum, length) => sum + length, 0));
        expect(counts.value(bucket, COLUMN.lengthMax)).toBe(Math.max(0, ...lengths));
      }
    });
  });

  it('find quantiles within 1 %, and none in a kind that was not asked for', () => {
    law((messages, isReversed) => {
      const quantiles = new QuantilesAccumulator(BUCKETS, [KIND.length, KIND.latency]);
      feed(kept(messages), 'quantiles', isReversed, (_, body, of) => quantiles.add(body, of));
      for (const bucket of buckets) {
        const lengths = inBucket(messages, bucket).map(({ length }) => length);
        const sorted = lengths.sort((a, b) => a - b);
        expect(quantiles.count(bucket, KIND.length)).toBe(sorted.length);
        expect(quantiles.latencyMax(bucket)).toBeCloseTo(Math.max(0, ...sorted) / 7, 3);
        expect(quantiles.quantile(bucket, KIND.response, 0.5)).toBeUndefined();
        for (const q of [0, 0.5, 0.95, 1]) {
          const exact = sorted.find((_, i) => (i + 1) / sorted.length >= q);
          const found = quantiles.quantile(bucket, KIND.length, q);
          expect(found === undefined).toBe(exact === undefined);
          expect(Math.abs((found ?? 0) - (exact ?? 0))).toBeLessThanOrEqual(0.01 * (exact ?? 0));
        }
      }
    });
  });

  it('know who was there: in a bucket, over buckets, over the buckets that trail', () => {
    law((messages, isReversed) => {
      const rollups = kept(messages);
      for (const family of ['users', 'presence'] as const) {
        const users = new UserBuckets(BUCKETS);
        feed(rollups, family, isReversed, (chunk, body, of) => users.add(chunk, body, of));
        const over = (from: number, to: number): number => distinct(messages.filter(({ t }) => bucketOf(t) >= from && bucketOf(t) < to));
        for (const bucket of buckets) expect(users.count(bucket)).toBe(over(bucket, bucket + 1));
        expect(users.countOver(2, 6)).toBe(over(2, 6));
        for (const width of [1, 3, 28])
          expect([...users.trailing(width)]).toEqual(buckets.map((bucket) => over(Math.max(0, bucket - width + 1), bucket + 1)));
        const groupOf = (user: number): number => (user % 3) - 1;
        const groups = new Map([0, 1, 17].map((chunk) => [chunk, Int32Array.from({ length: 4096 }, (_, i) => groupOf(chunk * 4096 + i))]));
        expect([...users.countGroups(groups, 2)]).toEqual(
          [0, 1].flatMap((group) =>
            buckets.map((bucket) => distinct(messages.filter(({ user, t }) => groupOf(user) === group && bucketOf(t) === bucket))),
          ),
        );
        const counts = new UserCounts(BUCKETS);
        feed(rollups, family, false, (chunk, body, of) => counts.add(chunk, body, of));
        for (const bucket of buckets) expect(counts.count(bucket)).toBe(over(bucket, bucket + 1));
      }
    });
  });

  it('take in users that are in no container yet', () => {
    const users = new UserBuckets(2);
    for (const user of [5, 5, 31, 4096, 0xfffffffe]) users.addUser(1, user);
    expect([users.count(0), users.count(1), users.countOver(0, 2)]).toEqual([0, 4, 4]);
    expect(() => users.addUser(2, 1)).toThrow(RangeError);
  });

  it('rank users and terms, with all that tie with the last', () => {
    fc.assert(
      fc.property(log, fc.boolean(), fc.integer({ min: 1, max: 6 }), (messages, isReversed, limit) => {
        const rollups = kept(messages);
        const wanted = messages.filter(({ t }) => bucketOf(t) >= 0);
        const users = new BucketMessages(1);
        feed(rollups, 'users', isReversed, (chunk, body, of) => users.add(chunk, body, of));
        const byUser = wanted.map(({ user }) => user);
        expect(users.top(0, limit)).toEqual(naiveTop(byUser, limit));
        const usersOfBuckets = new BucketMessages(BUCKETS);
        feed(rollups, 'users', isReversed, (chunk, body, of) => usersOfBuckets.add(chunk, body, of));
        for (const bucket of buckets) {
          const own = inBucket(messages, bucket).map(({ user }) => user);
          expect(usersOfBuckets.top(bucket, limit)).toEqual(naiveTop(own, limit));
          expect(usersOfBuckets.users(bucket)).toBe(new Set(own).size);
        }
        for (const family of ['terms', 'drops'] as const) {
          const terms = new RankedAccumulator(BUCKETS);
          feed(rollups, family, isReversed, (_, body, of) => terms.add(body, of));
          for (const bucket of buckets) {
            const numbers = inBucket(messages, bucket).map(({ term }) => term);
            expect(terms.top(bucket, limit)).toEqual(naiveTop(numbers, limit));
            expect([terms.total(bucket), terms.allowance(bucket)]).toEqual([numbers.length, 0]);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  it('count many messages of one user, in one byte or in many', () => {
    const rollups = new MemoryRollups();
    const deltas = new RollupDeltas(rollups);
    const amounts = [1, 127, 128, 20_000, 2 ** 40];
    amounts.forEach((amount, i) => {
      deltas.at(0, T0 + i * QUARTER_MS, ['quarter']).user(9, amount);
    });
    deltas.flush();
    const users = new BucketMessages(1);
    feed(rollups, 'users', false, (chunk, body, of) => users.add(chunk, body, of));
    expect(users.top(0, 1)).toEqual([{ number: 9, count: amounts.reduce((sum, amount) => sum + amount) }]);
  });

  it('read newcomers with the quarter of their month', () => {
    const rollups = kept(
      [
        { t: T0 + QUARTER_MS, user: 70_000, length: 1, term: 1 },
        { t: T0 + 2 * QUARTER_MS, user: 3, length: 1, term: 1 },
      ],
      ['day'],
    );
    const seen: [number, number][] = [];
    for (const { chunk, body } of rollups.containers('newcomers', 0, 'day', 672, 672))
      expect(readNewcomers(chunk, body, (user, quarter) => seen.push([user, quarter]))).toBe(true);
    expect(seen).toEqual([
      [3, 30 * 96 + 2],
      [70_000, 30 * 96 + 1],
    ]);
  });
});

describe('bodies of any kind', () => {
  const noise = fc.uint8Array({ maxLength: 60 });
  const versioned = fc.tuple(fc.integer({ min: 1, max: 2 }), noise).map(([version, bytes]) => Uint8Array.of(version, ...bytes));
  const made = fc.tuple(log, fc.constantFrom(...FAMILIES)).map(([messages, family]) => {
    const [first] = kept(messages, ['quarter', 'day']).containers(family, 0, family === 'newcomers' ? 'day' : 'quarter', -1e6, 1e6);
    return first?.body ?? new Uint8Array(1);
  });
  const damaged = fc
    .tuple(made, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 3 }))
    .map(([bytes, changes]) => changes.reduce((all, [at, value]) => all.with(at % all.length, value), bytes));
  const cut = fc.tuple(made, fc.nat()).map(([bytes, at]) => bytes.slice(0, at % bytes.length));
  const any = fc.oneof(noise, versioned, damaged, cut);

  it('are refused or understood by every accumulator, without an exception', () => {
    fc.assert(
      fc.property(any, (body) => {
        const bucketOfSlot = new Int32Array(96);
        new CountsAccumulator(1).add(body, bucketOfSlot);
        new QuantilesAccumulator(1, [KIND.length, KIND.latency]).add(body, bucketOfSlot);
        new UserBuckets(1).add(0xfffff, body, bucketOfSlot);
        new UserCounts(1).add(0xfffff, body, bucketOfSlot);
        new BucketMessages(1).add(0xfffff, body, bucketOfSlot);
        new BucketMessages(2).add(0xfffff, body, bucketOfSlot);
        new RankedAccumulator(1).add(body, bucketOfSlot);
        readNewcomers(0xfffff, body, () => undefined);
      }),
      { numRuns: 1000 },
    );
  });

  it('are no obstacle to a writer, which either understands all of a body or begins it anew', () => {
    fc.assert(
      fc.property(any, (body) => {
        const rollups = new MemoryRollups();
        for (const family of FAMILIES) rollups.put({ family, scope: 0, level: 'day', container: 672, chunk: 0 }, body);
        const deltas = new RollupDeltas(rollups);
        const place = deltas.at(0, T0, ['day']);
        place.add(COLUMN.messages, 1);
        place.measure(KIND.length, 1, 1);
        place.user(1, 1);
        place.present(1);
        place.addNewcomer(1);
        for (const family of ['terms', 'emoji', 'drops'] as const) place.rank(family, 1, 1);
        deltas.flush();
        const again = new RollupDeltas(rollups);
        const second = again.at(0, T0, ['day']);
        second.user(1, 1);
        second.addNewcomer(2);
        second.rank('terms', 1, 1);
        expect(second.value('day', COLUMN.messages)).toBeGreaterThanOrEqual(1);
        again.flush();
        expect(again.corrupt).toBe(0);
      }),
      { numRuns: 300 },
    );
  });
});
