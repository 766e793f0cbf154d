import { describe, expect, it } from 'vitest';
import { dayOf, edges, isoWeekOf, localTime, mondayOf, type Step, weekdayOf } from './calendar.ts';

const edgesOf = (from: string, to: string, step: Step, tz: string) =>
  edges(Date.parse(from), Date.parse(to), step, tz).map((at) => new Date(at).toISOString().replace(':00.000Z', 'Z'));

describe('the calendar of the oracle', () => {
  it('floors and ceils fixed steps in UTC, whatever the zone', () => {
    expect(edgesOf('2005-01-01T00:07:30Z', '2005-01-01T00:30:00Z', '15m', 'Asia/Kathmandu')).toEqual([
      '2005-01-01T00:00Z',
      '2005-01-01T00:15Z',
      '2005-01-01T00:30Z',
    ]);
  });

  it('has a day of 23 hours in spring and one of 25 in autumn', () => {
    expect(edgesOf('2005-03-26T12:00Z', '2005-03-28T00:00Z', '1d', 'Europe/Berlin')).toEqual([
      '2005-03-25T23:00Z',
      '2005-03-26T23:00Z',
      '2005-03-27T22:00Z',
      '2005-03-28T22:00Z',
    ]);
    expect(edgesOf('2005-10-29T22:00Z', '2005-10-30T23:00Z', '1d', 'Europe/Berlin')).toEqual(['2005-10-29T22:00Z', '2005-10-30T23:00Z']);
  });

  it('begins a day without a midnight with its first hour', () => {
    // São Paulo, 21 October 2012: 23:59:59 −3 was followed by 01:00 −2.
    expect(edgesOf('2012-10-21T03:00Z', '2012-10-22T02:00Z', '1d', 'America/Sao_Paulo')).toEqual([
      '2012-10-21T03:00Z',
      '2012-10-22T02:00Z',
    ]);
  });

  it('begins a day with two midnights at the first, and leaves out one that never was', () => {
    // St John's, 1 November 2009: 00:01 −2:30 was followed by 23:01 −3:30 of the day before.
    expect(edgesOf('2009-11-01T02:30Z', '2009-11-01T04:00Z', '1d', 'America/St_Johns')).toEqual(['2009-11-01T02:30Z', '2009-11-02T03:30Z']);
    expect(dayOf(Date.parse('2009-11-01T02:45Z'), 'America/St_Johns')).toBe('2009-11-01');
    expect(localTime(Date.parse('2009-11-01T02:45Z'), 'America/St_Johns')).toEqual({ date: '2009-10-31', hour: 23 });
    // Apia had no 30 December 2011.
    expect(edgesOf('2011-12-29T10:00Z', '2011-12-31T10:00Z', '1d', 'Pacific/Apia')).toEqual([
      '2011-12-29T10:00Z',
      '2011-12-30T10:00Z',
      '2011-12-31T10:00Z',
    ]);
  });

  it('begins weeks on Monday and months on the first', () => {
    expect(edgesOf('2005-01-01T00:00Z', '2005-01-03T00:00Z', '1w', 'UTC')).toEqual(['2004-12-27T00:00Z', '2005-01-03T00:00Z']);
    expect(edgesOf('2005-03-01T00:00Z', '2005-04-01T00:00Z', '1M', 'America/New_York')).toEqual([
      '2005-02-01T05:00Z',
      '2005-03-01T05:00Z',
      '2005-04-01T05:00Z',
    ]);
    expect(mondayOf('2005-01-02')).toBe('2004-12-27');
    expect([weekdayOf('2005-01-03'), weekdayOf('2005-01-02')]).toEqual([1, 7]);
  });

  it('numbers weeks by the first Thursday', () => {
    expect(['2005-01-01', '2005-01-03', '2008-12-29', '2010-01-03', '2012-12-31'].map(isoWeekOf)).toEqual([
      '2004-W53',
      '2005-W01',
      '2009-W01',
      '2009-W53',
      '2013-W01',
    ]);
  });

  it('has no bucket in an empty range on an edge', () => {
    expect(edgesOf('2005-01-03T00:00Z', '2005-01-03T00:00Z', '1d', 'UTC')).toEqual(['2005-01-03T00:00Z']);
  });
});
