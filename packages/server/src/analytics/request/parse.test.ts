import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyText } from '../../../../../test/kit/any-text.ts';
import { ceilToEdge, countBuckets, floorToEdge } from '../calendar/edges.ts';
import { isFiner, STEPS } from '../calendar/steps.ts';
import { type Zone, zoneOf } from '../calendar/zone.ts';
import { SERIES_MEASURES } from '../catalogue/ids.ts';
import type { RawQuery } from './fields.ts';
import { QUERY_LIMITS } from './limits.ts';
import {
  parseActive,
  parseHeatmap,
  parseMoments,
  parsePlain,
  parseRecount,
  parseRetention,
  parseSeries,
  parseSummary,
  parseTop,
} from './parse.ts';
import { type Parsed, sentenceOf } from './problem.ts';

const NOW = Date.parse('2026-03-15T12:34:56.789Z');
const context = { now: NOW, limits: QUERY_LIMITS };
const zone = (name: string): Zone => zoneOf(name) ?? expect.fail(`no zone ${name}`);
const at = (text: string): number => Date.parse(text);
const ago = (ms: number): string => new Date(NOW - ms).toISOString();
const DAY = 86_400_000;

type Parse = (query: RawQuery, given: typeof context) => Parsed<object>;
const PARSERS: Readonly<Record<string, Parse>> = {
  ...{ parsePlain, parseSeries, parseSummary, parseTop, parseHeatmap, parseMoments, parseActive, parseRetention, parseRecount },
};

function value<T>(result: Parsed<T>): T {
  return result.kind === 'parsed' ? result.value : expect.fail(sentenceOf(result.problem));
}
/** The parameter that is named, and what is allowed. */
function problem(result: Parsed<object>): readonly [parameter: string, message: string, allowed: string] {
  if (result.kind === 'parsed') return expect.fail(`taken: ${JSON.stringify(result.value)}`);
  return [result.problem.parameter, result.problem.message, result.problem.allowed];
}
const series = (query: RawQuery) => value(parseSeries(query, context));
const refusedSeries = (query: RawQuery) => problem(parseSeries(query, context));

describe('what is left out', () => {
  it('is the last 24 hours of all rooms in UTC, in at most 300 buckets', () => {
    expect(series({})).toEqual({
      measures: ['messages', 'activeUsers'],
      room: undefined,
      from: at('2026-03-14T12:35Z'),
      to: at('2026-03-15T12:35Z'),
      step: '5m',
      tz: 'UTC',
      format: undefined,
    });
  });

  it.each([
    [60 * 1000, 'messages', '1s'],
    [60 * 1000, 'presentUsers', '1m'],
    [4 * 3_600_000, 'messages', '1m'],
    [3 * DAY, 'messages', '15m'],
    [12 * DAY, 'messages', '1h'],
    [31 * DAY, 'messages', '1d'],
    [3 * 365 * DAY, 'messages', '1w'],
    [14 * 365 * DAY, 'messages', '1M'],
    [56 * 365 * DAY, 'messages', '1M'],
    [DAY, 'topUsers', '1h'],
    [29.9 * DAY, 'topUsers', '1d'],
    [31 * DAY, 'messages,topTerms', '1d'],
  ])('is a step that suits %d ms of %s: %s', (ms, measures, step) => {
    expect(series({ from: ago(ms), measures }).step).toBe(step);
  });

  it('is, for the others, a stretch that suits them', () => {
    const days = ({ from, to }: { from: number; to: number }) => (to - from) / DAY;
    expect(value(parseTop({}, context))).toMatchObject({
      what: 'users',
      limit: 10,
      from: at('2026-03-14T12:45Z'),
      to: at('2026-03-15T12:45Z'),
    });
    expect(days(value(parseSummary({}, context)))).toBe(1);
    expect(days(value(parseRecount({}, context)))).toBe(1);
    expect(days(value(parseActive({}, context)))).toBe(28);
    expect(days(value(parseRetention({}, context)))).toBe(84);
    expect(days(value(parseHeatmap({}, context)))).toBe(28);
    expect(days(value(parseMoments({}, context)))).toBe(7);
    expect(value(parseRecount({}, context))).toMatchObject({ repair: false });
    expect(value(parsePlain({}))).toEqual({ format: undefined });
  });

  it.each([
    ['1s', 900],
    ['1m', 1440],
    ['15m', 96],
    ['1h', 24],
    ['1d', 2],
  ] as const)('is as much as buckets of %s go back, a day at most: %d of them', (step, count) => {
    const { from, to } = series({ step });
    expect(countBuckets(step, from, to, zone('UTC'))).toBe(count);
    expect(to).toBe(ceilToEdge(step, NOW, zone('UTC')));
  });

  it('is the 24 hours before "to" when only that is given', () => {
    expect(series({ to: '2026-03-01T00:00:00Z', step: '1h' })).toMatchObject({
      from: at('2026-02-28T00:00Z'),
      to: at('2026-03-01T00:00Z'),
    });
  });
});

