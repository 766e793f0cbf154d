import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { OracleEvent } from '../../packages/server/test/oracle/events.ts';
import { randomHistory } from '../../packages/server/test/oracle/random-history.ts';
import { findingsBeside, oracleOf, recountFindings, settled } from '../kit/analytics-check.ts';
import { beginRepair, DAMAGED, type Damaged, lastRepair, plantDamage, repairDone } from '../kit/analytics-damage.ts';
import { importFile } from '../kit/analytics-feed.ts';
import { plainHistory } from '../kit/analytics-histories.ts';
import { questionsOf } from '../kit/analytics-questions.ts';
import { analyticsRepairKills } from '../kit/analytics-repair-kills.ts';
import { Rng, seeded } from '../kit/rng.ts';
import { ServerProcess, UNLIMITED } from '../kit/server-process.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** What it damages is in no answer until the user writes again. */
const UNSEEN: readonly Damaged[] = ['firsts'];

describe('a repair of what is kept in the file', () => {
  const rng = new Rng(4711);
  let server: ServerProcess;
  let events: readonly OracleEvent[];
  let rooms: readonly string[];
  let range: { readonly from: number; readonly to: number };

  beforeAll(async () => {
    const drawn = plainHistory(randomHistory(4, { stretches: 40 }).events).filter(({ type }) => type === 'chat');
    const by = Date.now() - HOUR_MS - Date.parse(String(drawn.at(-1)?.t));
    events = drawn.map((event) => ({ ...event, t: new Date(Date.parse(String(event.t)) + by).toISOString() }));
    rooms = [...new Set(events.map(({ room }) => room))];
    range = { from: Math.floor(Date.parse(String(events[0]?.t)) / DAY_MS) * DAY_MS, to: Date.now() + HOUR_MS };
    server = await ServerProcess.start({ env: UNLIMITED });
    await importFile(server, events);
    await settled(server, range, { messages: events.length }, { withMoments: false });
  });
  afterAll(() => server?.dispose());

  test('REPAIR-1: finds nothing where nothing is wrong', async () => {
    expect(await recountFindings(server, rooms, range)).toEqual([]);
    expect((await beginRepair(server, range)).status).toBe(202);
    expect(await repairDone(server)).toMatchObject({ damageCount: 0, damagedBuckets: 0, damages: [], share: 1 });
  });

  test.each(Object.keys(DAMAGED) as Damaged[])('REPAIR-1: mends %s, which a recount shows before and not after', async (what) => {
    await plantDamage(server.dataDir, rng, [what], 4);
    if (!UNSEEN.includes(what) && what !== 'moments') expect(await recountFindings(server, rooms, range)).not.toEqual([]);
    await beginRepair(server, range);
    const { damageCount = 0, buckets = 0 } = await repairDone(server);
    if (what !== 'moments') expect(damageCount).toBeGreaterThan(0);
    expect(buckets).toBeGreaterThan(0);
    expect(await recountFindings(server, rooms, range)).toEqual([]);
    await beginRepair(server, range);
    expect(await repairDone(server)).toMatchObject({ damageCount: 0 });
  });

  test('REPAIR-1: leaves what the oracle counts', async () => {
    const questions = questionsOf({
      ...range,
      now: Date.now(),
      rooms: [undefined, ...rooms],
      zones: ['America/New_York'],
      steps: ['15m', '1h', '1d'],
    });
    expect(await findingsBeside(server, oracleOf(events), questions)).toEqual([]);
  });

  test('REPAIR-4: knows of no repair after a start', async () => {
    await server.term();
    server = await server.restart();
    expect(await lastRepair(server)).toEqual({ state: 'none' });
  });
});

test('REPAIR-3, REPAIR-5: a kill in the middle of a repair, with traffic beside: what is kept is what is stored', async () => {
  await seeded(52_001, async (rng) => {
    const { findings, damages } = await analyticsRepairKills(rng, { rounds: 1, stretches: 40, senders: 2, killAfterMs: [50, 500] });
    expect(findings).toEqual([]);
    expect(damages).toBeGreaterThan(0);
  });
});
