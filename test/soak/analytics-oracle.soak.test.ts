import { describe, expect, test } from 'vitest';
import { readRealLog } from '../../packages/server/test/oracle/real-log.ts';
import { findingsBeside, oracleOf, settled } from '../kit/analytics-check.ts';
import { importPath } from '../kit/analytics-feed.ts';
import { questionsOf } from '../kit/analytics-questions.ts';
import { hasIrcLog, IRC_LOG } from '../kit/irc-log.ts';
import { ServerProcess, UNLIMITED } from '../kit/server-process.ts';

const WHOLE = { from: Date.parse('2004-12-20T00:00:00Z'), to: Date.parse('2018-03-05T00:00:00Z') };
const ROOM = '#ubuntu';

describe.skipIf(!hasIrcLog(1))('the whole real log', () => {
  test('every measure, by hour, day, week and month, in three zones, is the oracle’s', async () => {
    const server = await ServerProcess.start({ env: UNLIMITED });
    try {
      await importPath(server, IRC_LOG);
      await settled(server, WHOLE, { messages: 196_573, joins: 15_739, leaves: 2567 }, { timeoutMs: 300_000 });
      const oracle = oracleOf(await readRealLog());
      for (const [rooms, zone, steps] of [
        [[undefined], 'UTC', ['1h', '1d', '1w', '1M']],
        [[undefined, ROOM], 'America/New_York', ['1h', '1d', '1w', '1M']],
        [[ROOM], 'Asia/Kolkata', ['1h', '1d', '1w', '1M']],
      ] as const) {
        const startedAt = performance.now();
        const questions = questionsOf({ ...WHOLE, now: Date.now(), rooms, zones: [zone], steps });
        expect(await findingsBeside(server, oracle, questions)).toEqual([]);
        console.log(`${questions.length} questions in ${zone}: ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
      }
    } finally {
      await server.dispose();
    }
  });
});
