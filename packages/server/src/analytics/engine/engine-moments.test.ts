import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MOMENT_BUCKET_MS } from '../derive/moment-scan.ts';
import { momentStory } from '../derive/moment-story.ts';
import { momentsByDefinition } from '../derive/moments-by-definition.kit.ts';
import { startOf } from '../derive/order.ts';
import { readText } from '../text/index.ts';
import { AnalyticsEngine } from './engine.ts';
import { finish } from './late-changes.ts';
import { MemoryEngineStore } from './memory-engine-store.ts';
import type { MessageFact } from './ports.ts';

const START = Date.UTC(2026, 0, 5);
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ROOM = 1;
const NUM_RUNS = Number(process.env.RUNS ?? 60);

const ROOMS = [1, 2];
const WORDS = ['release', 'sound', 'install', 'kernel', 'the release', 'sound and kernel', 'hello'];

/** Talk, silences and bursts, in order. */
const stretch = fc.record({
  room: fc.constantFrom(...ROOMS, ROOM),
  talk: fc.oneof(
    { weight: 4, arbitrary: fc.record({ pause: fc.nat(5 * MINUTE), messages: fc.integer({ min: 1, max: 5 }), every: fc.nat(20_000) }) },
    {
      weight: 4,
      arbitrary: fc.record({ pause: fc.nat(16 * MINUTE), messages: fc.integer({ min: 10, max: 60 }), every: fc.nat(900) }),
    },
    { weight: 1, arbitrary: fc.record({ pause: fc.nat(25 * HOUR), messages: fc.constant(1), every: fc.constant(0) }) },
  ),
});

const history = fc.array(stretch, { minLength: 1, maxLength: 12, size: 'max' }).map((stretches) => {
  const facts: MessageFact[] = [];
  let t = START;
  for (const {
    room,
    talk: { pause, messages, every },
  } of stretches) {
    t += pause;
    for (let i = 0; i < messages; i++, t += every) facts.push({ ...messageAt(t, facts.length + 1), room });
  }
  return facts;
});

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('take' as const), messages: fc.nat(12), lag: fc.nat(4000) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('take' as const), messages: fc.nat(60), lag: fc.nat(20_000) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('late' as const), messages: fc.nat(12), from: fc.oneof(fc.nat(10), fc.nat()) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('remove' as const), messages: fc.nat(3), from: fc.nat() }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('repair' as const), steps: fc.constantFrom(0, 1, 3, 30, 1000), times: fc.nat(4) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('wait' as const), ms: fc.oneof(fc.nat(3000), fc.nat(20_000)) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('tick' as const), isHeard: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
);

const messageAt = (t: number, row: number): MessageFact => {
  return {
    ...{ room: ROOM, user: 1, userId: 'u', username: 'u' },
    ...{ t, seq: 0, row, content: WORDS[row % WORDS.length] ?? '', id: `m${row}`, replyTo: undefined },
  };
};

const bucketOf = (t: number): number => Math.floor(t / MOMENT_BUCKET_MS);
const termsOf = (content: string): readonly string[] => readText(content).terms;

function countsOf(messages: readonly MessageFact[]): Map<number, number> {
  const buckets = messages.map(({ t }) => bucketOf(t)).sort((a, b) => a - b);
  return new Map([...Map.groupBy(buckets, (bucket) => bucket)].map(([bucket, own]) => [bucket, own.length]));
}