describe('times', () => {
  it.each([
    ['2026-03-10T00:00:00Z', '2026-03-10T00:00:00Z'],
    ['2026-03-10T00:00Z', '2026-03-10T00:00:00Z'],
    ['2026-03-10T05:30:00+05:30', '2026-03-10T00:00:00Z'],
    ['2026-03-10T05:30:00 05:30', '2026-03-10T00:00:00Z'],
    ['2026-03-09T19:00:00.0009-0500', '2026-03-10T00:00:00Z'],
    ['2026-03-10', '2026-03-10T00:00:00Z'],
  ])('%s is %s', (text, meant) => {
    expect(value(parseMoments({ from: text }, context)).from).toBe(at(meant));
  });

  it('that are dates are meant by the calendar of the zone, also where it skipped midnight', () => {
    expect(series({ from: '2026-03-08', to: '2026-03-09', tz: 'America/New_York', step: '1d' })).toMatchObject({
      from: at('2026-03-08T05:00Z'),
      to: at('2026-03-09T04:00Z'),
    });
    expect(series({ from: '2017-10-15', to: '2017-10-16', tz: 'America/Sao_Paulo', step: '1h' }).from).toBe(at('2017-10-15T03:00Z'));
  });

  it.each([
    ['yesterday', /is no time\.$/],
    ['2026-02-30', /is no time\.$/],
    ['2026-13-01', /is no time\.$/],
    ['2026-03-10T24:00:00Z', /is no time\.$/],
    ['2026-03-10T10:00:60Z', /is no time\.$/],
    ['2026-03-10T10:00:00+24:00', /is no time\.$/],
    ['2026-03-10T10:00:00', /without an offset: add Z/],
    ['1741600000000', /as milliseconds it would be 2025-03-10T09:46:40\.000Z/],
    ['-1', /is no time\.$/],
    ['0001-01-01', /too far away/],
    ['0026-03-10T00:00:00Z', /too far away/],
    ['1969-01-01T00:00:00Z', /too far away/],
    ['9999-12-31T23:59:59Z', /too far away/],
    ['2101-01-01', /too far away/],
    ['+275760-09-13', /is no time\.$/],
    ['2026-03-10\u202e', /is no time\.$/],
  ])('%j is none that can be asked for', (text, why) => {
    for (const name of ['from', 'to']) {
      const [parameter, message, allowed] = refusedSeries({ [name]: text });
      expect([parameter, allowed]).toEqual([name, expect.stringMatching(/ISO 8601.*1970 to 2099/)]);
      expect(message).toMatch(why);
    }
  });

  it('reach from the first to the last local day', () => {
    expect(series({ from: '1970-01-01', to: '2100-01-01', tz: 'Asia/Kolkata', step: '1M' }).from).toBe(at('1969-12-31T18:30Z'));
    expect(series({ from: '1970-01-01', to: '2100-01-01', tz: 'America/New_York', step: '1M' }).to).toBe(at('2100-01-01T05:00Z'));
  });

  it('that are reversed or equal are refused', () => {
    expect(refusedSeries({ from: '2026-03-02', to: '2026-03-01' })[0]).toBe('from');
    expect(refusedSeries({ from: '2026-03-02', to: '2026-03-02' })).toEqual([
      'from',
      expect.stringContaining('not before "to"'),
      expect.stringContaining('a time before "to"'),
    ]);
    expect(refusedSeries({ from: '2026-03-16' })).toEqual([
      'from',
      expect.stringContaining('now'),
      expect.stringContaining('a time before "to"'),
    ]);
    expect(refusedSeries({ to: '1969-12-31' })[0]).toBe('to');
  });

  it('are floored and ceiled to edges', () => {
    const week = series({ from: '2026-03-11T10:00:00Z', to: '2026-03-12T10:00:00Z', step: '1w' });
    expect([week.from, week.to]).toEqual([at('2026-03-09T00:00Z'), at('2026-03-16T00:00Z')]);
    const summary = value(parseSummary({ from: '2026-03-11T10:01:00Z', to: '2026-03-11T11:01:00Z' }, context));
    expect(summary).toMatchObject({ from: at('2026-03-11T10:00Z'), to: at('2026-03-11T11:15Z') });
    expect(summary.previous).toEqual({ from: at('2026-03-11T08:45Z'), to: at('2026-03-11T10:00Z') });
  });
});

