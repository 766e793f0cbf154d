import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY_MS, HOUR_MS, QUARTER_MS } from '../rollup/levels.ts';
import { ceilToEdge, countBuckets, edges, floorToEdge } from './edges.ts';
import { dayLabel } from './labels.ts';
import { STEPS, type Step } from './steps.ts';
import { LATEST, offsetAt, type Zone, zoneOf } from './zone.ts';

const zone = (name: string): Zone => zoneOf(name) ?? expect.fail(`no zone ${name}`);
const at = (text: string): number => Date.parse(text);
const bounds = (step: Step, from: string, to: string, tz: string) =>
  Array.from(edges(step, at(from), at(to), zone(tz)), (edge) => new Date(edge).toISOString().slice(0, 16));
const lengths = (step: Step, from: string, to: string, tz: string) => {
  const found = edges(step, at(from), at(to), zone(tz));
  return Array.from(found.slice(1), (edge, index) => (edge - (found[index] ?? Number.NaN)) / HOUR_MS);
};

const NAMES = [
  ...['UTC', 'Asia/Kolkata', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'Pacific/Chatham', 'America/St_Johns', 'America/New_York'],
  ...['Pacific/Apia', 'Pacific/Kwajalein', 'America/Sao_Paulo', 'Asia/Beirut', 'America/Caracas', 'Antarctica/Troll', 'Africa/Casablanca'],
];
const YEAR_MS = 365 * DAY_MS;
const STEP_MS: Readonly<Record<Step, number>> = {
  ...{ '1s': 1000, '1m': 60_000, '5m': 300_000, '15m': QUARTER_MS },
  ...{ '1h': HOUR_MS, '1d': DAY_MS, '1w': 7 * DAY_MS, '1M': 31 * DAY_MS },
};

/** An instant of 1972 to 2037, half of them within half a day of a change of the clocks. */
const zoned = fc.constantFrom(...NAMES).chain((name) => {
  const changes = Array.from(zone(name).starts).filter((start) => start > 2 * YEAR_MS && start < 67 * YEAR_MS);
  const any = fc.integer({ min: 2 * YEAR_MS, max: 67 * YEAR_MS });
  const near = changes.map((t) => fc.integer({ min: t - DAY_MS / 2, max: t + DAY_MS / 2 }));
  return fc.record({ name: fc.constant(name), t: near.length === 0 ? any : fc.oneof(any, fc.oneof(...near)) });
});
const step = fc.constantFrom(...STEPS);

/** The definitions, quarter by quarter by a clock that Intl shows. */
class Reference {
  readonly #clock: Intl.DateTimeFormat;
  constructor(timeZone: string) {
    const digits = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' } as const;
    this.#clock = new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', ...digits });
  }