describe('moments', () => {
  it('are those of the definition, whenever messages come, are removed, buckets close, repairs go on and the process starts again', () => {
    const sometimes = { found: 0 };
    fc.assert(
      fc.property(history, fc.array(step, { minLength: 1, maxLength: 60, size: 'max' }), (facts, steps) => {
        let now = START;
        const store = new MemoryEngineStore();
        const start = (): AnalyticsEngine => new AnalyticsEngine(store, { now: () => now, minutesKeptMs: MINUTE, maxRooms: 1 });
        let engine = start();
        const waiting = [...facts];
        const standing: MessageFact[] = [];
        const take = (batch: readonly MessageFact[], lag = 0): void => {
          now = Math.max(now, ...batch.map(({ t }) => t + lag));
          store.insert(batch);
          engine.take(batch);
          standing.push(...batch);
        };
        const run = (each: (typeof steps)[number]): void => {
          switch (each.kind) {
            case 'take':
              return take(waiting.splice(0, each.messages), each.lag);
            case 'late':
              return take(waiting.splice(each.from % (waiting.length + 1), each.messages));
            case 'remove': {
              const gone = standing.splice(each.from % (standing.length + 1), each.messages);
              store.delete(gone);
              return engine.remove(gone);
            }
            case 'repair':
              for (let left = each.times; left > 0; left--) engine.repair(each.steps);
              return;
            case 'wait':
              now += each.ms;
              return;
            case 'tick':
              return engine.tick(each.isHeard ? waiting[0]?.t : undefined);
            case 'restart':
              engine = start();
          }
        };
        for (const each of steps) run(each);
        take(waiting.splice(0));
        for (let left = 20_000; !engine.repair(2); left--) if (left === 0) throw new Error('endless');
        now += MINUTE;
        engine.tick();
        for (const room of ROOMS) {
          const wanted = momentsByDefinition(countsOf(standing.filter((each) => each.room === room)), bucketOf(now));
          sometimes.found += wanted.length;
          const found = [...(store.moments.get(room)?.values() ?? [])].sort((a, b) => a.startBucket - b.startBucket);
          expect(found).toEqual(wanted.map((span) => ({ ...span, ...finish(momentStory(room, span, store.history, termsOf)) })));
        }
      }),
      { numRuns: NUM_RUNS },
    );
    expect(sometimes.found).toBeGreaterThan(NUM_RUNS / 2);
  });

  describe('in the bucket that is still open', () => {
    const at = (bucket: number, messages = 1): MessageFact[] =>
      Array.from({ length: messages }, (_, i) => messageAt(START + bucket * MOMENT_BUCKET_MS + i, bucket * 100 + i));

    /** A room in which something was said long before, and the starts of its moments. */
    function room() {
      let now = START;
      const store = new MemoryEngineStore();
      const engine = new AnalyticsEngine(store, { now: () => now, minutesKeptMs: MINUTE, maxRooms: 10 });
      const waitUntil = (bucket: number) => {
        now = Math.max(now, START + bucket * MOMENT_BUCKET_MS + 3000);
      };
      const take = (...messages: MessageFact[]): void => {
        waitUntil(bucketOf(Math.max(...messages.map(({ t }) => t)) - START));
        store.insert(messages);
        engine.take(messages);
      };
      const inTheEnd = (): number[] => {
        while (!engine.repair(2));
        now += MINUTE;
        engine.tick();
        return [...(store.moments.get(ROOM)?.keys() ?? [])].map((bucket) => bucket - bucketOf(START)).sort((a, b) => a - b);
      };
      take(...at(0, 2));
      return { store, engine, take, waitUntil, inTheEnd };
    }

    it('is found though a message that came before it in the same batch was for a closed one', () => {
      const { engine, take, waitUntil, inTheEnd } = room();
      take(...at(100, 20));
      waitUntil(101);
      engine.tick();
      take(messageAt(START + 100 * MOMENT_BUCKET_MS + 5000, 10_050), ...at(200, 20));
      take(...at(300));
      expect(inTheEnd()).toEqual([100, 200]);
    });

    it('is found though another message was removed meanwhile', () => {
      const { store, engine, take, inTheEnd } = room();
      take(...at(100, 20));
      const gone = store.history.messages(ROOM, startOf(START), startOf(START + 1), 1) as MessageFact[];
      store.delete(gone);
      engine.remove(gone);
      take(...at(300));
      expect(inTheEnd()).toEqual([100]);
    });

    it('is found though a repair that began before it had come further', () => {
      const { store, engine, take, waitUntil, inTheEnd } = room();
      take(...at(5));
      take(...at(1), ...at(2));
      waitUntil(8000);
      while (store.dirtOf(ROOM).some(({ kind }) => kind === 'slots')) engine.repair(1);
      engine.repair(50);
      take(...at(3000, 20), ...at(3100));
      expect(inTheEnd()).toEqual([3000]);
    });

    it('is found whole though a message came to it after it was closed: nothing has to be repaired', () => {
      for (const [after, found] of [
        [100, [100]],
        [101, [100]],
        [102, [100, 102]],
      ] as const) {
        const { store, engine, take, waitUntil, inTheEnd } = room();
        take(...at(100, 20));
        waitUntil(110);
        engine.tick();
        const more = Array.from({ length: 40 }, (_, i) => messageAt(START + after * MOMENT_BUCKET_MS + 5000 + i, 20_000 + i));
        for (const late of more) take(late);
        expect(store.dirtOf(ROOM)).toEqual([]);
        take(...at(300));
        expect(inTheEnd()).toEqual(found);
        const messages = [...(store.moments.get(ROOM)?.values() ?? [])].reduce((sum, each) => sum + each.messages, 0);
        expect(messages).toBe(60);
      }
    });

    it('stays open while a message that is to come to it waits', () => {
      const late = messageAt(START + 100 * MOMENT_BUCKET_MS + 5000, 10_050);
      for (const heardUntil of [undefined, late.t]) {
        const { store, engine, take, waitUntil, inTheEnd } = room();
        take(...at(100, 20));
        waitUntil(101);
        engine.tick(heardUntil);
        expect(store.moments.get(ROOM)?.size ?? 0).toBe(heardUntil === undefined ? 1 : 0);
        take(late, ...at(300));
        expect(inTheEnd()).toEqual([100]);
      }
    });
  });
});