describe('a step', () => {
  it.each(['', '7m', '1S', '60', '1h ', 'toString'])('%j is refused', (step) => {
    expect(refusedSeries({ step })[0]).toBe('step');
  });

  it('is refused when it is too fine for the age, with the finest allowed first', () => {
    expect(refusedSeries({ from: ago(31 * DAY), step: '1m' })).toEqual([
      'step',
      'The step 1m goes back 30 days, and "from" is older.',
      '1h, 1d, 1w, 1M',
    ]);
    expect(refusedSeries({ from: ago(16 * 60_000), step: '1s' }).slice(1)).toEqual([
      'The step 1s goes back 15 minutes, and "from" is older.',
      '1m, 5m, 15m, 1h, 1d, 1w, 1M',
    ]);
    expect(refusedSeries({ from: ago(31 * DAY), to: ago(30 * DAY), measures: 'messages,topUsers', step: '1h' }).slice(1)).toEqual([
      'The step 1h of topUsers goes back 30 days, and "from" is older.',
      '1d, 1w, 1M',
    ]);
  });

  it.each([
    { from: '2023-05-01', step: '1s' },
    { from: '1990-01-01', step: '1s' },
    { from: '2023-05-01', step: '1s', measures: 'presentUsers' },
  ])('that is refused is offered those alone that are accepted for the same range: %j', (query) => {
    const offered = refusedSeries(query)[2]?.split(', ') ?? [];
    expect(offered).toContain('1M');
    for (const step of offered) expect(series({ ...query, step }).step).toBe(step);
  });

  it('may be as fine as its age allows, and a moment longer', () => {
    expect(series({ from: ago(15 * 60_000 + 2000), step: '1s' }).step).toBe('1s');
    expect(series({ from: ago(30 * DAY + 2000), to: ago(29 * DAY), step: '1m' }).step).toBe('1m');
    expect(refusedSeries({ from: ago(15 * 60_000 + 6000), step: '1s' })[0]).toBe('step');
  });

  it('is refused when it is too fine for a measure, which is named', () => {
    expect(refusedSeries({ from: ago(60_000), measures: 'messages,presentUsers', step: '1s' })).toEqual([
      'step',
      'The step 1s is too fine for presentUsers.',
      '1m, 5m, 15m, 1h, 1d, 1w, 1M',
    ]);
    expect(refusedSeries({ measures: 'topTerms', step: '15m' })[2]).toBe('1h, 1d, 1w, 1M');
  });

  it('is refused when it gives more than 2,000 buckets, with those that do not', () => {
    expect(refusedSeries({ from: '2025-01-01', to: '2026-01-01', step: '15m' })).toEqual([
      'step',
      'The step 15m gives 35,040 buckets, more than 2,000.',
      '1d, 1w, 1M, or a shorter range',
    ]);
    expect(series({ from: '2025-01-01T00:00:00Z', to: '2025-03-25T08:00:00Z', step: '1h' }).step).toBe('1h');
    expect(refusedSeries({ from: '2025-01-01T00:00:00Z', to: '2025-03-25T08:00:01Z', step: '1h' })[1]).toContain('2,001');
  });

  it('is refused when it gives more than 366 buckets of a ranked measure', () => {
    expect(series({ from: '2024-01-01', to: '2025-01-01', step: '1d', measures: 'topEmoji' }).step).toBe('1d');
    expect(refusedSeries({ from: '2024-01-01', to: '2025-01-02', step: '1d', measures: 'topEmoji,messages' })[2]).toBe(
      '1w, 1M, or a shorter range',
    );
    expect(refusedSeries({ from: '1990-01-01', measures: 'topEmoji' })).toEqual([
      'from',
      expect.stringContaining('too long'),
      'at most 366 buckets, of 1M each at the longest',
    ]);
    expect(refusedSeries({ from: '1990-01-01', measures: 'topEmoji', step: '1M' })[2]).toBe('a shorter range');
  });
});

