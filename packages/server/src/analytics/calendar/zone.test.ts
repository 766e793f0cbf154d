import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY_MS, QUARTER_MS } from '../rollup/levels.ts';
import { EARLIEST, LATEST, offsetAt, type Zone, zoneOf } from './zone.ts';
import { spellZone } from './zone-names.ts';

const zone = (name: string): Zone => zoneOf(name) ?? expect.fail(`no zone ${name}`);
const TRICKY = [
  'America/St_Johns',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Africa/Casablanca',
  'America/Recife',
  'Asia/Gaza',
  'Asia/Kathmandu',
];

/** Read from the fields that a clock there would show. */
function referenceOffset(format: Intl.DateTimeFormat, t: number): number {
  const part = (type: string) => Number(format.formatToParts(t).find((each) => each.type === type)?.value);
  return Date.UTC(part('year'), part('month') - 1, part('day'), part('hour'), part('minute')) - t;
}

function clockOf(timeZone: string): Intl.DateTimeFormat {
  const digits = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' } as const;
  return new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', ...digits });
}

describe('zone names', () => {
  it.each([
    'UTC',
    'utc',
    'Asia/Kolkata',
    'Asia/Calcutta',
    'asia/kolkata',
    'US/Eastern',
    'Etc/GMT+5',
    'EST5EDT',
    'GMT',
    'America/Port-au-Prince',
  ])('%s is one', (name) => {
    expect(spellZone(name)?.toLowerCase()).toBe(name.toLowerCase());
  });

  it.each([
    '',
    'Z',
    'IST',
    'pst',
    '+05:30',
    'GMT+5',
    'Mars/Olympus',
    'Europe/Berlin ',
    'Europe/Berlin\0',
    'x'.repeat(1e6),
    '__proto__',
    'Etc/Unknown',
  ])('%j is none', (name) => {
    expect(spellZone(name)).toBeUndefined();
    expect(zoneOf(name)).toBeUndefined();
  });

  it.each([
    ...([
      'UTC',
      'Asia/Kolkata',
      'Asia/Calcutta',
      'Asia/Ho_Chi_Minh',
      'US/Eastern',
      'America/Knox_IN',
      'Etc/GMT+5',
      'EST5EDT',
      'GB',
    ] as const),
    ...(['America/Port-au-Prince', 'America/Port_of_Spain', 'Africa/Dar_es_Salaam', 'Antarctica/McMurdo', 'Australia/ACT'] as const),
  ])('%s is spelled so, however it was written', (name) => {
    for (const written of [name, name.toLowerCase(), name.toUpperCase()]) expect(spellZone(written)).toBe(name);
  });

  it('that Intl lists is spelled as there', () => {
    const names = Intl.supportedValuesOf('timeZone');
    expect(names.map((name) => spellZone(name.toLowerCase()))).toEqual(names);
  });
});

describe('a zone', () => {
  it('is read once, whatever the case of its letters', () => {
    expect(zoneOf('Europe/Berlin')).toBe(zoneOf('EUROPE/berlin'));
  });

  it('of UTC has one offset, none', () => {
    expect(zone('UTC')).toEqual({ starts: Float64Array.of(Number.NEGATIVE_INFINITY), offsets: Float64Array.of(0) });
  });

  it('is ahead of UTC as its clocks are, at every quarter around a change and at any other', () => {
    const names = [...TRICKY, ...fc.sample(fc.constantFrom(...Intl.supportedValuesOf('timeZone')), { numRuns: 4, seed: 7 })];
    const after1972 = (t: number) => t >= 2 * 366 * DAY_MS;
    const any = fc.integer({ min: (2 * 366 * DAY_MS) / QUARTER_MS, max: LATEST / QUARTER_MS }).map((quarter) => quarter * QUARTER_MS);
    for (const name of names) {
      const clock = clockOf(name);
      const around = [...zone(name).starts].flatMap((start) => [start - QUARTER_MS, start]).filter(after1972);
      const instant = around.length === 0 ? any : fc.oneof(any, fc.constantFrom(...around));
      fc.assert(
        fc.property(instant, (t) => {
          expect([name, t, offsetAt(zone(name), t)]).toEqual([name, t, referenceOffset(clock, t)]);
        }),
        { numRuns: 30 },
      );
    }
  });

  it('has changes in the order of time, quarters of an hour all, each to another offset', () => {
    for (const name of [...TRICKY, 'Pacific/Kiritimati', 'Africa/Monrovia']) {
      const { starts, offsets } = zone(name);
      starts.slice(1).forEach((start, index) => {
        expect(start).toBeGreaterThan(starts[index] ?? Number.NaN);
        expect(start % QUARTER_MS).toBe(0);
        expect(offsets[index + 1]).not.toBe(offsets[index]);
      });
      expect(offsets.every((offset) => offset % QUARTER_MS === 0)).toBe(true);
    }
  });

  it('has changes that are taken back within a week', () => {
    const hours = (text: string) => offsetAt(zone('America/Recife'), Date.parse(text)) / 3_600_000;
    expect([hours('2000-10-07T12:00Z'), hours('2000-10-09T12:00Z'), hours('2000-10-15T12:00Z')]).toEqual([-3, -2, -3]);
  });

  it('changes within a quarter from the next quarter on', () => {
    const change = Date.UTC(1995, 3, 2, 3, 31);
    expect(offsetAt(zone('America/St_Johns'), change + 13 * 60_000)).toBe(-3.5 * 3_600_000);
    expect(offsetAt(zone('America/St_Johns'), change + 14 * 60_000)).toBe(-2.5 * 3_600_000);
  });

  it('keeps its offset before and after the years that can be asked about', () => {
    expect(offsetAt(zone('Asia/Tokyo'), EARLIEST - 6e13)).toBe(9 * 3_600_000);
    expect(offsetAt(zone('Asia/Tokyo'), LATEST + 6e13)).toBe(9 * 3_600_000);
  });
});
