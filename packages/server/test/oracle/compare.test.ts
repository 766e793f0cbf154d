import { describe, expect, it } from 'vitest';
import { type CompareOptions, compareAnswers } from './compare.ts';
import type { DeletedId, OracleEvent } from './events.ts';
import { ORACLE_MEASURES } from './measures.ts';
import { createOracle, type Oracle } from './oracle.ts';
import { randomHistory } from './random-history.ts';

const paths = (api: unknown, oracle: unknown, options?: CompareOptions) => compareAnswers(api, oracle, options).map(({ path }) => path);
const ranked = (counts: Record<string, number>) => Object.entries(counts).map(([key, count]) => ({ key, count }));

describe('the comparison', () => {
  it('passes over what is said about an answer, when it is possible', () => {
    const api = {
      completeUntil: '2005-01-01T00:00:30.000Z',
      to: '2005-01-01T00:02:00.000Z',
      adjusting: true,
      buckets: [
        { t: '2005-01-01T00:00:00.000Z', messages: 1, partial: true, adjusted: -2, approx: { activeUsers: 0.0081 } },
        { t: '2005-01-01T00:01:00.000Z', messages: 0 },
      ],
    };
    const oracle = { to: api.to, buckets: api.buckets.map(({ t, messages }) => ({ t, messages })) };
    expect(paths(api, oracle)).toEqual([]);
    expect(paths({ ...api, completeUntil: '2005-01-01T00:01:00.000Z' }, oracle)).toEqual(['.buckets[t=2005-01-01T00:00:00.000Z].partial']);
    expect(paths({ ...api, completeUntil: 'soon' }, oracle)).toEqual(['.completeUntil']);
    expect(paths({ partial: false, approx: { p50: 0 } }, {})).toEqual(['.partial', '.approx']);
  });

  it.each([
    ['a count that is one off', { messages: 4 }, { messages: 3 }, ['.messages']],
    [
      'a number for null, and null for a number',
      { participation: 0, messages: null },
      { participation: null, messages: 0 },
      ['.participation', '.messages'],
    ],
    ['what is missing, and what was not asked', { b: 1 }, { a: 1 }, ['.b', '.a']],
    ['a quantile more than 1 % off', { p50: 10.11, p95: 10.1 }, { p50: 10, p95: 10 }, ['.p50']],
    ['a quantile of nothing that is something', { p50: 0.01 }, { p50: 0 }, ['.p50']],
    ['a mean that is nearly right', { mean: 3.001 }, { mean: 3 }, ['.mean']],
    ['a shifted edge', { from: '2005-01-01T00:00:00Z' }, { from: '2005-01-01T00:00:00.000Z' }, ['.from']],
    ['a cell', { cells: [[0, 1]] }, { cells: [[1, 1]] }, ['.cells[0][0]']],
    ['a row too few', { cells: [[0]] }, { cells: [[0], [0]] }, ['.cells']],
    ['NaN', { mean: Number.NaN, p50: Number.NaN, dau: Number.NaN }, { mean: 0, p50: 0, dau: 0 }, ['.mean', '.p50', '.dau']],
  ])('finds %s', (_what, api, oracle, found) => {
    expect(paths(api, oracle)).toEqual(found);
  });

  it('finds buckets that are missing, too many, twice or out of order', () => {
    const row = (t: string) => ({ t, messages: 0 });
    expect(paths({ buckets: [row('2')] }, { buckets: [row('1'), row('2')] })).toEqual(['.buckets[t=1]']);
    expect(paths({ buckets: [row('1'), row('2')] }, { buckets: [row('2')] })).toEqual(['.buckets[t=1]']);
    expect(paths({ buckets: [row('1'), row('1')] }, { buckets: [row('1')] })).toEqual(['.buckets[t=1]']);
    expect(paths({ buckets: [row('2'), row('1')] }, { buckets: [row('1'), row('2')] })).toEqual(['.buckets']);
  });

  it('takes distinct counts exactly up to 1,024, and above within 3.24 % when it is said', () => {
    const approx = { activeUsers: 0.0081 };
    expect(paths({ activeUsers: 1025, approx }, { activeUsers: 1024 })).toEqual(['.activeUsers']);
    expect(paths({ activeUsers: 9700, approx }, { activeUsers: 10_000 })).toEqual([]);
    expect(paths({ activeUsers: 9700 }, { activeUsers: 10_000 })).toEqual(['.activeUsers']);
    expect(paths({ activeUsers: 9670, approx }, { activeUsers: 10_000 })).toEqual(['.activeUsers']);
    const oracle = { activeUsers: 10_000, newUsers: 9000, returningUsers: 1000 };
    expect(paths({ ...oracle, returningUsers: 1300, approx }, oracle)).toEqual([]);
    expect(paths({ ...oracle, returningUsers: 1330, approx }, oracle)).toEqual(['.returningUsers']);
    expect(paths({ dau: 9999, approx }, { dau: 10_000 })).toEqual(['.dau']);
  });

  it('takes ranked lists exactly where no bound is said', () => {
    const oracle = { topTerms: ranked({ a: 3, b: 2, c: 2 }) };
    expect(paths({ topTerms: ranked({ a: 3, b: 2 }) }, oracle)).toEqual([]);
    expect(paths({ topTerms: ranked({ a: 3, b: 2 }) }, oracle, { limit: 3 })).toEqual(['.topTerms[2]']);
    expect(paths({ topTerms: ranked({ a: 3, c: 2 }) }, oracle)).toEqual(['.topTerms[1]']);
    expect(paths({ topTerms: [] }, oracle)).toEqual(['.topTerms[0]']);
    expect(paths({ topUsers: ranked({ a: 4 }), approx: { topUsers: 9 } }, { topUsers: ranked({ a: 3 }) })).toEqual(['.topUsers[0]']);
  });

  it('takes ranked lists within the bound that is said, and the bound within N / 1,024', () => {
    const oracle = { topTerms: ranked({ a: 5000, b: 4000, c: 1220, d: 20 }) }; // N = 10,240: at most 10
    const approx = { topTerms: 10 };
    const list = (counts: Record<string, number>, bound = approx) => paths({ topTerms: ranked(counts), approx: bound }, oracle);
    expect(list({ a: 5010, b: 3990, c: 1220 })).toEqual([]);
    expect(list({ a: 5011, b: 4000, c: 1220 })).toEqual(['.topTerms[key=a]']);
    expect(list({ a: 5000, c: 1220 })).toEqual(['.topTerms[key=b]']);
    expect(list({ b: 4000, a: 5000 })).toEqual(['.topTerms']);
    expect(list({ a: 5000, x: 11 })).toEqual(['.topTerms[key=x]', '.topTerms[key=b]', '.topTerms[key=c]']);
    expect(list({ a: 5000 }, { topTerms: 11 })).toEqual(['.topTerms']);
    expect(list({ a: 5010 }, { topTerms: 1 / 1024 })).toEqual([]);
    expect(paths({ items: ranked({ a: 5010 }), approx: { items: 10 } }, { items: oracle.topTerms })).toEqual([]);
    // (2 / 1122) × 1122 is a little less than 2.
    expect(paths({ topTerms: ranked({ a: 1120 }), approx: { topTerms: 2 / 1122 } }, { topTerms: ranked({ a: 1122 }) })).toEqual([]);
  });

  it('lays cohorts side by side by week; what is left out is nothing', () => {
    const oracle = { cohorts: [{ week: '2005-W01', size: 3, retained: [1, 1 / 3, 0] }] };
    const empty = { week: '2005-W02', size: 0, retained: [] };
    expect(paths({ cohorts: [{ week: '2005-W01', size: 3, retained: [1, 1 / 3] }, empty] }, oracle)).toEqual([]);
    expect(paths({ cohorts: [{ week: '2005-W01', size: 3, retained: [1, 0.33] }] }, oracle)).toEqual([
      '.cohorts[week=2005-W01].retained[1]',
    ]);
    expect(paths({ cohorts: [{ ...empty, size: 1 }] }, oracle)).toEqual(['.cohorts[week=2005-W01]', '.cohorts[week=2005-W02]']);
  });

  it('takes those terms of a moment that occur in it', () => {
    const moment = { start: '1', firstMessageId: 'm', messages: 9, terms: ['fire', 'help'] };
    expect(paths({ moments: [{ ...moment, terms: ['help'] }] }, { moments: [{ ...moment, room: 'r' }] })).toEqual([]);
    expect(paths({ moments: [{ ...moment, terms: ['calm'] }] }, { moments: [moment] })).toEqual(['.moments[start=1 first=m].terms']);
    expect(paths({ moments: [] }, { moments: [moment] })).toEqual(['.moments[start=1 first=m]']);
  });
});

