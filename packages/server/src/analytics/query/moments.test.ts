import { expect, it } from 'vitest';
import { MOMENT_BUCKET_MS } from '../derive/moment-scan.ts';
import { AnalyticsEngine } from '../engine/engine.ts';
import { MemoryEngineStore } from '../engine/memory-engine-store.ts';
import type { MessageFact } from '../engine/ports.ts';
import { QUERY_LIMITS } from '../request/limits.ts';
import { answer } from './answer.ts';
import { MemoryQueryStore } from './memory-query-store.ts';
import { ZoneDays } from './zone-days.ts';

const START = Date.UTC(2026, 0, 5);
const BURST = START + 100 * MOMENT_BUCKET_MS;

it('ASK-1: moments are said to be adjusting from the end of a bucket until it is closed, where it may hold one', () => {
  let now = BURST + 5000;
  const store = new MemoryEngineStore();
  const engine = new AnalyticsEngine(store, { now: () => now, minutesKeptMs: 0, maxRooms: 10 });
  const take = (room: number, t: number, count: number): void => {
    const messages = Array.from({ length: count }, (_, i): MessageFact => {
      return {
        ...{ room, t: t + i, seq: i, row: i, user: 1, userId: 'u', username: 'u' },
        ...{ content: '', id: `${i}`, replyTo: undefined },
      };
    });
    store.insert(messages);
    engine.take(messages);
  };
  const rooms = new Map([
    ['burst', 1],
    ['quiet', 2],
  ]);
  const queries = new MemoryQueryStore(store, { rooms, users: new Map(), terms: new Map() });
  const isAdjusting = (room?: string, from = START): boolean => {
    const query = { from: new Date(from).toISOString(), to: new Date(now).toISOString(), ...(room === undefined ? {} : { room }) };
    const context = { now, completeUntil: now, limits: QUERY_LIMITS, seconds: [] };
    const reply = answer({ path: 'moments', query, format: 'json', isRoomLive: false }, queries, context, new ZoneDays());
    if (reply.kind === 'problem') return expect.fail(reply.problem.message);
    return 'adjusting' in JSON.parse(new TextDecoder().decode(reply.body));
  };
  for (const room of [1, 2]) take(room, START, 1);
  take(1, BURST, 13);
  take(2, BURST, 12);
  expect(isAdjusting()).toBe(false);
  now = BURST + MOMENT_BUCKET_MS;
  expect([undefined, 'burst', 'quiet'].map((room) => isAdjusting(room))).toEqual([true, true, false]);
  expect(isAdjusting('burst', BURST + 5000)).toBe(false);
  now += 2000;
  // Another process, before its first tick.
  expect(isAdjusting()).toBe(true);
  new AnalyticsEngine(store, { now: () => now, minutesKeptMs: 0, maxRooms: 10 }).tick();
  // The moment is there, and still open: the next bucket may belong to it.
  expect(store.moments.get(1)?.size).toBe(1);
  now += MOMENT_BUCKET_MS;
  engine.tick();
  expect(isAdjusting()).toBe(false);
});
