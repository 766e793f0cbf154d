import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COLUMN, KIND } from '../rollup/columns.ts';
import { LEVELS } from '../rollup/levels.ts';
import { FAMILIES, type RollupKey } from '../rollup/port.ts';
import { COUNTS, QUANTILES, segmentsOf } from './compare-slots.ts';
import { AnalyticsEngine } from './engine.ts';
import { MemoryEngineStore } from './memory-engine-store.ts';
import type { MessageFact, Moment } from './ports.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const START = Date.UTC(2026, 2, 1, 11);
const NOW = START + 20 * DAY;
const WHOLE = { room: undefined, fromT: START - DAY, toT: NOW + DAY };
const WORDS = ['hello there', 'user1: yes?', '@Ann look http://x.org', 'so 🎉 good', 'user2, no', 'a', '@user3 @user1 hm?', 'ok'];

const said = fc.record({
  gap: fc.oneof(fc.nat(3), fc.nat(20_000), fc.nat(40 * MINUTE), fc.nat(30 * HOUR)),
  room: fc.integer({ min: 1, max: 3 }),
  user: fc.integer({ min: 1, max: 4 }),
  name: fc.constantFrom('', 'Ann', 'annabel'),
  words: fc.nat(WORDS.length - 1),
  answers: fc.option(fc.nat(5), { nil: undefined }),
  burst: fc.nat(25).map((n) => (n === 0 ? 30 : 1)),
});
const history = fc.array(said, { minLength: 1, maxLength: 50 }).map((list) => {
  const facts: MessageFact[] = [];
  let t = START;
  for (const { gap, room, user, name, words, answers, burst } of list) {
    t += gap;
    for (let i = 0; i < burst; i++) {
      const row = facts.length + 1;
      const who = { user, userId: `user${user}`, username: name === '' ? `user${user}` : name };
      const replyTo = answers === undefined ? undefined : facts.at(-1 - answers)?.id;
      facts.push({ room, ...who, row, seq: 0, t: t + i * 50, content: WORDS[words] ?? '', id: `m${row}`, replyTo });
    }
  }
  return facts;
});

const damage = fc.record({
  what: fc.constantFrom('lost', 'garbled', 'of another', 'first', 'no first', 'no moment', 'false moment', 'wrong moment'),
  pick: fc.nat(),
  other: fc.nat(),
});
type Damaging = typeof damage extends fc.Arbitrary<infer T> ? T : never;
const step = fc.record({ take: fc.nat(6), pick: fc.nat(), remove: fc.nat(8), steps: fc.nat(12), restarts: fc.nat(20), drops: fc.nat(9) });

function engineOf(store: MemoryEngineStore): AnalyticsEngine {
  return new AnalyticsEngine(store, { now: () => NOW, minutesKeptMs: 18 * DAY, maxRooms: 2 });
}

function settle(engine: AnalyticsEngine): void {
  for (let left = 200_000; !engine.repair(1000); left--) if (left === 0) throw new Error('endless');
  engine.tick();
}

function keysOf(store: MemoryEngineStore): (RollupKey & { readonly body: Uint8Array })[] {
  return FAMILIES.flatMap((family) =>
    LEVELS.flatMap((level) =>
      [...store.rollups.scopesOf(family, level, -1e9, 1e9)].map(({ scope, container, chunk, body }) => ({
        ...{ family, level, scope, container, chunk, body },
      })),
    ),
  );
}

const LIVE_ALONE: readonly number[] = [
  ...[COLUMN.joins, COLUMN.leaves, COLUMN.deleted, COLUMN.connectionSamples, COLUMN.connectionSum, COLUMN.connectionMax],
];

/** What is kept, without what no message tells. */
function everything(store: MemoryEngineStore) {
  const all: Record<string, unknown> = {};
  for (const { family, level, scope, container, chunk, body } of keysOf(store)) {
    const told = family === 'counts' ? countsIn(body) : family === 'quantiles' ? binsIn(body) : [Buffer.from(body).toString('hex')];
    if (told.length > 0) all[`${family} ${level} ${scope} ${container} ${chunk}`] = told;
  }
  const moments = [...store.moments].flatMap(([room, own]) => [...own.values()].map((moment) => ({ room, ...moment, isOpen: false })));
  const firsts = [0, 1, 2, 3].map((scope) => [1, 2, 3, 4].map((user) => store.firsts.get(scope, user)));
  return { all, firsts, moments: moments.sort((a, b) => a.room - b.room || a.startBucket - b.startBucket) };
}

function countsIn(body: Uint8Array): unknown[] {
  const slots = (segmentsOf(COUNTS, body) ?? []).map(([slot, { columns }]) => [
    slot,
    ...columns.map((value, at) => (LIVE_ALONE.includes(at) ? 0 : value)),
  ]);
  return slots.filter(([, ...values]) => values.some((value) => value !== 0));
}