/** Mistakes that an implementation could make, planted in what it reads, and where they must show. */
interface Mistake {
  readonly name: string;
  readonly plant: (
    events: readonly OracleEvent[],
    deleted: readonly DeletedId[],
  ) => readonly [readonly OracleEvent[], readonly DeletedId[]];
  readonly shows: readonly string[];
}

const map =
  (change: (event: OracleEvent) => OracleEvent): Mistake['plant'] =>
  (events, deleted) => [events.map(change), deleted];
const later = (ms: number) => (event: OracleEvent) => ({ ...event, t: Date.parse(`${event.t}`) + ms });

const MISTAKES: readonly Mistake[] = [
  {
    name: 'a message is lost',
    plant: (events, deleted) => [without(events, deleted), deleted],
    shows: ['messages', 'heatmap', 'topRooms'],
  },
  {
    name: 'repeats count',
    plant: map((event) => ({ ...event, messageId: undefined })),
    shows: ['messages', 'topUsers', 'heatmap', 'summary'],
  },
  { name: 'deletes are forgotten', plant: (events) => [events, []], shows: ['messages', 'messageLength'] },
  {
    name: 'users are counted by name',
    plant: map((event) => ({ ...event, user: event.username ?? event.user })),
    shows: ['activeUsers', 'newUsers', 'active'],
  },
  { name: 'names are not known', plant: map((event) => ({ ...event, username: event.user })), shows: ['mentions', 'responseTime'] },
  { name: 'replies are not known', plant: map(({ replyTo: _, ...event }) => event), shows: ['replies', 'responseTime'] },
  {
    name: 'rooms are one',
    plant: map((event) => ({ ...event, room: '#ubuntu', messageId: `${event.room}-${event.messageId}` })),
    shows: ['topRooms', 'sessions', 'mentions'],
  },
  {
    name: 'length in UTF-16 units',
    plant: map((event) => ({ ...event, content: event.content?.replaceAll(/[^\0-\uffff]/gu, 'xx') })),
    shows: ['messageLength', 'emoji', 'topEmoji'],
  },
  { name: 'the clock is an hour late', plant: map(later(3_600_000)), shows: ['messages', 'heatmap', 'joins', 'leaves'] },
];

