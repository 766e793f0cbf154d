import { describe, expect, it } from 'vitest';
import { csvTable } from './csv.ts';
import { tableOf } from './tables.ts';

describe('CSV', () => {
  it('ASK-2 has a column for each part of an object or list, and empty cells where a row has none', () => {
    const rows = [
      { t: 'a', sessions: { count: 2, p50: 1.5 }, top: [{ key: 'x', count: 1 }] },
      { t: 'b', dropped: { too_big: 3 }, ratio: null, partial: true },
    ];
    expect(csvTable(rows, ['t']).split('\r\n')).toEqual([
      't,sessions.count,sessions.p50,top.1.key,top.1.count,dropped.too_big,partial',
      'a,2,1.5,x,1,,',
      'b,,,,,3,true',
      '',
    ]);
  });

  it('ASK-2 quotes as RFC 4180 says', () => {
    expect(csvTable([{ a: 'x,y', b: 'say "hi"', c: 'two\nlines' }], [])).toBe('a,b,c\r\n"x,y","say ""hi""","two\nlines"\r\n');
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '＝1'])('ASK-2 makes no formula of %j', (text) => {
    const cell = csvTable([{ a: text }], []).split('\r\n')[1] ?? '';
    expect(cell.replace(/^"/, '')).toMatch(/^'/);
  });

  it('ASK-2 leaves numbers alone, also those below zero', () => {
    expect(csvTable([{ adjusted: -2 }], [])).toBe('adjusted\r\n-2\r\n');
  });

  it('ASK-2 has its line of names when there is nothing to tell', () => {
    expect(tableOf('top', { items: [] })).toBe('key,count\r\n');
    const weeks = { from: '2026-03-02T00:00:00.000Z', to: '2026-03-16T00:00:00.000Z' };
    expect(tableOf('retention', { ...weeks, cohorts: [] })).toBe('week,size,retained.1,retained.2\r\n');
  });

  it('ASK-2 has the columns that were asked for, whatever there is to tell', () => {
    const names = (bucket: object) => tableOf('series', { buckets: [{ t: 'a', ...bucket }] }).split('\r\n')[0];
    const quiet = { participation: null, responseTime: { count: 0, p50: 0, p95: 0 }, dropped: null, topTerms: [] };
    const busy = {
      participation: 0.5,
      responseTime: { count: 1, p50: 2, p95: 2 },
      dropped: { internal: 1 },
      topTerms: [{ key: 'x', count: 1 }],
      ...{ adjusted: -1, approx: { responseTime: 0.01, topTerms: 0.0001 }, partial: true },
    };
    expect(names(quiet)).toBe(names(busy));
    expect(names(quiet)).toMatch(/^t,participation,responseTime\.count,.*,adjusted,approx\.responseTime,approx\.topTerms,partial$/);
  });
});
