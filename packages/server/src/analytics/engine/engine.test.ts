import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LEVELS } from '../rollup/levels.ts';
import { FAMILIES } from '../rollup/port.ts';
import { AnalyticsEngine } from './engine.ts';
import { MemoryEngineStore } from './memory-engine-store.ts';
import type { MessageFact } from './ports.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const START = Date.UTC(2026, 2, 1, 11);
const NOW = START + 20 * 24 * HOUR;

const WORDS = [
  'hello there',
  'user1: yes?',
  '@Ann look http://x.org',
  'so 🎉 good',
  'user2, no',
  'a',
  'köln naïve',
  '@user3 @user1 hm?',
  'ok',
];

/** Events close together, with pauses, in three rooms; some answer others. */
const events = fc
  .array(
    fc.record({
      gap: fc.oneof(fc.nat(3), fc.nat(20_000), fc.nat(40 * MINUTE), fc.nat(30 * HOUR)),
      room: fc.integer({ min: 1, max: 3 }),
      user: fc.integer({ min: 1, max: 4 }),
      name: fc.constantFrom('', 'Ann', 'annabel'),
      words: fc.nat(WORDS.length - 1),
      answers: fc.option(fc.nat(5), { nil: undefined }),
      isDeleted: fc.nat(5).map((n) => n === 0),
      burst: fc.nat(40).map((n) => (n === 0 ? 30 : 1)),
    }),
    { minLength: 1, maxLength: 60 },
  )
  .map((list) => {
    const facts: (MessageFact & { isDeleted: boolean })[] = [];
    let t = START;
    for (const { gap, room, user, name, words, answers, isDeleted, burst } of list) {
      t += gap;
      for (let i = 0; i < burst; i++) {
        const replyTo = answers === undefined ? undefined : facts.at(-1 - answers)?.id;
        const row = facts.length + 1;
        const content = WORDS[words] ?? '';
        const who = { user, userId: `user${user}`, username: name === '' ? `user${user}` : name };
        facts.push({ room, ...who, row, seq: 0, t: t + i * 50, content, id: `m${row}`, replyTo, isDeleted });
      }
    }
    return facts;
  });

function engineOf(store: MemoryEngineStore, maxRooms = 10): AnalyticsEngine {
  return new AnalyticsEngine(store, { now: () => NOW, minutesKeptMs: 18 * 24 * HOUR, maxRooms });
}

function repairAll(engine: AnalyticsEngine, steps: number): void {
  for (let left = 20000; !engine.repair(steps); left--) if (left === 0) throw new Error('endless');
  engine.tick();
}

function everything(store: MemoryEngineStore) {
  const all: Record<string, string> = {};
  for (const family of FAMILIES)
    for (const level of LEVELS)
      for (const { scope, container, chunk, body } of store.rollups.scopesOf(family, level, -1e9, 1e9))
        all[`${family} ${level} ${scope} ${container} ${chunk}`] = Buffer.from(body).toString('hex');
  const moments = [...store.moments].flatMap(([room, own]) => [...own.values()].map((moment) => ({ room, ...moment, isOpen: false })));
  return { all, moments: moments.sort((a, b) => a.room - b.room || a.startBucket - b.startBucket) };
}

/** All that stands, in order, at once. */
function direct(facts: readonly MessageFact[], terms: Map<string, number>) {
  const store = new MemoryEngineStore(terms);
  const engine = engineOf(store);
  store.insert(facts);
  engine.take(facts);
  repairAll(engine, 1000);
  expect(engine.faults).toBe(0);
  return everything(store);
}

describe('the engine', () => {
  it('keeps the same summaries whatever the order and the batches, with repairs between, restarts, and rooms read back', () => {
    fc.assert(
      fc.property(
        events,
        fc.array(fc.record({ take: fc.nat(12), pick: fc.nat(), repair: fc.nat(3), restarts: fc.boolean() }), {
          minLength: 60,
          maxLength: 60,
        }),
        (facts, plan) => {
          const terms = new Map<string, number>();
          const wanted = direct(facts, terms);
          const store = new MemoryEngineStore(terms);
          let engine = engineOf(store, 1);
          const left = [...facts];
          for (const { take, pick, repair, restarts } of plan) {
            const batch = left.splice(pick % 2 === 0 ? 0 : pick % (left.length + 1), take);
            store.insert(batch);
            engine.take(batch);
            engine.repair(repair);
            expect(engine.faults).toBe(0);
            if (restarts) engine = engineOf(store, 1);
          }
          store.insert(left);
          engine.take(left);
          repairAll(engine, 2);
          expect(engine.faults).toBe(0);
          expect(everything(store)).toEqual(wanted);
        },
      ),
      { numRuns: Number(process.env.RUNS ?? 20) },
    );
  });

  it('takes back what is deleted, wherever it stands', () => {
    fc.assert(
      fc.property(events, fc.nat(3), (facts, steps) => {
        const terms = new Map<string, number>();
        const standing = facts.filter(({ isDeleted }) => !isDeleted);
        const store = new MemoryEngineStore(terms);
        const engine = engineOf(store);
        store.insert(facts);
        engine.take(facts);
        const gone = facts.filter(({ isDeleted }) => isDeleted);
        store.delete(gone);
        engine.remove(gone);
        repairAll(engine, steps);
        expect(engine.faults).toBe(0);
        const got = everything(store);
        const wanted = direct(standing, terms);
        expect(got.moments).toEqual(wanted.moments);
        const withoutCounts = ({ all }: typeof got) => Object.fromEntries(Object.entries(all).filter(([key]) => !key.startsWith('counts')));
        expect(withoutCounts(got)).toEqual(withoutCounts(wanted));
      }),
      { numRuns: Number(process.env.RUNS ?? 20) },
    );
  });
});