function without(events: readonly OracleEvent[], deleted: readonly DeletedId[]): readonly OracleEvent[] {
  const ids = deleted.map((each) => (typeof each === 'string' ? each : each.messageId));
  const lost = events.find(({ type, messageId }) => type === 'chat' && !ids.includes(messageId ?? ''));
  return events.filter(({ messageId }) => messageId === undefined || messageId !== lost?.messageId);
}

type Range = { readonly from: string; readonly to: string; readonly tz: string };

/** Everything that an oracle can be asked, by name. */
const answersOf = (oracle: Oracle, range: Range): Record<string, unknown> => ({
  ...Object.fromEntries(ORACLE_MEASURES.map((measure) => [measure, oracle.series({ ...range, measures: [measure], step: '1h' })])),
  summary: oracle.summary(range),
  heatmap: oracle.heatmap(range),
  retention: oracle.retention(range),
  active: oracle.active(range),
  moments: oracle.moments(range),
});

describe('the comparison of whole answers', () => {
  const seeds = Array.from({ length: 6 }, (_, i) => i + 1);

  it('finds no difference between equal facts in another order', () => {
    for (const seed of seeds) {
      const { events, deletedIds, from, to, tz } = randomHistory(seed);
      const there = answersOf(createOracle(events, { deletedIds }), { from, to, tz });
      const back = answersOf(createOracle(events.toReversed(), { deletedIds: deletedIds.toReversed() }), { from, to, tz });
      for (const [name, answer] of Object.entries(there)) expect(compareAnswers(back[name], answer), `${name}, seed ${seed}`).toEqual([]);
    }
  });

  it.each(MISTAKES)('shows that $name: $shows', ({ plant, shows }) => {
    const shown = new Set<string>();
    for (const seed of seeds) {
      const { events, deletedIds, from, to, tz } = randomHistory(seed);
      const [wrong, deleted] = plant(events, deletedIds);
      const truth = answersOf(createOracle(events, { deletedIds }), { from, to, tz });
      const answers = answersOf(createOracle(wrong, { deletedIds: deleted }), { from, to, tz });
      for (const [name, answer] of Object.entries(truth)) if (compareAnswers(answers[name], answer).length > 0) shown.add(name);
    }
    expect([...shown]).toEqual(expect.arrayContaining([...shows]));
  });

  it('shows a zone that was not heard', () => {
    const { events, deletedIds, from, to } = randomHistory(3);
    const oracle = createOracle(events, { deletedIds });
    const [heard, not] = [answersOf(oracle, { from, to, tz: 'Asia/Kathmandu' }), answersOf(oracle, { from, to, tz: 'UTC' })];
    for (const name of ['heatmap', 'active'])
      expect(compareAnswers({ ...(not[name] as object), tz: 'Asia/Kathmandu' }, heard[name])).not.toEqual([]);
  });
});
