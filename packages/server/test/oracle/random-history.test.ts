import { describe, expect, it } from 'vitest';
import { ORACLE_MEASURES } from './measures.ts';
import { createOracle } from './oracle.ts';
import { randomHistory } from './random-history.ts';

const SEEDS = Array.from({ length: 40 }, (_, i) => i + 1);

describe('random histories', () => {
  it('are the same for the same seed, and others for others', () => {
    expect(randomHistory(7)).toEqual(randomHistory(7));
    expect(randomHistory(7)).not.toEqual(randomHistory(8));
  });

  it('hold what a server would take: ids, times, lengths', () => {
    for (const seed of SEEDS) {
      const { events, from, to } = randomHistory(seed);
      const times = new Map<string, string>();
      for (const { type, room, t, content = '', messageId = '' } of events) {
        expect(t >= from && t < to).toBe(true);
        if (type !== 'chat') continue;
        expect([...content].length).toBeGreaterThan(0);
        expect([...content].length).toBeLessThanOrEqual(1000);
        expect(content.isWellFormed()).toBe(true);
        expect(messageId).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(times.get(`${room} ${t}`) ?? messageId).toBe(messageId);
        times.set(`${room} ${t}`, messageId);
      }
    }
  });

  it('live, go forward in time and number each room', () => {
    let ties = 0;
    for (const seed of SEEDS) {
      const { events } = randomHistory(seed, { live: true });
      for (const [room, own] of Map.groupBy(events, (event) => event.room)) {
        const chats = own.filter(({ type }) => type === 'chat');
        expect(
          chats.map(({ seq }) => seq),
          room,
        ).toEqual(chats.map((_, i) => i + 1));
        expect(chats.map(({ t }) => t)).toEqual(chats.map(({ t }) => t).toSorted());
        ties += chats.length - new Set(chats.map(({ t }) => t)).size;
      }
    }
    expect(ties).toBeGreaterThan(0);
  });

  it('have every kind of fact: late ones, repeats, deletes, moments, a value of every measure', () => {
    const seen = new Map<string, number>();
    const see = (what: string, count: number) => seen.set(what, (seen.get(what) ?? 0) + count);
    for (const seed of SEEDS) {
      const { events, deletedIds, from, to, tz } = randomHistory(seed);
      see('late', events.filter(({ t }, i) => t < (events[i - 1]?.t ?? '')).length);
      see('repeats', events.length - new Set(events.map((event) => JSON.stringify(event))).size);
      see('deletes', deletedIds.length);
      const oracle = createOracle(events, { deletedIds });
      see('moments', oracle.moments({ from, to }).moments.length);
      see('zones', tz === 'UTC' ? 0 : 1);
      for (const [id, value] of Object.entries(oracle.summary({ from, to }).measures)) {
        if (typeof value === 'number') see(id, value);
        else if (value !== null) see(id, Array.isArray(value) ? value.length : (value as { count: number }).count);
      }
      see('returningUsers', oracle.series({ from, to, measures: ['returningUsers'], step: '1d' }).buckets.at(-1)?.returningUsers ?? 0);
    }
    for (const id of ['late', 'repeats', 'deletes', 'moments', 'zones', ...ORACLE_MEASURES]) {
      if (id !== 'participation') expect(seen.get(id), id).toBeGreaterThan(5);
    }
  });
});
