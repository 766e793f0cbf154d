import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OracleEvent } from '../../packages/server/test/oracle/events.ts';
import type { Oracle } from '../../packages/server/test/oracle/oracle.ts';
import { randomHistory } from '../../packages/server/test/oracle/random-history.ts';
import { findingsBeside, oracleOf, settled } from '../kit/analytics-check.ts';
import { importFile } from '../kit/analytics-feed.ts';
import { movedDays, plainHistory } from '../kit/analytics-histories.ts';
import { type Question, questionsOf } from '../kit/analytics-questions.ts';
import { InjectedClock } from '../kit/injected-clock.ts';
import { hasIrcLog } from '../kit/irc-log.ts';
import { ServerProcess, UNLIMITED } from '../kit/server-process.ts';

const DAY_MS = 86_400_000;
const ZONES = ['UTC', 'Asia/Kolkata', 'America/New_York'];
const ROOMS = ['#ubuntu', '#ubuntu-b', 'c'];
/** In New York clocks go forward on 2006-04-02 and back on 2006-10-29. */
const STRETCHES = ['2006-03-31', '2006-10-27'];
const DAYS = [
  '2005-06-06',
  '2006-06-01',
  '2006-06-05',
  '2006-06-21',
  '2006-08-23',
  '2006-12-10',
  '2007-01-19',
  '2007-06-17',
  '2008-04-27',
  '2008-04-30',
];

const isoDay = (t: number): number => Math.floor(t / DAY_MS) * DAY_MS;

/** From 10 real days, half of them around each clock change; where the log is missing, from generated talk. */
async function history(): Promise<readonly OracleEvent[]> {
  if (hasIrcLog(0)) return movedDays(DAYS, STRETCHES, ROOMS);
  return plainHistory(randomHistory(4, { stretches: 200 }).events);
}

describe('the answers of a server that imported a log are those of the oracle', () => {
  let server: ServerProcess | undefined;
  let clock: InjectedClock;
  let oracle: Oracle;
  let stretches: readonly { readonly from: number; readonly to: number }[] = [];
  let whole = { from: 0, to: 0 };
  let rooms: readonly string[] = [];

  beforeAll(async () => {
    const events = await history();
    oracle = oracleOf(events);
    const times = events.map(({ t }) => Date.parse(String(t)));
    rooms = [...new Set(events.map(({ room }) => room))].slice(0, 3);
    whole = { from: isoDay(times[0] ?? 0), to: isoDay(times.at(-1) ?? 0) + DAY_MS };
    const second = Math.max(
      0,
      times.findIndex((t, i) => t - (times[i - 1] ?? t) > 30 * DAY_MS),
    );
    stretches = [
      { from: whole.from, to: isoDay(times.at(second - 1) ?? 0) + DAY_MS },
      { from: isoDay(times[second] ?? 0), to: whole.to },
    ];
    // The second stretch is of late: the server keeps its minutes.
    clock = new InjectedClock(whole.to + DAY_MS);
    server = await ServerProcess.start({ env: { ...UNLIMITED, ...clock.env } });
    await importFile(server, events);
    const count = (type: string) => events.filter((event) => event.type === type).length;
    await settled(server, whole, { messages: count('chat'), joins: count('join'), leaves: count('leave') });
  });
  afterAll(async () => {
    await server?.dispose();
    clock?.dispose();
  });

  const expectTrue = async (questions: readonly Question[]): Promise<void> => {
    if (server === undefined) throw new Error('the server was not started');
    expect(await findingsBeside(server, oracle, questions)).toEqual([]);
  };

  test('over all rooms, in three zones', async () => {
    await expectTrue(questionsOf({ ...whole, now: clock.now, rooms: [undefined], zones: ZONES, steps: ['1d', '1w', '1M'] }));
  });

  test('hour by hour around both clock changes', async () => {
    for (const stretch of stretches) {
      await expectTrue(questionsOf({ ...stretch, now: clock.now, rooms: [undefined], zones: ['America/New_York'], steps: ['15m', '1h'] }));
    }
  });

  test('in each room', async () => {
    await expectTrue(questionsOf({ ...whole, now: clock.now, rooms, zones: ['America/New_York'], steps: ['1d'] }));
    for (const stretch of stretches)
      await expectTrue(questionsOf({ ...stretch, now: clock.now, rooms, zones: ['Asia/Kolkata'], steps: ['1h'] }));
  });

  test('minute by minute, of late', async () => {
    const { to = 0 } = stretches[1] ?? {};
    await expectTrue(
      questionsOf({ from: to - DAY_MS, to, now: clock.now, rooms: [undefined, ...rooms], zones: ['UTC'], steps: ['1m', '5m'] }),
    );
  });

  test('and of a history that lacks one message, they are not', async () => {
    if (server === undefined) throw new Error('the server was not started');
    const events = await history();
    const last = events.findLastIndex(({ type }) => type === 'chat');
    const questions = questionsOf({ ...whole, now: clock.now, rooms: [undefined], zones: ['UTC'], steps: ['1d'] });
    const findings = await findingsBeside(server, oracleOf(events.toSpliced(last, 1)), questions);
    for (const what of ['series', 'summary', 'top', 'heatmap']) expect(findings.some((each) => each.includes(`/${what}?`))).toBe(true);
  });
});
