import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY_MS, QUARTER_MS } from '../rollup/levels.ts';
import { dayLabel, weekLabel } from './labels.ts';
import { weekCells } from './week-cells.ts';
import { type Zone, zoneOf } from './zone.ts';

const zone = (name: string): Zone => zoneOf(name) ?? expect.fail(`no zone ${name}`);
const WEEKDAYS = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];

describe('labels', () => {
  it.each([
    ['2005-01-03T00:00Z', 'UTC', '2005-01-03', '2005-W01'],
    ['2005-01-02T23:59Z', 'UTC', '2005-01-02', '2004-W53'],
    ['2005-01-02T18:30Z', 'Asia/Kolkata', '2005-01-03', '2005-W01'],
    ['2008-12-29T05:00Z', 'America/New_York', '2008-12-29', '2009-W01'],
    ['2010-01-03T12:00Z', 'UTC', '2010-01-03', '2009-W53'],
    ['2011-12-30T10:00Z', 'Pacific/Apia', '2011-12-31', '2011-W52'],
    ['1970-01-01T00:00Z', 'America/New_York', '1969-12-31', '1970-W01'],
  ])('%s in %s is %s, %s', (time, name, day, week) => {
    expect([dayLabel(zone(name), Date.parse(time)), weekLabel(zone(name), Date.parse(time))]).toEqual([day, week]);
  });
});

describe('cells of the week', () => {
  it('are the weekday and hour that a clock there shows', () => {
    const names = ['UTC', 'Asia/Kolkata', 'America/New_York', 'Australia/Lord_Howe', 'Pacific/Chatham', 'Pacific/Apia'];
    const zoned = fc.constantFrom(...names).chain((name) => {
      const changes = Array.from(zone(name).starts.slice(1), (start) => Math.floor(start / DAY_MS)).filter(
        (day) => day > 730 && day < 24_800,
      );
      const any = fc.integer({ min: 730, max: 24_800 });
      return fc.record({ name: fc.constant(name), day: changes.length === 0 ? any : fc.oneof(any, fc.constantFrom(...changes)) });
    });
    fc.assert(
      fc.property(zoned, ({ name, day }) => {
        const clock = new Intl.DateTimeFormat('en-US', { timeZone: name, weekday: 'short', hour: 'numeric', hourCycle: 'h23' });
        const expected = Array.from({ length: 96 }, (_, quarter) => {
          const parts = clock.formatToParts(day * DAY_MS + quarter * QUARTER_MS);
          const part = (type: string) => parts.find((each) => each.type === type)?.value ?? '';
          return WEEKDAYS.indexOf(part('weekday')) * 24 + Number(part('hour'));
        });
        const cells = new Uint8Array(96);
        weekCells(zone(name), day, cells);
        expect([...cells]).toEqual(expected);
      }),
      { numRuns: 60 },
    );
  });

  it('are known before 1970 too', () => {
    const cells = new Uint8Array(96);
    weekCells(zone('UTC'), -1, cells);
    expect([cells[0], cells[95]]).toEqual([48, 71]);
  });
});
