import { describe, expect, it } from 'vitest';
import type { OracleEvent } from './events.ts';
import type { OracleMeasure } from './measures.ts';
import { createOracle, type OracleOptions } from './oracle.ts';

/** Monday, 3 January 2005, noon; `s` seconds later. */
const NOON = Date.parse('2005-01-03T12:00:00.000Z');
const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;
const DAY = { from: '2005-01-03T00:00:00.000Z', to: '2005-01-04T00:00:00.000Z' };

const at = (s: number) => new Date(NOON + s * 1000).toISOString();
let ids = 0;
const say = (s: number, user: string, content = 'hello', rest: Partial<OracleEvent> = {}): OracleEvent => {
  ids += 1;
  return { t: at(s), room: 'r', user, type: 'chat', content, messageId: `id-${ids}`, ...rest };
};

function ofDay<M extends OracleMeasure>(measure: M, events: readonly OracleEvent[], options?: OracleOptions) {
  return createOracle(events, options).series({ ...DAY, measures: [measure], step: '1d' }).buckets[0]?.[measure];
}

describe('the oracle counts', () => {
  it('messages, chatters, newcomers, joins and leaves, and shows empty buckets as zeros', () => {
    const events = [
      say(0, 'ann'),
      say(-DAY_S, 'ann'),
      say(60, 'bob'),
      { t: at(1), room: 'r', user: 'cy', type: 'join' as const },
      { t: at(2), room: 'r', user: 'cy', type: 'leave' as const },
      { t: at(3), room: 'r', user: 'cy', type: 'join' as const },
      say(61, 'dan', 'hi', { room: 'other' }),
    ];
    const measures = ['messages', 'activeUsers', 'newUsers', 'returningUsers', 'joins', 'leaves', 'participation'] as const;
    const oracle = createOracle(events);
    const empty = { activeUsers: 0, joins: 0, leaves: 0, messages: 0, newUsers: 0, participation: null, returningUsers: 0 };
    expect(oracle.series({ room: 'r', from: at(-DAY_S - 1), to: at(DAY_S), measures, step: '1d' })).toEqual({
      from: '2005-01-02T00:00:00.000Z',
      to: '2005-01-05T00:00:00.000Z',
      step: '1d',
      tz: 'UTC',
      buckets: [
        { ...empty, t: '2005-01-02T00:00:00.000Z', messages: 1, activeUsers: 1, newUsers: 1 },
        { ...empty, t: '2005-01-03T00:00:00.000Z', messages: 2, activeUsers: 2, newUsers: 1, returningUsers: 1, joins: 2, leaves: 1 },
        { ...empty, t: '2005-01-04T00:00:00.000Z' },
      ],
    });
    expect(oracle.series({ ...DAY, measures: ['messages', 'newUsers'], step: '1d' }).buckets).toEqual([
      { t: DAY.from, messages: 3, newUsers: 2 },
    ]);
  });

  it('an event on an edge to the bucket that begins there', () => {
    const { buckets } = createOracle([say(0, 'a'), say(-0.001, 'a')]).series({
      from: at(-60),
      to: at(60),
      measures: ['messages'],
      step: '1m',
    });
    expect(buckets.map(({ messages }) => messages)).toEqual([1, 1]);
  });

  it('a user new in one room who is not new over all', () => {
    const oracle = createOracle([say(-DAY_S, 'a', 'x', { room: 'other' }), say(0, 'a')]);
    const of = (room?: string) => oracle.series({ ...DAY, room, measures: ['newUsers'], step: '1d' }).buckets[0]?.newUsers;
    expect([of('r'), of()]).toEqual([1, 0]);
  });

  it('a repeat of an id once in its room, and a deleted message not at all', () => {
    const first = say(0, 'a', 'x', { messageId: 'ID-x' });
    const events = [first, { ...first, t: at(5), messageId: 'id-X' }, { ...first, room: 'other' }, say(1, 'b')];
    expect(ofDay('messages', events)).toBe(3);
    expect(ofDay('messages', events, { deletedIds: [{ room: 'r', messageId: 'id-x' }] })).toBe(2);
    expect(ofDay('messages', events, { deletedIds: ['id-x'] })).toBe(1);
  });

  it('the length in code points, its quantiles at rank ⌈q × count⌉', () => {
    const events = ['😀', 'ab', 'abc', 'abcd', 'e\u0301e\u0301e\u0301'].map((text, i) => say(i, 'a', text));
    expect(ofDay('messageLength', events)).toEqual({ count: 5, mean: 16 / 5, p50: 3, p95: 6, max: 6 });
    expect(ofDay('messageLength', [])).toEqual({ count: 0, mean: 0, p50: 0, p95: 0, max: 0 });
  });

  it('replies, questions, links and emoji', () => {
    const events = [
      say(0, 'a', 'why? \n', { replyTo: 'gone' }),
      say(1, 'a', 'http://x.org?'),
      say(2, 'a', '? https:// 1 # *'),
      say(3, 'a', 'see https://x.org, 1️⃣ ☺️'),
      say(4, 'a', '☺ ©'),
    ];
    const measures = ['replies', 'questions', 'links', 'emoji'] as const;
    const [bucket] = createOracle(events).series({ ...DAY, measures, step: '1d' }).buckets;
    expect(bucket).toEqual({ t: DAY.from, replies: 1, questions: 2, links: 2, emoji: 1 });
  });

  it.each([
    ['@bob', 1],
    ['mail to x@BOB!', 1],
    ['bob: hi', 1],
    ['Bob, hi', 1],
    ['hi bob: you', 0],
    ['bob hi', 0],
    ['@bobby', 0], // nobody of that name, and the name goes on
    ['@u1 by id', 1],
    ['@ann herself', 0],
  ])('a mention in “%s”: %i', (content, count) => {
    expect(ofDay('mentions', [say(-60, 'u1', 'x', { username: 'Bob' }), say(-30, 'ann'), say(0, 'ann', content)])).toBe(count);
  });

  it('mentions of those who wrote within 24 h, in the room, under a name of then', () => {
    const mention = say(0, 'ann', '@bob');
    expect(ofDay('mentions', [say(-DAY_S, 'bob'), mention])).toBe(1);
    expect(ofDay('mentions', [say(-DAY_S - 0.001, 'bob'), mention])).toBe(0);
    expect(ofDay('mentions', [say(-1, 'bob', 'x', { room: 'other' }), mention])).toBe(0);
    expect(ofDay('mentions', [say(1, 'bob'), mention])).toBe(0);
    expect(ofDay('mentions', [say(-9, 'u', 'x', { username: 'bob' }), say(-8, 'u', 'x', { username: 'rob' }), mention])).toBe(1);
    const gone = say(-1, 'bob');
    expect(ofDay('mentions', [gone, mention], { deletedIds: [gone.messageId ?? ''] })).toBe(0);
  });

  it('the first answer by another within 10 minutes, one for each message answered, in the bucket of the answer', () => {
    const asked = say(0, 'ann', 'anyone?');
    const events = [
      asked,
      say(10, 'ann', 'hello?'),
      say(20, 'ann', 'me again', { replyTo: asked.messageId }), // herself
      say(30, 'bob', 'yes', { replyTo: asked.messageId }),
      say(40, 'cy', 'ann: yes'), // answers the second and the third
      say(50, 'dan', '@bob right'),
      say(651, 'eve', '@dan late'),
    ];
    // bob's answer took 30 s, cy's 30 and 20 s, dan's 20 s; eve came 601 s after dan.
    expect(ofDay('responseTime', events)).toEqual({ count: 4, p50: 20, p95: 30 });
    expect(ofDay('responseTime', [say(0, 'a'), say(600, 'b', '@a')])).toEqual({ count: 1, p50: 600, p95: 600 });
    const night = [say(12 * HOUR_S - 1, 'a'), say(12 * HOUR_S + 1, 'b', '@a')];
    expect(ofDay('responseTime', night)).toEqual({ count: 0, p50: 0, p95: 0 });
  });

  it('sessions with gaps up to 30 minutes, by room, in the bucket of the first message', () => {
    const events = [say(0, 'a'), say(1800, 'a'), say(3600.001, 'a'), say(10, 'b'), say(20, 'a', 'x', { room: 'other' })];
    // a: 1,800 s with two messages, then one alone; b alone; a in the other room alone.
    expect(ofDay('sessions', events)).toEqual({ count: 4, p50Duration: 0, meanMessages: 5 / 4 });
    expect(ofDay('sessions', [say(-DAY_S / 2 - 1, 'a'), say(-DAY_S / 2, 'a')])).toEqual({ count: 0, p50Duration: 0, meanMessages: 0 });
  });

  it('ranks by messages, ties by key', () => {
    const events = [say(0, 'b'), say(1, 'c'), say(2, 'c'), say(3, 'a', 'x', { room: 'q' })];
    const ranked = (...pairs: [string, number][]) => pairs.map(([key, count]) => ({ key, count }));
    expect(ofDay('topUsers', events)).toEqual(ranked(['c', 2], ['a', 1], ['b', 1]));
    expect(ofDay('topRooms', events)).toEqual(ranked(['r', 3], ['q', 1]));
    expect(createOracle(events).top({ ...DAY, what: 'users', limit: 1 })).toEqual({ ...DAY, items: ranked(['c', 2]) });
    expect(ofDay('topEmoji', [say(0, 'a', '😀😀 👍'), say(1, 'a', '😀')])).toEqual(ranked(['😀', 2], ['👍', 1]));
  });

  it.each([
    ['The kernel, the KERNEL', ['kernel']],
    ["don't ‘rock’n’roll’ 'x'", ["don't", "rock'n'roll"]],
    ['a x86 I 42 gcc4 foo_bar', ['bar', 'foo', 'gcc']],
    ['see https://x.org/path here HTTP://X.ORG/why', ['here', 'see']],
    ['bob: ask @Bob or@nobody, yes', ['ask', 'or', 'yes']], // cut by form, whoever is there
    ['e.g.,x: bob: ask', ['ask', 'bob']],
    ['bob:ask', ['ask', 'bob']],
    ['bob :ask', ['ask', 'bob']],
    ['hmm,', []],
    ['ﬁle e\u0301te\u0301', ['file', 'été']],
    ['Linux™ 3㎏', ['linux']],
    ['日本語', ['日本', '本語']],
    ["日本’語 don't好's", ["don't", '日本']],
    ['ubuntuを使う', ['ubuntu', 'を使', '使う']],
    ['ที่นี่', ['ที่นี่']], // two characters, each a letter with its marks
    [`xz${'\u0301'.repeat(40)}`, [`xź${'\u0301'.repeat(29)}`]],
    ['e\u0301', []], // one letter
  ])('the terms of “%s”', (content, terms) => {
    const found = ofDay('topTerms', [say(0, 'ann', content)], { stopWords: ['the'] });
    expect(found).toEqual(terms.map((key) => ({ key, count: 1 })));
  });

  it.each([
    ['@anna bells', ['u-short']],
    ['@anna bell', ['u-long']],
    ['@anna bell @ANNA', ['u-long', 'u-short']],
    ['＠ＡＮＮＡ！', ['u-short']],
    ['anna： hi', ['u-short']],
    ['anna bell,hi', ['u-long']],
    [' anna: hi', []],
    ['@anna\u0301', []],
    ['@anna_', []],
    ['@anna7', []],
    ['@anna\u200d', []],
    ['@annaさん', ['u-short']], // no space between words there
    ['@anna-marie', ['u-short']],
    ['@ΟΔΥΣΣΕΥΣ', ['u-greek']],
    ['@οδυσσευς', ['u-greek']],
    ['x@a@b', ['u-at']],
    ['@@@@@@', []], // a name of five
  ])('whom “%s” mentions: %s', (content, users) => {
    const names = {
      'u-short': 'Anna',
      'u-long': 'anna bell',
      'u-greek': 'Οδυσσεύς'.normalize('NFD').replaceAll('\u0301', ''),
      'u-at': 'a@b',
      'u-five': '@@@@@',
    };
    const before = Object.entries(names).map(([user, username], i) => say(i - 60, user, 'x', { username }));
    const answered = before.filter(({ user }) => users.includes(user));
    const [bucket] = createOracle([...before, say(0, 'ann', content)]).series({
      ...DAY,
      measures: ['mentions', 'responseTime'],
      step: '1d',
    }).buckets;
    expect(bucket?.mentions).toBe(users.length > 0 ? 1 : 0);
    expect(bucket?.responseTime?.count).toBe(answered.length);
    const longest = answered.map(({ t }) => (NOON - Date.parse(`${t}`)) / 1000).sort((a, b) => a - b);
    expect(bucket?.responseTime?.p50).toBe(longest[0] ?? 0);
  });

  it('all users of a name as mentioned, but not the author of the message', () => {
    const events = [say(-3, 'a', 'x', { username: 'sam' }), say(-2, 'b', 'x', { username: 'Sam' }), say(-1, 'c', 'x', { username: 'SAM' })];
    // a's and b's messages are answered by c's.
    expect(ofDay('responseTime', [...events, say(0, 'c', '@sam', { username: 'SAM' })])).toEqual({ count: 2, p50: 2, p95: 3 });
  });
});

