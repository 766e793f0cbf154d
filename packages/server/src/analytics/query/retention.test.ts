import { expect, it } from 'vitest';
import { AnalyticsEngine } from '../engine/engine.ts';
import { MemoryEngineStore } from '../engine/memory-engine-store.ts';
import type { MessageFact } from '../engine/ports.ts';
import { QUERY_LIMITS } from '../request/limits.ts';
import { DAY_MS } from '../rollup/levels.ts';
import { answer } from './answer.ts';
import { MemoryQueryStore } from './memory-query-store.ts';
import { ZoneDays } from './zone-days.ts';

const MONDAY = Date.UTC(2026, 0, 5);
const WEEK_MS = 7 * DAY_MS;

it.each([
  { now: MONDAY + WEEK_MS - 1, retained: [1] },
  { now: MONDAY + WEEK_MS, retained: [1, 0] },
  { now: MONDAY + WEEK_MS + 1, retained: [1, 0] },
])('ASK-1: retention has the weeks that have begun by the clock, however far counting is ($now)', ({ now, retained }) => {
  const store = new MemoryEngineStore();
  const engine = new AnalyticsEngine(store, { now: () => now, minutesKeptMs: 0, maxRooms: 10 });
  const message: MessageFact = {
    ...{ room: 1, t: MONDAY, seq: 1, row: 1, user: 1, userId: 'ann', username: 'ann' },
    ...{ content: 'hello', id: '1', replyTo: undefined },
  };
  store.insert([message]);
  engine.take([message]);
  const queries = new MemoryQueryStore(store, { rooms: new Map([['r', 1]]), users: new Map([['ann', 1]]), terms: new Map() });
  for (const completeUntil of [now, now - DAY_MS]) {
    const query = { from: new Date(MONDAY).toISOString(), to: new Date(MONDAY + 2 * WEEK_MS).toISOString() };
    const question = { path: 'retention', query, format: 'json', isRoomLive: false } as const;
    const reply = answer(question, queries, { now, completeUntil, limits: QUERY_LIMITS }, new ZoneDays());
    if (reply.kind === 'problem') return expect.fail(reply.problem.message);
    expect(JSON.parse(new TextDecoder().decode(reply.body)).cohorts).toEqual([{ week: '2026-W02', size: 1, retained }]);
  }
});