describe('other parameters', () => {
  it.each([
    ['measures', 'messages,', 'There is no measure "".'],
    ['measures', 'messages,nonsense', 'There is no measure "nonsense".'],
    ['measures', 'dau', 'The measure dau is in no series: ask /api/analytics/active.'],
    ['measures', 'rate', 'The measure rate is in no series: ask /api/analytics.'],
    ['measures', 'constructor', 'There is no measure "constructor".'],
    ['room', 'no room', 'There is no room "no room".'],
    ['room', 'x'.repeat(65), `There is no room "${'x'.repeat(40)}…".`],
    ['room', 'dm:alice', 'There is no room "dm:alice".'],
    ['tz', 'Mars/Olympus', 'The query parameter "tz" is "Mars/Olympus", which is no time zone.'],
    ['tz', '+05:30', 'The query parameter "tz" is "+05:30", which is no time zone.'],
    ['format', 'xml', 'The query parameter "format" is "xml".'],
    ['from', '', 'The query parameter "from" is empty.'],
    ['limit', '10', 'There is no query parameter "limit" here.'],
    ['__proto__', 'x', 'There is no query parameter "__proto__" here.'],
  ])('%s=%s is refused', (name, text, message) => {
    expect(refusedSeries(Object.fromEntries([[name, text]]))).toEqual([name, message, expect.any(String)]);
  });

  it.each(['1e9', '0', '-1', '101', '1.5', '010', ' 5', '1000000000', 'NaN', '٣'])('limit=%s is refused', (limit) => {
    expect(problem(parseTop({ limit }, context))).toEqual(['limit', expect.any(String), 'a whole number from 1 to 100']);
  });

  it('may be what is allowed', () => {
    expect(series({ measures: 'sessions,messages,sessions', room: '#ubuntu', tz: 'asia/kolkata', format: 'csv' })).toMatchObject({
      measures: ['sessions', 'messages'],
      room: '#ubuntu',
      tz: 'Asia/Kolkata',
      format: 'csv',
    });
    expect(value(parseTop({ what: 'emoji', limit: '100' }, context))).toMatchObject({ what: 'emoji', limit: 100 });
    expect(value(parseRecount({ repair: 'true', room: 'a' }, context))).toMatchObject({ repair: true, room: 'a' });
    expect(value(parsePlain({ format: 'json' }))).toEqual({ format: 'json' });
  });

  it('are refused when they stand twice, or are what they cannot be', () => {
    expect(refusedSeries({ from: ['2026-03-01', '2026-03-02'] })).toEqual([
      'from',
      expect.stringContaining('more than once'),
      '"from" once',
    ]);
    expect(problem(parseTop({ what: 'words' }, context))).toEqual(['what', expect.any(String), 'users, rooms, terms, emoji']);
    expect(problem(parseRecount({ repair: 'yes' }, context))).toEqual(['repair', expect.any(String), 'true, false']);
    expect(problem(parseRecount({ tz: 'UTC' }, context))[0]).toBe('tz');
    expect(problem(parsePlain({ room: 'a' }))[0]).toBe('room');
  });
});