  local(t: number): number {
    const parts = new Map(this.#clock.formatToParts(t).map(({ type, value }) => [type, Number(value)]));
    const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? Number.NaN;
    return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute'));
  }

  /** Edges in [from, to): instants at which a later day, week or month shows than ever before. */
  dates(from: number, to: number, step: '1d' | '1w' | '1M'): number[] {
    const unit = (t: number) => {
      const day = Math.floor(this.local(t) / DAY_MS);
      const date = new Date(day * DAY_MS);
      return step === '1d' ? day : step === '1w' ? Math.floor((day + 3) / 7) : date.getUTCFullYear() * 12 + date.getUTCMonth();
    };
    const found: number[] = [];
    let latest = Math.max(unit(from - QUARTER_MS), unit(from - 8 * QUARTER_MS));
    for (let t = from; t < to; t += QUARTER_MS) {
      const shown = unit(t);
      if (shown > latest) found.push(t);
      latest = Math.max(latest, shown);
    }
    return found;
  }
}

describe('edges', () => {
  it('rise, cover the range and no bucket more, and there are as many as are counted', () => {
    fc.assert(
      fc.property(zoned, step, fc.double({ min: 0, max: 400, noNaN: true }), ({ name, t }, asked, buckets) => {
        const to = Math.min(LATEST, t + 1 + Math.floor(buckets * STEP_MS[asked]));
        const found = edges(asked, t, to, zone(name));
        expect(found.length).toBe(countBuckets(asked, t, to, zone(name)) + 1);
        expect(found[0]).toBeLessThanOrEqual(t);
        expect(found[1]).toBeGreaterThan(t);
        expect(found.at(-2)).toBeLessThan(to);
        expect(found.at(-1)).toBeGreaterThanOrEqual(to);
        expect(found.every((edge, index) => index === 0 || edge > (found[index - 1] ?? Number.NaN))).toBe(true);
        expect(found.every((edge) => edge % Math.min(STEP_MS[asked], QUARTER_MS) === 0)).toBe(true);
        expect(found[0]).toBe(floorToEdge(asked, t, zone(name)));
        expect(found.at(-1)).toBe(ceilToEdge(asked, to, zone(name)));
      }),
      { numRuns: 400 },
    );
  });

  it('are the same whatever range they are asked for', () => {
    fc.assert(
      fc.property(zoned, step, fc.integer({ min: 1, max: 40 }), fc.nat(1e6), ({ name, t }, asked, buckets, seed) => {
        const all = edges(asked, t, t + buckets * STEP_MS[asked], zone(name));
        const index = seed % (all.length - 1);
        const [from = 0, to = 0] = all.slice(index);
        expect([...edges(asked, from, to, zone(name))]).toEqual([from, to]);
        expect([...edges(asked, to - 1, to, zone(name))]).toEqual([from, to]);
        expect(ceilToEdge(asked, from, zone(name))).toBe(from);
      }),
    );
  });

  it.each(['1d', '1w', '1M'] as const)('of %s lie where a clock there first shows the next one', (asked) => {
    fc.assert(
      fc.property(zoned, ({ name, t }) => {
        const from = Math.floor(t / QUARTER_MS) * QUARTER_MS - DAY_MS;
        const to = from + 2 * DAY_MS;
        const found = edges(asked, from, to, zone(name)).filter((edge) => edge >= from && edge < to);
        expect([name, ...found]).toEqual([name, ...new Reference(name).dates(from, to, asked)]);
      }),
      { numRuns: 40 },
    );
  });

  it('give days of 23 and 25 hours', () => {
    expect(lengths('1d', '2025-03-08T05:00Z', '2025-03-11T00:00Z', 'America/New_York')).toEqual([24, 23, 24]);
    expect(lengths('1d', '2025-11-01T04:00Z', '2025-11-04T00:00Z', 'America/New_York')).toEqual([24, 25, 24]);
    expect(lengths('1d', '2025-04-05T12:00Z', '2025-04-07T00:00Z', 'Australia/Lord_Howe')).toEqual([24, 24.5, 24]);
  });

  it('of 1h are those of UTC in every zone', () => {
    expect(bounds('1h', '2025-01-01T00:10Z', '2025-01-01T01:00Z', 'Asia/Kolkata')).toEqual(['2025-01-01T00:00', '2025-01-01T01:00']);
    expect(lengths('1h', '2025-10-04T14:30Z', '2025-10-04T17:00Z', 'Australia/Lord_Howe')).toEqual([1, 1, 1]);
  });

  it('follow half and quarter hours', () => {
    expect(bounds('1d', '2025-01-01T00:00Z', '2025-01-01T01:00Z', 'Asia/Kathmandu')).toEqual(['2024-12-31T18:15', '2025-01-01T18:15']);
    expect(bounds('1d', '2025-01-01T00:00Z', '2025-01-01T01:00Z', 'Pacific/Chatham')).toEqual(['2024-12-31T10:15', '2025-01-01T10:15']);
  });

  it('begin a day at 01:00 where midnight is skipped', () => {
    expect(bounds('1d', '2017-10-15T12:00Z', '2017-10-15T13:00Z', 'America/Sao_Paulo')).toEqual(['2017-10-15T03:00', '2017-10-16T02:00']);
    expect(bounds('1d', '2025-03-30T12:00Z', '2025-03-30T13:00Z', 'Asia/Beirut')).toEqual(['2025-03-29T22:00', '2025-03-30T21:00']);
  });

  it('begin a day at the first of two midnights', () => {
    expect(bounds('1d', '1995-10-29T01:00Z', '1995-10-29T12:00Z', 'America/St_Johns')).toEqual([
      '1995-10-28T02:30',
      '1995-10-29T02:30',
      '1995-10-30T03:30',
    ]);
    expect(dayLabel(zone('America/St_Johns'), at('1995-10-29T03:00Z'))).toBe('1995-10-29');
  });

  it('have no bucket for a day that a zone left out', () => {
    expect(bounds('1d', '2011-12-29T12:00Z', '2011-12-31T12:00Z', 'Pacific/Apia')).toEqual(
      ['2011-12-29T10:00', '2011-12-30T10:00', '2011-12-31T10:00', '2012-01-01T10:00'].slice(0, 4),
    );
    expect(countBuckets('1d', at('2011-01-01T10:00Z'), at('2012-01-01T10:00Z'), zone('Pacific/Apia'))).toBe(365);
    expect(bounds('1w', '2011-12-30T12:00Z', '2011-12-31T12:00Z', 'Pacific/Apia')).toEqual(['2011-12-26T10:00', '2012-01-01T10:00']);
    expect(bounds('1d', '1993-08-20T13:00Z', '1993-08-21T13:00Z', 'Pacific/Kwajalein')).toEqual([
      '1993-08-20T12:00',
      '1993-08-21T12:00',
      '1993-08-22T12:00',
    ]);
  });

  it('of months and weeks go by the local calendar', () => {
    expect(bounds('1M', '2024-02-10T00:00Z', '2024-03-20T00:00Z', 'America/New_York')).toEqual([
      '2024-02-01T05:00',
      '2024-03-01T05:00',
      '2024-04-01T04:00',
    ]);
    expect(bounds('1w', '2005-01-02T00:00Z', '2005-01-03T00:00Z', 'UTC')).toEqual(['2004-12-27T00:00', '2005-01-03T00:00']);
  });

  it('are counted as fast for a hundred years as for a day', () => {
    expect(countBuckets('1s', 0, LATEST, zone('Asia/Tokyo'))).toBe(LATEST / 1000);
    expect(countBuckets('1h', 0, LATEST, zone('Asia/Tokyo'))).toBe(LATEST / HOUR_MS);
    expect(countBuckets('1M', 0, LATEST, zone('UTC'))).toBe(130 * 12);
    expect(offsetAt(zone('Asia/Tokyo'), 0)).toBe(9 * HOUR_MS);
  });
});
