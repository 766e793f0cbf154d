import { describe, expect, test } from 'vitest';
import type { OracleEvent } from '../../packages/server/test/oracle/events.ts';
import { answersOf, differingAnswers, settled } from '../kit/analytics-check.ts';
import { streamImport } from '../kit/analytics-feed.ts';
import { movedDays, shuffled } from '../kit/analytics-histories.ts';
import { type Question, questionsOf } from '../kit/analytics-questions.ts';
import { waysFindings } from '../kit/analytics-ways.ts';
import { InjectedClock } from '../kit/injected-clock.ts';
import { hasIrcLog } from '../kit/irc-log.ts';
import { anySeed, seeded } from '../kit/rng.ts';
import { ServerProcess, UNLIMITED } from '../kit/server-process.ts';

const DAY_MS = 86_400_000;

test('said live, imported, shuffled in transit, or some of each: the answers are the same, and the oracle’s', async () => {
  await seeded(anySeed(), async (rng) => {
    for (const stretches of [5, 15, 40, 100]) {
      const startedAt = performance.now();
      expect(await waysFindings(rng, stretches, ['1m', '15m', '1h', '1d', '1w'])).toEqual([]);
      console.log(`seed ${rng.seed}, ${stretches} stretches: ${Math.round((performance.now() - startedAt) / 1000)} s`);
    }
  });
});

test('ASK-15: imported, shuffled in transit or without a server, with many messages of one time: the answers are the same, and the oracle’s', async () => {
  await seeded(anySeed(), async (rng) => {
    for (const stretches of [10, 60]) expect(await waysFindings(rng, stretches, ['15m', '1d'], true)).toEqual([]);
  });
});

describe.skipIf(!hasIrcLog(1))('real days', () => {
  const DAYS = ['2005-06-06', '2006-06-01', '2006-06-05', '2006-08-23', '2007-01-19', '2008-04-27'];
  const RANGE = { from: Date.parse('2006-10-25'), to: Date.parse('2006-11-03') };
  const ROOMS = ['#ubuntu', 'b'];

  async function answers(batches: readonly (readonly OracleEvent[])[], questions: readonly Question[]) {
    const clock = new InjectedClock(RANGE.to);
    const server = await ServerProcess.start({ env: { ...UNLIMITED, ...clock.env } });
    try {
      for (const batch of batches) expect(await streamImport(server, batch)).toMatchObject({ inserted: batch.length });
      const startedAt = performance.now();
      const all = batches.flat();
      const count = (wanted: string) => all.filter(({ type }) => type === wanted).length;
      await settled(server, RANGE, { messages: count('chat'), joins: count('join'), leaves: count('leave') }, { timeoutMs: 300_000 });
      console.log(
        `${all.length} events in ${batches.length} batches: right ${Math.round(performance.now() - startedAt)} ms after the last`,
      );
      return await answersOf(server, questions);
    } finally {
      await server.dispose();
      clock.dispose();
    }
  }

  test('in order, in any order, and backwards by days: the answers are the same', async () => {
    await seeded(anySeed(), async (rng) => {
      const events = await movedDays(DAYS, ['2006-10-27'], ROOMS);
      const questions = questionsOf({
        ...RANGE,
        now: RANGE.to + DAY_MS,
        rooms: [undefined, ...ROOMS],
        zones: ['UTC', 'America/New_York'],
        steps: ['1m', '15m', '1h', '1d'],
      });
      const mixed = shuffled(rng, events);
      const fifths = Array.from({ length: 5 }, (_, i) => mixed.filter((_event, at) => at % 5 === i));
      const days = [...Map.groupBy(events, ({ t }) => String(t).slice(0, 10)).values()].reverse();
      const inOrder = await answers([events], questions);
      for (const batches of [fifths, days]) expect(differingAnswers(inOrder, await answers(batches, questions))).toEqual([]);
    });
  });
});
