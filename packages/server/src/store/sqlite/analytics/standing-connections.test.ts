import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { AnalyticsEngine } from '../../../analytics/engine/engine.ts';
import type { EngineStore } from '../../../analytics/engine/ports.ts';
import type { Lived } from '../../../analytics/live-facts-sink.ts';
import { answer } from '../../../analytics/query/answer.ts';
import { ZoneDays } from '../../../analytics/query/zone-days.ts';
import { QUERY_LIMITS } from '../../../analytics/request/limits.ts';
import { openDatabase } from '../open-database.ts';
import { Writer } from '../writer.ts';
import { SqliteQueryStore } from './query-store.ts';

const NOON = Date.UTC(2026, 2, 1, 12);
const SECOND = NOON / 1000;
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

/** Runs of a server in one folder, each ended by a kill. */
function runs() {
  const dir = mkdtempSync(join(tmpdir(), 'hubbub-standing-'));
  folders.push(dir);
  const path = join(dir, 'hubbub.db');
  const makeEngine = (store: EngineStore) =>
    new AnalyticsEngine(store, { now: () => NOON + 120_000, minutesKeptMs: 86_400_000, maxRooms: 10 });
  return {
    run(...told: Lived[]): void {
      const writer = new Writer(openDatabase({ path, synchronous: 'normal' }, false), { analytics: { makeEngine, cpuMs: () => 0 } });
      writer.start(1000);
      const all = { kind: 'connections', room: undefined, t: NOON, samples: 60, sum: 60, max: 1 } as const;
      for (const lived of told) writer.countLive([all], lived);
      writer.stop(false);
    },
    /** Sums of connections of the first minutes, over all samples of their minute. */
    minutes(room: string) {
      const db = openDatabase({ path, synchronous: 'normal' }, true);
      const [from, to] = [NOON, NOON + 120_000].map((t) => new Date(t).toISOString());
      const context = { now: NOON + 120_000, completeUntil: NOON + 120_000, limits: QUERY_LIMITS };
      const question = {
        path: 'series',
        query: { measures: 'connections', step: '1m', from, to, room },
        format: 'json',
        isRoomLive: true,
      } as const;
      const reply = answer(question, new SqliteQueryStore(db), context, new ZoneDays());
      db.close();
      if (reply.kind === 'problem') return expect.fail(reply.problem.message);
      const { buckets } = JSON.parse(new TextDecoder().decode(reply.body)) as { buckets: { connections: { max: number } }[] };
      return buckets.map(({ connections }) => connections.max);
    },
  };
}

it('connections that stood when the process was killed are counted up to where it lived, at the next start and only there', () => {
  const { run, minutes } = runs();
  run({ standing: [{ room: 'a', second: SECOND + 50, connections: 2 }], until: SECOND + 50 }, { standing: [], until: SECOND + 70 });
  expect(minutes('a')).toEqual([0, 0]);
  run();
  expect(minutes('a')).toEqual([2, 2]);
  run({ standing: [], until: SECOND + 500 });
  run();
  expect(minutes('a')).toEqual([2, 2]);
});

it('of connections that ended nothing is counted, nor of what was said to stand after the last sign of life or long before', () => {
  const { run, minutes } = runs();
  const [a, b, c] = [
    { room: 'a', second: SECOND + 5, connections: 2 },
    { room: 'b', second: SECOND + 30, connections: 1 },
    { room: 'c', second: SECOND - 3600, connections: 1 },
  ];
  run({ standing: [a, b, c], until: SECOND + 20 }, { standing: [{ ...a, connections: 0 }], until: SECOND + 20 });
  run();
  for (const room of ['a', 'b', 'c']) expect(minutes(room)).toEqual([0, 0]);
});
