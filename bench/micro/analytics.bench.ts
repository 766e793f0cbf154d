/**
 * What analytics cost on the hub's thread per event: the live collector and the live facts, with the real clock, and a snapshot. Run: `node bench/micro/analytics.bench.ts` (Node 24).
 * ns per call: median, min and max over the rounds; all parts are interleaved in each round, so that a noisy moment hits all of them.
 */

import { LiveFacts } from '../../packages/server/src/analytics/live/live-facts.ts';
import { LiveCollector } from '../../packages/server/src/analytics/live-collector.ts';
import type { Publication } from '../../packages/server/src/bus/bus.ts';
import type { StoredMessage } from '../../packages/server/src/store/store.ts';
import { systemClock } from '../../packages/server/src/util/clock.ts';

const ROUNDS = 21;
const CALLS = 20_000;
const USERS = 5000;

function messageOf(index: number, users: number): StoredMessage {
  const userId = `user-${(index * 7919) % users}`;
  const messageId = `550e8400-e29b-41d4-a716-${String(index).padStart(12, '0')}`;
  return {
    roomId: 'r',
    messageId,
    type: 'chat',
    userId,
    username: 'A',
    content: 'x',
    timestamp: 0,
    replyTo: undefined,
    position: undefined,
  };
}

const collectorOf = (): LiveCollector => new LiveCollector(systemClock, { totals: { chatMessages: 0, deletedMessages: 0 }, activity: [] });
const live = collectorOf();
const flooded = collectorOf();
const sink = { write: async (facts: readonly unknown[]) => void facts.length };
const factsOf = (): LiveFacts => new LiveFacts({ clock: systemClock, sink, onBug: console.error });
const facts = factsOf();
const messages = Array.from({ length: CALLS }, (_, i) => messageOf(i, USERS));
const publications = messages.map((message, i): Publication => {
  const { roomId, type, userId, username, content, messageId, replyTo } = message;
  const draft = { roomId, type, userId, username, authorJson: '', content, messageId, isClientId: false, replyTo, arrivedAt: 0 };
  return { draft, epoch: 'e', seq: i, timestamp: Date.now() };
});
const latencies = Array.from({ length: CALLS }, (_, i) => 0.05 * 1.001 ** (i % 9000));
const rooms = Array.from({ length: 1000 }, (_, i) => `room-${i}`);
let strangers = 0;
const stamped = (over: Partial<StoredMessage>): StoredMessage[] => messages.map((m) => ({ ...m, timestamp: Date.now(), ...over }));

/** Each prepares its input and answers what is timed: CALLS events. */
const parts: Record<string, () => () => void> = {
  'delivered, one publication of a turn': () => () => {
    for (let i = 0; i < CALLS; i++) live.delivered('r', latencies[i] ?? 0, 1000);
  },
  'facts: delivered, one room': () => () => {
    for (let i = 0; i < CALLS; i++) facts.delivered('r', latencies[i] ?? 0, 1000);
  },
  'facts: delivered, 1,000 rooms in turn': () => () => {
    for (let i = 0; i < CALLS; i++) facts.delivered(rooms[i % rooms.length] ?? '', latencies[i] ?? 0, 1000);
  },
  'facts: a connection comes and goes': () => () => {
    for (let i = 0; i < CALLS; i += 2) {
      facts.entered('r', 'u');
      facts.exited('r', 'u');
    }
  },
  accepted: () => () => {
    for (let i = 0; i < CALLS; i++) live.accepted(publications[i] as Publication);
  },
  'stored, one by one, 5,000 users': () => {
    const rows = stamped({}).map((row) => [row]);
    return () => {
      for (let i = 0; i < CALLS; i++) live.stored(rows[i] ?? []);
    };
  },
  'stored, batches of 100': () => {
    const rows = stamped({});
    const batches = Array.from({ length: CALLS / 100 }, (_, i) => rows.slice(i * 100, i * 100 + 100));
    return () => {
      for (const batch of batches) live.stored(batch);
    };
  },
  'stored, imported, 20 years old': () => {
    const rows = stamped({ timestamp: Date.UTC(2006, 0, 1) });
    return () => live.stored(rows);
  },
  'stored, each a new user id (flood)': () => {
    const rows = stamped({}).map((row) => ({ ...row, userId: `stranger-${strangers++}` }));
    return () => flooded.stored(rows);
  },
};

