import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { containerStart, DAY_MS, HOUR_MS, type Level, MAX_SLOTS, MINUTE_MS, QUARTER_MS, slotCount, slotStart } from '../rollup/levels.ts';
import { edges } from './edges.ts';
import { type BucketPlan, NO_BUCKET, planBuckets } from './plan.ts';
import type { Step } from './steps.ts';
import { type Zone, zoneOf } from './zone.ts';

const zone = (name: string): Zone => zoneOf(name) ?? expect.fail(`no zone ${name}`);
const at = (text: string): number => Date.parse(text);
const plan = (step: Step, from: string, to: string, tz = 'UTC') => planBuckets(edges(step, at(from), at(to), zone(tz)), 'quarter');
const runs = ({ runs }: BucketPlan) =>
  runs.map(({ level, first, last }) => [level, new Date(containerStart(level, first)).toISOString().slice(0, 10), last - first + 1]);

/** The bucket that counts each quarter or minute of the range. */
function counted({ edges: bounds, runs, slotBuckets, zoneDays }: BucketPlan, slotMs: number): Int32Array {
  const from = bounds[0] ?? 0;
  const found = new Int32Array(((bounds.at(-1) ?? 0) - from) / slotMs).fill(NO_BUCKET);
  zoneDays?.buckets.forEach((bucket, day) => {
    for (let t = zoneDays.edges[day] ?? 0; t < (zoneDays.edges[day + 1] ?? 0); t += slotMs)
      if (bucket !== NO_BUCKET) found[(t - from) / slotMs] = bucket;
  });
  for (const { level, first, last } of runs)
    for (let container = first; container <= last; container += 1) {
      const buckets = new Int32Array(MAX_SLOTS[level]);
      if (slotBuckets(level, container, buckets) !== buckets.some((bucket) => bucket !== NO_BUCKET)) expect.fail('wrongly called empty');
      buckets.forEach((bucket, slot) => {
        if (bucket === NO_BUCKET) return;
        if (slot >= slotCount(level, container)) expect.fail('beyond the container');
        for (let t = slotStart(level, container, slot); t < slotStart(level, container, slot + 1); t += slotMs) {
          if (found[(t - from) / slotMs] !== NO_BUCKET) expect.fail('outside the range, or counted twice');
          found[(t - from) / slotMs] = bucket;
        }
      });
    }
  return found;
}

function expected(bounds: Float64Array, slotMs: number): Int32Array {
  const from = bounds[0] ?? 0;
  const buckets = new Int32Array(((bounds.at(-1) ?? 0) - from) / slotMs);
  for (const [bucket, edge] of bounds.entries()) buckets.fill(bucket, (edge - from) / slotMs);
  return buckets;
}

