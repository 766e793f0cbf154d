import { beforeAll, describe, expect, it } from 'vitest';
import { hasIrcLog } from '../../../../test/kit/irc-log.ts';
import { ORACLE_MEASURES } from './measures.ts';
import { createOracle, type Oracle } from './oracle.ts';
import { readRealLog } from './real-log.ts';

const RANGE = { from: '2004-12-25T00:00:00.000Z', to: '2018-03-01T00:00:00.000Z', tz: 'Europe/Berlin' };
const sum = (counts: readonly number[]) => counts.reduce((total, each) => total + each, 0);

describe.runIf(hasIrcLog(3))('the oracle on the real logs', () => {
  let oracle: Oracle;
  beforeAll(async () => {
    oracle = createOracle(await readRealLog());
  });

  it('counts every line once', () => {
    const { measures } = oracle.summary({
      ...RANGE,
      measures: ['messages', 'joins', 'leaves', 'activeUsers', 'newUsers', 'replies', 'emoji'],
    });
    expect(measures).toMatchObject({ messages: 196_573, joins: 15_739, leaves: 2567, replies: 50_638, emoji: 0 });
    expect(measures.newUsers).toBe(measures.activeUsers);
  });

  it('gives days that add up to the whole', () => {
    const { buckets } = oracle.series({ ...RANGE, measures: ORACLE_MEASURES, step: '1d' });
    const { measures } = oracle.summary({ ...RANGE, from: buckets[0]?.t ?? '', to: '2018-03-01T23:00:00.000Z' });
    expect(buckets).toHaveLength(4815);
    for (const id of ['messages', 'newUsers', 'joins', 'leaves', 'questions', 'links', 'mentions'] as const) {
      expect(sum(buckets.map((bucket) => bucket[id] ?? 0)), id).toBe(measures[id]);
    }
    expect(sum(buckets.map(({ responseTime }) => responseTime?.count ?? 0))).toBe(measures.responseTime?.count);
    expect(sum(buckets.map(({ sessions }) => (sessions?.count ?? 0) * (sessions?.meanMessages ?? 0)))).toBeCloseTo(196_573, 3);
  });

  it('puts every message into one hour of the week, and every chatter into one cohort', () => {
    expect(sum(oracle.heatmap(RANGE).cells.flat())).toBe(196_573);
    const { cohorts } = oracle.retention(RANGE);
    expect(sum(cohorts.map(({ size }) => size))).toBe(oracle.active(RANGE).days.length > 0 ? chatters() : 0);
    expect(cohorts.every(({ retained }) => retained[0] === 1)).toBe(true);
  });

  const chatters = () => oracle.summary({ ...RANGE, measures: ['activeUsers'] }).measures.activeUsers;
});