describe('the oracle derives', () => {
  it('a heat map by local weekday and hour', () => {
    // Monday 12:00 UTC is 17:45 in Kathmandu; 20:00 UTC is Tuesday 01:45 there.
    const { tz, cells } = createOracle([say(0, 'a'), say(1, 'a'), say(8 * HOUR_S, 'a')]).heatmap({ ...DAY, tz: 'Asia/Kathmandu' });
    expect(tz).toBe('Asia/Kathmandu');
    expect(cells).toHaveLength(7);
    expect(cells.flatMap((row, day) => row.flatMap((count, hour) => (count > 0 ? [[day, hour, count]] : [])))).toEqual([
      [0, 17, 2],
      [1, 1, 1],
    ]);
  });

  it('the chatters of 1, 7 and 28 days', () => {
    const events = [say(0, 'a'), say(-6 * DAY_S, 'b'), say(-7 * DAY_S, 'c'), say(-27 * DAY_S, 'd'), say(-28 * DAY_S, 'e')];
    expect(createOracle(events).active(DAY)).toEqual({
      tz: 'UTC',
      days: [{ day: '2005-01-03', dau: 1, wau: 2, mau: 4, stickiness: 0.25 }],
    });
    const quiet = { from: '2006-01-01T00:00:00.000Z', to: '2006-01-02T00:00:00.000Z' };
    expect(createOracle(events).active(quiet).days).toEqual([{ day: '2006-01-01', dau: 0, wau: 0, mau: 0, stickiness: 0 }]);
  });

  it('weekly cohorts, the shares in the weeks of the range', () => {
    const events = [say(0, 'a'), say(1, 'b'), say(7 * DAY_S, 'a'), say(7 * DAY_S, 'c'), say(14 * DAY_S, 'b'), say(14 * DAY_S, 'a')];
    expect(createOracle(events).retention({ from: DAY.from, to: at(20 * DAY_S) })).toEqual({
      tz: 'UTC',
      cohorts: [
        { week: '2005-W01', size: 2, retained: [1, 0.5, 1] },
        { week: '2005-W02', size: 1, retained: [1, 0] },
      ],
    });
  });

  it('a range beside the one before', () => {
    const events = [say(0, 'a'), say(1, 'b'), say(-60, 'a')];
    expect(createOracle(events).summary({ from: at(0), to: at(60), measures: ['messages', 'newUsers'] })).toEqual({
      from: at(0),
      to: at(60),
      measures: { messages: 2, newUsers: 1 },
      preceding: { from: at(-60), to: at(0), measures: { messages: 1, newUsers: 1 } },
    });
  });

  const burst = (start: number, count: number) => Array.from({ length: count }, (_, i) => say(start + i / 10, 'b', 'fire'));

  it('a moment: more than 12 above a quiet quarter of an hour', () => {
    // Limit 0 + max(12, 6): thirteen messages in ten seconds exceed it.
    expect(createOracle([say(-900, 'a'), ...burst(0, 12)]).moments(DAY).moments).toEqual([]);
    const events = [say(-900, 'a', 'calm'), ...burst(0, 13), ...burst(10, 16), ...burst(20, 12)];
    expect(createOracle(events).moments(DAY).moments).toEqual([
      {
        room: 'r',
        start: at(0),
        end: at(20),
        messages: 29,
        peakPerSecond: 1.6,
        terms: ['fire'],
        firstMessageId: events[1]?.messageId,
      },
    ]);
  });

  it('no moment before 60 buckets are known, or when all before is of another day', () => {
    const moments = (first: number) => createOracle([say(first, 'a'), ...burst(0, 30)]).moments(DAY).moments.length;
    expect([moments(-600), moments(-599), moments(-DAY_S), moments(-DAY_S - 1)]).toEqual([1, 0, 1, 0]);
  });

  it('a moment by the spread of what was before', () => {
    // 46 buckets of 4 and 44 of 0: median 4, deviations 46 × 0 and 44 × 4, their median 0: limit 4 + max(12, 6 × √4) = 16.
    const before = Array.from({ length: 46 }, (_, k) => [0, 1, 2, 3].map((i) => say(-10 - 10 * k + i, 'a'))).flat();
    const moments = (count: number) => createOracle([say(-900, 'a'), ...before, ...burst(0, count)]).moments(DAY).moments.length;
    expect([moments(16), moments(17)]).toEqual([0, 1]);
  });
});
