import { describe, expect, it } from 'vitest';
import { AnalyticsEngine } from '../engine/engine.ts';
import { MemoryEngineStore } from '../engine/memory-engine-store.ts';
import type { MessageFact } from '../engine/ports.ts';
import { QUERY_LIMITS } from '../request/limits.ts';
import { DAY_MS, dayOf, type Level } from '../rollup/levels.ts';
import type { Family, RollupKey } from '../rollup/port.ts';
import { MemoryQueryStore } from './memory-query-store.ts';
import { Recounts } from './recounts.ts';

const START = Date.UTC(2026, 2, 1);
const NOW = START + 3 * DAY_MS;
const TO = new Date(START + DAY_MS).toISOString();

/** A word of letters alone for a number. */
const wordOf = (n: number): string => `w${[...String(n)].map((digit) => 'abcdefghij'[Number(digit)]).join('')}`;

/** One room on one day, `words` in each message. */
function world(messages: number, words: (n: number) => string) {
  const terms = new Map<string, number>();
  const engineStore = new MemoryEngineStore(terms);
  const engine = new AnalyticsEngine(engineStore, { now: () => NOW, minutesKeptMs: 30 * DAY_MS, maxRooms: 10 });
  const facts = Array.from({ length: messages }, (_, n): MessageFact => {
    const who = { room: 1, user: 1 + (n % 3), userId: `u${n % 3}`, username: `u${n % 3}` };
    return { ...who, row: n + 1, seq: 0, t: START + n * 1000, content: words(n), id: `m${n}`, replyTo: undefined };
  });
  engineStore.insert(facts);
  engine.take(facts);
  while (!engine.repair(1000));
  engine.tick();
  const names = { rooms: new Map([['r', 1]]), users: new Map([1, 2, 3].map((n) => [`u${n - 1}`, n])), terms };
  return { engineStore, engine, store: new MemoryQueryStore(engineStore, names) };
}

function recounted({ store }: ReturnType<typeof world>, room?: string) {
  const recounts = new Recounts(store);
  const query = { from: new Date(START).toISOString(), to: TO, ...(room === undefined ? {} : { room }) };
  let step = recounts.begin({ query, isRoomLive: false }, { now: NOW, limits: QUERY_LIMITS });
  while (step.kind === 'going') step = recounts.step();
  if (step.reply.kind !== 'answer') throw new Error(JSON.stringify(step.reply));
  return JSON.parse(new TextDecoder().decode(step.reply.body));
}

const keyOf = (family: Family, level: Level, container: number): RollupKey => ({ family, level, scope: 0, container, chunk: 0 });

describe('a recount', () => {
  it('ASK-13: takes what lies within the bound of an approximate list for no difference, and says the bound', () => {
    const many = world(1200, (n) => `${wordOf(n * 2)} ${wordOf(n * 2 + 1)} ${n % 2 === 0 ? 'often' : 'seldom'}`);
    const report = recounted(many);
    expect(report).toMatchObject({ isEqual: true, approximate: true, differences: [], days: [] });
    expect(report.bounds.topTerms).toBeGreaterThan(0);
    expect(report.bounds.topTerms).toBeLessThanOrEqual(3600 / 1024);
    expect(report.recounted.topTerms[0]).toEqual({ key: 'often', count: 600 });
    expect(recounted(world(100, () => 'few words'))).not.toHaveProperty('approximate');
  });

  it('ASK-13: takes what lies beyond the bound for a difference, which a repair mends', () => {
    const many = world(1200, (n) => `${wordOf(n * 2)} ${wordOf(n * 2 + 1)} often`);
    const other = world(1200, (n) => `${wordOf(n * 2)} ${wordOf(n * 2 + 1)} ${n < 1150 ? 'often' : 'seldom'}`);
    const key = keyOf('terms', 'day', 12 * 56 + 2);
    many.engineStore.rollups.put(key, other.engineStore.rollups.get(key));
    const report = recounted(many);
    expect(report).toMatchObject({ isEqual: false, approximate: true });
    expect(report.differences.map(({ measure }: { measure: string }) => measure)).toEqual(['topTerms']);
    many.engine.beginRepair({ room: undefined, fromT: START, toT: START + DAY_MS });
    while (!many.engine.repair(1000));
    expect(many.engine.lastRepair?.damages[0]).toMatchObject({ measure: 'topTerms', of: 'day' });
    expect(recounted(many)).toMatchObject({ isEqual: true, differences: [] });
    // What is approximate in the same bounds is no damage.
    many.engine.beginRepair({ room: undefined, fromT: START, toT: START + DAY_MS });
    while (!many.engine.repair(1000));
    expect(many.engine.lastRepair?.damageCount).toBe(0);
  });

  it('ASK-8: shows what is wrong by quarters and by minutes alone, and what cannot be read', () => {
    const some = world(300, (n) => `hello ${n % 7 === 0 ? 'u1: yes?' : ''}`);
    expect(recounted(some)).toMatchObject({ isEqual: true });
    const rollups = some.engineStore.rollups;
    const hour = keyOf('counts', 'minute', START / 3_600_000);
    const [minutes, quarters] = [rollups.get(hour), rollups.get(keyOf('counts', 'quarter', dayOf(START)))];
    rollups.put(hour, undefined);
    const [byMinutes] = recounted(some).days;
    expect(byMinutes.differences[0]).toEqual({ step: '1m', measure: 'messages', kept: 0, recounted: 300 });
    rollups.put(hour, minutes);
    rollups.put(keyOf('counts', 'quarter', dayOf(START)), undefined);
    const [byQuarters] = recounted(some).days;
    expect(byQuarters.differences[0]).toEqual({ step: '15m', measure: 'messages', kept: 0, recounted: 300 });
    rollups.put(keyOf('counts', 'quarter', dayOf(START)), quarters?.subarray(1));
    expect(recounted(some)).toMatchObject({ isEqual: false, unreadable: [expect.stringContaining('counts of quarter')] });
  });
});