describe('a plan', () => {
  it('counts every quarter of the range once, in its bucket', () => {
    const names = fc.constantFrom('UTC', 'Asia/Kolkata', 'America/New_York', 'Australia/Lord_Howe', 'Pacific/Apia', 'America/Sao_Paulo');
    const step = fc.constantFrom<Step>('15m', '1h', '1d', '1w', '1M');
    const from = fc.integer({ min: 0, max: at('2037-01-01T00:00Z') });
    fc.assert(
      fc.property(names, step, from, fc.integer({ min: 1, max: 70 * 24 }), (name, asked, start, hours) => {
        const bounds = edges(asked, start, start + hours * HOUR_MS, zone(name));
        expect(counted(planBuckets(bounds, 'quarter'), QUARTER_MS).join()).toBe(expected(bounds, QUARTER_MS).join());
      }),
      { numRuns: 80 },
    );
  });

  it('does so too where days of the zone are read as wholes, as far as they are over', () => {
    const names = fc.constantFrom('UTC', 'Asia/Kolkata', 'Europe/London', 'Australia/Lord_Howe', 'Pacific/Apia');
    const step = fc.constantFrom<Step>('1d', '1w', '1M');
    const from = fc.integer({ min: at('2010-01-01T00:00Z'), max: at('2014-01-01T00:00Z') });
    fc.assert(
      fc.property(names, step, from, fc.integer({ min: 1, max: 70 }), fc.nat(70), (name, asked, start, days, over) => {
        const bounds = edges(asked, start, start + days * DAY_MS, zone(name));
        const zoneEdges = edges('1d', bounds[0] ?? 0, start + over * DAY_MS + 1, zone(name));
        const made = planBuckets(bounds, 'quarter', zoneEdges);
        expect(counted(made, QUARTER_MS).join()).toBe(expected(bounds, QUARTER_MS).join());
        for (const [day, bucket] of made.zoneDays?.buckets.entries() ?? [])
          if (bucket !== NO_BUCKET) expect(zoneEdges[day + 1]).toBeDefined();
      }),
      { numRuns: 80 },
    );
    const india = zone('Asia/Kolkata');
    const bounds = edges('1d', at('2024-01-10T00:00Z'), at('2024-01-20T00:00Z'), india);
    expect(runs(planBuckets(bounds, 'quarter', bounds))).toEqual([]);
    expect(planBuckets(bounds, 'quarter', bounds.subarray(0, 9)).isMixed).toBe(false);
    const weeks = edges('1w', at('2024-01-10T00:00Z'), at('2024-01-20T00:00Z'), india);
    expect(planBuckets(weeks, 'quarter', edges('1d', weeks[0] ?? 0, weeks.at(-1) ?? 0, india)).isMixed).toBe(false);
    expect(planBuckets(weeks, 'quarter', bounds).isMixed).toBe(true);
  });

  it('counts every minute of the range once, in its bucket', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Step>('1m', '5m'),
        fc.integer({ min: 0, max: 2e12 }),
        fc.integer({ min: 1, max: 600 }),
        (asked, from, minutes) => {
          const bounds = edges(asked, from, from + minutes * MINUTE_MS, zone('UTC'));
          const made = planBuckets(bounds, 'minute');
          expect(made.runs.every(({ level }) => level === 'minute')).toBe(true);
          expect(counted(made, MINUTE_MS).join()).toBe(expected(bounds, MINUTE_MS).join());
        },
      ),
    );
  });

  it('reads whole days from months where it can, and only split days by quarters', () => {
    expect(runs(plan('1d', '2024-01-10T00:00Z', '2024-03-05T00:00Z'))).toEqual([['day', '2024-01-01', 3]]);
    expect(runs(plan('1M', '2024-01-01T05:00Z', '2024-03-01T05:00Z', 'America/New_York'))).toEqual([
      ['day', '2024-01-01', 2],
      ['quarter', '2024-01-01', 1],
      ['quarter', '2024-02-01', 1],
      ['quarter', '2024-03-01', 1],
    ]);
    expect(runs(plan('1d', '2024-01-10T00:00Z', '2024-01-12T00:00Z', 'Asia/Kolkata'))).toEqual([['quarter', '2024-01-09', 4]]);
    expect(runs(plan('1h', '2024-01-10T00:00Z', '2024-01-12T00:00Z'))).toEqual([['quarter', '2024-01-10', 2]]);
  });

  it('says whether a bucket is read at both levels', () => {
    const isMixed = (...asked: Parameters<typeof plan>) => plan(...asked).isMixed;
    expect(isMixed('1d', '2024-01-10T00:00Z', '2024-03-05T00:00Z')).toBe(false);
    expect(isMixed('1d', '2024-01-10T00:00Z', '2024-03-05T00:00Z', 'Asia/Kolkata')).toBe(false);
    expect(isMixed('1w', '2024-01-10T00:00Z', '2024-03-05T00:00Z')).toBe(false);
    expect(isMixed('1w', '2024-01-10T00:00Z', '2024-03-05T00:00Z', 'Asia/Kolkata')).toBe(true);
    // The day of 25 hours at the end of summer time.
    expect(isMixed('1d', '2024-10-26T00:00Z', '2024-10-30T00:00Z', 'Europe/London')).toBe(true);
  });

  it('says that a container has nothing to count', () => {
    const daily = plan('1d', '2024-01-10T00:00Z', '2024-01-12T00:00Z');
    const nothing = (level: Level, container: number) => {
      const into = new Int32Array(MAX_SLOTS[level]).fill(7);
      return !daily.slotBuckets(level, container, into) && into.every((bucket) => bucket === NO_BUCKET);
    };
    expect(nothing('quarter', at('2024-01-10T00:00Z') / DAY_MS)).toBe(true);
    expect(nothing('quarter', at('2024-01-20T00:00Z') / DAY_MS)).toBe(true);
    expect(nothing('minute', at('2024-01-10T00:00Z') / HOUR_MS)).toBe(true);
    expect(nothing('day', 54 * 12 + 1)).toBe(true);
    expect(nothing('day', 54 * 12)).toBe(false);
  });

  it('knows the bucket of any interval', () => {
    const into = new Int32Array(6);
    plan('1d', '2024-01-10T00:00Z', '2024-01-12T00:00Z').intervalBuckets(at('2024-01-09T12:00Z'), DAY_MS / 2, into);
    expect([...into]).toEqual([NO_BUCKET, 0, 0, 1, 1, NO_BUCKET]);
  });

  it('refuses edges off its grid: a bug', () => {
    expect(() => planBuckets(Float64Array.of(0, MINUTE_MS), 'quarter')).toThrow(RangeError);
  });
});