describe('bounded stretches', () => {
  it('are 400 local days of active', () => {
    const tz = 'America/New_York';
    expect(countBuckets('1d', ...ends(value(parseActive({ from: '2025-01-01', to: '2026-02-05', tz }, context))), zone(tz))).toBe(400);
    expect(problem(parseActive({ from: '2025-01-01', to: '2026-02-06', tz }, context))).toEqual([
      'from',
      'From "from" to "to" are 401 days.',
      'at most 400 days',
    ]);
  });

  it('are 1,044 weeks of retention', () => {
    expect(problem(parseRetention({ from: '2000-01-01' }, context))[2]).toBe('at most 1044 weeks');
    expect(value(parseRetention({ from: '2007-01-01' }, context)).from).toBe(at('2007-01-01'));
  });

  it('are not needed for a single value: all years may be summed up', () => {
    for (const parse of [parseSummary, parseTop, parseHeatmap, parseMoments])
      expect(value(parse({ from: '1970-01-01' }, context)).from).toBe(0);
  });
});

describe('any query', () => {
  const text = fc.oneof(
    fc.constantFrom('1s', '1h', '1M', '2026-03-01', '2025-01-01T00:00:00Z', '2004-12-25', 'UTC', 'Asia/Kolkata', 'messages', '5', 'users'),
    fc.constantFrom(...SERIES_MEASURES),
    anyText(),
  );
  const names = fc.constantFrom('measures', 'room', 'from', 'to', 'step', 'tz', 'what', 'limit', 'format', 'repair', 'x');
  const query = fc.dictionary(
    fc.oneof({ weight: 20, arbitrary: names }, { weight: 1, arbitrary: fc.string() }),
    fc.oneof(text, fc.array(text)),
  );

  it('is answered with a request or with a problem of one of its parameters', () => {
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(PARSERS)), query, (name, raw) => {
        const result = PARSERS[name]?.(raw, context) ?? expect.fail(name);
        if (result.kind === 'parsed') return;
        expect(Object.keys(raw).some((key) => key.startsWith(result.problem.parameter))).toBe(true);
        expect(sentenceOf(result.problem)).toMatch(/^[A-Z].*\. Allowed: .*\.$/s);
        expect(sentenceOf(result.problem).length).toBeLessThan(700);
        expect(sentenceOf(result.problem).isWellFormed()).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it('that is a series has edges of its step, no more than allowed, no finer than kept', () => {
    const time = fc.integer({ min: 0, max: NOW + 30 * DAY });
    const asked = fc.record(
      {
        measures: fc.subarray([...SERIES_MEASURES], { minLength: 1 }).map((ids) => ids.join()),
        from: fc.oneof(time, fc.integer({ min: NOW - 40 * DAY, max: NOW })).map((t) => new Date(t).toISOString()),
        to: fc.oneof(time, fc.integer({ min: NOW - 40 * DAY, max: NOW })).map((t) => new Date(t).toISOString()),
        step: fc.constantFrom(...STEPS),
        tz: fc.constantFrom('UTC', 'Asia/Kolkata', 'America/New_York', 'Pacific/Apia'),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(asked, (raw) => {
        const result = parseSeries(raw, context);
        if (result.kind === 'problem') return;
        const { from, to, step, tz, measures } = result.value;
        const isRanked = measures.some((id) => id.startsWith('top'));
        expect([from, to]).toEqual([floorToEdge(step, from, zone(tz)), ceilToEdge(step, to, zone(tz))]);
        expect(countBuckets(step, from, to, zone(tz))).toBeLessThanOrEqual(isRanked ? 366 : 2000);
        expect(isFiner(step, '1h') && isRanked).toBe(false);
        if (isFiner(step, '15m')) expect(from).toBeGreaterThanOrEqual(NOW - 30 * DAY - 305_000);
        if (raw.step !== undefined) expect(step).toBe(raw.step);
      }),
      { numRuns: 300 },
    );
  });
});

const ends = ({ from, to }: { from: number; to: number }): [number, number] => [from, to];