function binsIn(body: Uint8Array): unknown[] {
  return (segmentsOf(QUANTILES, body) ?? []).flatMap(([slot, { kinds }]) => {
    const bins: number[][] = [];
    kinds.slice(0, KIND.latency).forEach((of, kind) => void of.forEach((bin, weight) => void bins.push([slot, kind, bin, weight])));
    return bins;
  });
}

function direct(facts: readonly MessageFact[], terms: Map<string, number>) {
  const store = new MemoryEngineStore(terms);
  const engine = engineOf(store);
  store.insert(facts);
  engine.take(facts);
  settle(engine);
  return everything(store);
}

function plant({ what, pick, other }: Damaging, store: MemoryEngineStore): void {
  const keys = keysOf(store);
  // Of rooms that there are.
  const scope = pick % (store.lastRoom() + 1);
  const [room, user] = [Math.max(1, scope), (other % 4) + 1];
  const moments = [...(store.moments.get(room)?.values() ?? [])];
  const moment = moments[other % Math.max(1, moments.length)];
  const false_: Moment = {
    startBucket: START / 10_000 + (other % 9000),
    endBucket: 0,
    messages: 3,
    peak: 1,
    isOpen: false,
    firstMessageId: 'm1',
    terms: [],
  };
  const key = keys[pick % Math.max(1, keys.length)];
  if (what === 'first') store.firsts.set(scope, user, START + (other % DAY));
  else if (what === 'no first') store.firsts.set(scope, user, undefined);
  else if (what === 'false moment' && room <= store.lastRoom())
    store.putMoment(room, false_.startBucket, { ...false_, endBucket: false_.startBucket + 3 });
  else if (what === 'no moment' && moment !== undefined) store.putMoment(room, moment.startBucket, undefined);
  else if (what === 'wrong moment' && moment !== undefined) store.putMoment(room, moment.startBucket, { ...moment, messages: 99 });
  else if (key === undefined) return;
  else if (what === 'lost') store.rollups.put(key, undefined);
  else if (what === 'garbled')
    store.rollups.put(
      key,
      Uint8Array.from(key.body, (byte, at) => (at === other % key.body.length ? byte ^ 5 : byte)),
    );
  else {
    const alike = keys.filter(({ family, level }) => family === key.family && level === key.level);
    store.rollups.put(key, alike[other % alike.length]?.body);
  }
}

describe('a repair that was asked for', () => {
  it('REPAIR-1, REPAIR-3: leaves what the messages say, whatever was wrong, and whatever comes, goes and restarts meanwhile', () => {
    fc.assert(
      fc.property(
        history,
        fc.nat(100),
        fc.array(damage, { minLength: 1, maxLength: 6 }),
        fc.array(step, { maxLength: 40 }),
        (facts, share, damages, plan) => {
          const terms = new Map<string, number>();
          const store = new MemoryEngineStore(terms);
          let engine = engineOf(store);
          const waiting = facts.slice(Math.ceil((facts.length * share) / 100));
          const standing = facts.slice(0, facts.length - waiting.length);
          store.insert(standing);
          engine.take(standing);
          settle(engine);
          for (const each of damages) plant(each, store);
          engine = engineOf(store);
          engine.beginRepair(WHOLE);
          for (const { take, pick, remove, steps, restarts, drops } of plan) {
            const batch = waiting.splice(pick % 3 === 0 ? pick % (waiting.length + 1) : 0, take);
            store.insert(batch);
            engine.take(batch);
            standing.push(...batch);
            const gone = remove === 0 && standing.length > 0 ? standing.splice(pick % standing.length, 1) : [];
            store.delete(gone);
            engine.remove(gone);
            for (let n = 0; n < steps; n++) engine.repair(2, () => n % 2 === 0);
            if (drops === 0) engine.drop();
            if (restarts > 0) continue;
            engine = engineOf(store);
            engine.beginRepair(WHOLE);
          }
          settle(engine);
          expect(engine.lastRepair?.endedAt).toBe(NOW);
          store.insert(waiting);
          engine.take(waiting);
          settle(engine);
          const wanted = direct([...standing, ...waiting], terms);
          expect(everything(store)).toEqual(wanted);
          engine.beginRepair(WHOLE);
          settle(engine);
          expect(engine.lastRepair).toMatchObject({ damageCount: 0, damagedBuckets: 0, damages: [], share: 1 });
          expect(everything(store)).toEqual(wanted);
        },
      ),
      { numRuns: Number(process.env.RUNS ?? 10) },
    );
  });
});