function nsPerCall(run: () => void): number {
  const start = process.hrtime.bigint();
  run();
  return Number(process.hrtime.bigint() - start) / CALLS;
}

function report(name: string, values: readonly number[], unit: string): void {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (q: number): string => (sorted[Math.floor(q * (sorted.length - 1))] ?? 0).toFixed(unit === 'ms' ? 3 : 0);
  console.log(`${name.padEnd(40)} ${at(0.5).padStart(8)} ${unit}   ${at(0)}–${at(1)}`);
}

const figures = new Map<string, number[]>(Object.keys(parts).map((name) => [name, []]));
for (let round = 0; round < ROUNDS; round++) {
  for (const [name, prepare] of Object.entries(parts)) figures.get(name)?.push(nsPerCall(prepare()));
}
for (const [name, values] of figures) report(name, values.slice(1), 'ns');
for (let i = 0; i < 19_000; i++) live.connected({ connectionId: `c${i}`, userId: `u${i}`, username: 'A', connectedAt: Date.now() });
const timeSnapshot = (collector: LiveCollector): number[] => {
  return Array.from({ length: ROUNDS }, () => {
    const start = performance.now();
    JSON.stringify(collector.snapshot());
    return performance.now() - start;
  });
};
report('snapshot as JSON, 19,000 connections', timeSnapshot(live), 'ms');
report('snapshot as JSON, 400,000 strangers', timeSnapshot(flooded), 'ms');
console.log(
  `chatters: ${live.snapshot().chatters}; flooded: ${flooded.snapshot().chatters} of ${strangers}; RSS ${Math.round(process.memoryUsage().rss / 2 ** 20)} MB`,
);

/** What the hub's thread waits for at once, in ms, while each second has 10,000 publications. `wall` is moved by hand. */
async function timePieces(members: number, rooms: number): Promise<ReadonlyMap<string, readonly number[]>> {
  let wall = Date.UTC(2026, 0, 1);
  let tick = (): void => {};
  const every = (_ms: number, run: () => void): (() => void) => {
    tick = run;
    return () => {};
  };
  const crowd = new LiveFacts({ clock: { ...systemClock, now: () => wall, every }, sink, onBug: console.error });
  for (let i = 0; i < members; i++) crowd.entered(`room-${i % rooms}`, `user-${i}`);
  const times = new Map<string, number[]>();
  const time = (name: string, run: () => void): void => {
    const start = performance.now();
    run();
    times.set(name, [...(times.get(name) ?? []), performance.now() - start]);
  };
  for (let second = 0; second < 240; second++) {
    for (let i = 0; i < 10_000; i++) crowd.delivered(`room-${i % rooms}`, latencies[(i * 7) % 9000] ?? 0, 10);
    wall += 1000;
    // The first event of a second closes the one before.
    time('close of a second', () => crowd.joined('room-0'));
    time('tick', tick);
    await new Promise((resolve) => setImmediate(resolve));
    if (second < 200) continue;
    time('open(room)', () => crowd.open('room-0'));
    time('open(all rooms)', () => crowd.open(undefined));
    time('seconds(room)', () => crowd.seconds('room-0', 0, wall));
    time('seconds(all rooms)', () => crowd.seconds(undefined, 0, wall));
  }
  return times;
}

for (const [members, rooms] of [
  [1000, 10],
  [20_000, 1],
  [20_000, 2000],
] as const) {
  for (const [name, ms] of await timePieces(members, rooms)) report(`${members} in ${rooms} rooms: ${name}`, ms, 'ms');
}
