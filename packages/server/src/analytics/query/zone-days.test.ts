import { CAPACITY } from '@hubbub/sketch';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { edges } from '../calendar/edges.ts';
import { planBuckets } from '../calendar/plan.ts';
import { type Zone, zoneOf } from '../calendar/zone.ts';
import { RANKED_SOURCES } from '../measures/measure.ts';
import { COLUMN, KIND } from '../rollup/columns.ts';
import { DAY_MS, HOUR_MS } from '../rollup/levels.ts';
import { MemoryRollups } from '../rollup/memory-rollups.ts';
import { ALL_ROOMS, type RollupReader } from '../rollup/port.ts';
import { RollupDeltas } from '../rollup/rollup-deltas.ts';
import { OverlayRollups } from './overlay-rollups.ts';
import { stretchEdges } from './planned.ts';
import { RollupBuckets, unionOf } from './rollup-buckets.ts';
import { ZoneDays } from './zone-days.ts';

const T0 = Date.UTC(2024, 9, 20);
const DAYS = 12;
const zone = (name: string): Zone => zoneOf(name) ?? expect.fail(`no zone ${name}`);

interface Said {
  readonly hour: number;
  readonly room: number;
  readonly user: number;
  readonly length: number;
}

const said: fc.Arbitrary<readonly Said[]> = fc.array(
  fc.record({
    hour: fc.nat(DAYS * 24 * 4 - 1).map((quarter) => quarter / 4),
    room: fc.integer({ min: 1, max: 3 }),
    user: fc.constantFrom(1, 2, 3, 4095, 4096, 9000),
    length: fc.integer({ min: 0, max: 900 }),
  }),
  { maxLength: 40 },
);

function say(messages: readonly Said[], rollups: ConstructorParameters<typeof RollupDeltas>[0]): void {
  const deltas = new RollupDeltas(rollups);
  for (const { hour, room, user, length } of messages) {
    for (const scope of [ALL_ROOMS, room]) {
      const place = deltas.at(scope, T0 + hour * HOUR_MS, ['quarter', 'day']);
      place.add(COLUMN.messages, 1);
      place.raise(COLUMN.lengthMax, length);
      place.measure(KIND.length, length, 1);
      place.measure(KIND.latency, length / 7, 1);
      place.raiseLatencyMax(length / 7);
      place.user(user, 1);
      place.present(user);
      for (const family of ['terms', 'emoji', 'drops'] as const) place.rank(family, length % 50, 1);
    }
  }
  deltas.flush();
}

const NEEDS = unionOf([
  { kinds: [KIND.length, KIND.latency], users: true, presence: true },
  ...RANKED_SOURCES.filter((ranked) => ranked !== 'users').map((ranked) => ({ ranked })),
]);
const NEEDS_RANKED_USERS = unionOf([{ ranked: 'users' }]);

function told(rollups: RollupReader, zoneDays: ZoneDays, bounds: Float64Array, days: Float64Array | undefined) {
  const plan = planBuckets(bounds, 'quarter', days);
  return [NEEDS, NEEDS_RANKED_USERS].map((needs) => {
    const buckets = new RollupBuckets(ALL_ROOMS, plan.bucketCount, needs).read({ rollups, zoneDays }, plan);
    return Array.from({ length: plan.bucketCount }, (_, bucket) => ({
      columns: Object.values(COLUMN).map((column) => buckets.count(bucket, column)),
      quantiles: needs.kinds.map((kind) => [0.5, 0.95].map((q) => buckets.quantile(bucket, kind, q))),
      latencyMax: buckets.latencyMax(bucket),
      users: [buckets.activeUsers(bucket), buckets.presentUsers(bucket)],
      ranked: [...needs.ranked].map((source) => buckets.ranked(bucket, source, 5)),
      bounds: [...needs.ranked].map((source) => buckets.rankedBound(bucket, source)),
    }));
  });
}

describe('days of a zone', () => {
  it('tell what their quarters tell, whatever changes between two questions, and with what is not written yet', () => {
    const names = fc.constantFrom('Asia/Kolkata', 'Europe/Berlin', 'Australia/Lord_Howe', 'Europe/London');
    const step = fc.constantFrom('1d', '1w', '1M');
    const asked = fc.array(
      fc.record({ before: said, unwritten: fc.oneof(fc.constant([]), said), name: names, step, isByDays: fc.boolean() }),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(asked, fc.constantFrom(0, 3000, 1e9), (questions, maxBytes) => {
        const rollups = new MemoryRollups();
        const zoneDays = new ZoneDays(maxBytes);
        for (const question of questions) {
          say(question.before, rollups);
          const over = new OverlayRollups(rollups);
          if (question.unwritten.length > 0) say(question.unwritten, over);
          const own = zone(question.name);
          const bounds = edges(question.step, T0, T0 + DAYS * DAY_MS, own);
          const days = question.isByDays ? edges('1d', bounds[0] ?? 0, bounds.at(-1) ?? 0, own) : stretchEdges(bounds);
          const reader = question.unwritten.length > 0 ? over : rollups;
          expect(told(reader, zoneDays, bounds, days)).toEqual(told(reader, new ZoneDays(), bounds, undefined));
          expect(zoneDays.bytes).toBeLessThanOrEqual(maxBytes);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('are merged once', () => {
    const rollups = new MemoryRollups();
    say([{ hour: 3, room: 1, user: 1, length: 5 }], rollups);
    let reads = 0;
    const counting: RollupReader = {
      containers: (family, scope, level, first, last) => {
        reads += level === 'quarter' ? 1 : 0;
        return rollups.containers(family, scope, level, first, last);
      },
      scopesOf: (...asked) => rollups.scopesOf(...asked),
      changesSince: (stamp) => rollups.changesSince(stamp),
    };
    const zoneDays = new ZoneDays();
    const bounds = edges('1d', T0, T0 + 5 * DAY_MS, zone('Asia/Kolkata'));
    const ask = () => told(counting, zoneDays, bounds, bounds);
    const first = ask();
    expect(reads).toBeGreaterThan(0);
    reads = 0;
    expect(ask()).toEqual(first);
    expect(reads).toBe(0);
    say([{ hour: 4, room: 1, user: 2, length: 6 }], rollups);
    ask();
    expect(reads).toBeGreaterThan(0);
  });

  it('list no more words than a kept day does, and say by how much a count may be too small', () => {
    const rollups = new MemoryRollups();
    const deltas = new RollupDeltas(rollups);
    const words = 3 * CAPACITY;
    for (let i = 0; i < words; i++) deltas.at(ALL_ROOMS, T0 + (i % 48) * HOUR_MS * 0.25, ['quarter']).rank('terms', i, i < 10 ? 50 - i : 1);
    deltas.flush();
    const bounds = edges('1d', T0, T0 + DAY_MS, zone('Asia/Kolkata'));
    const plan = planBuckets(bounds, 'quarter', bounds);
    const buckets = new RollupBuckets(ALL_ROOMS, plan.bucketCount, unionOf([{ ranked: 'terms' }]));
    buckets.read({ rollups, zoneDays: new ZoneDays() }, plan);
    const [bucket = 0] = [0, 1].filter((each) => buckets.ranked(each, 'terms', 1).length > 0);
    expect(buckets.ranked(bucket, 'terms', 10).map(({ count }) => count)).toEqual(Array.from({ length: 10 }, (_, i) => 50 - i));
    expect(buckets.rankedBound(bucket, 'terms')).toBeGreaterThan(0);
    expect(buckets.rankedBound(bucket, 'terms')).toBeLessThanOrEqual(1 / CAPACITY);
  });
});
