/**
 * What analytics costs in the writer's thread, per message of the real log (`node bench/micro/collector.bench.ts [LOG.jsonl.gz] [ROUNDS] [NAMES]`): µs of
 * the processor, whole and by part, median, min and max over the rounds, the first left out. `engine on SQLite` is the whole as the server pays it, in a
 * thread like its own, in the pieces that it makes of a log that waits; transactions and checkpoints are in it. The rest is there to find out why:
 * parts are measured by themselves, so that their sum is not the whole. NAMES: only what has this in its name.
 * What the hub's thread pays is in analytics.bench.ts.
 */
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { gunzipSync } from 'node:zlib';
import { MomentScan } from '../../packages/server/src/analytics/derive/moment-scan.ts';
import { MomentWatch } from '../../packages/server/src/analytics/derive/moment-watch.ts';
import { RoomFlow } from '../../packages/server/src/analytics/derive/room-flow.ts';
import { countMessage, partsOf } from '../../packages/server/src/analytics/engine/count-message.ts';
import { AnalyticsEngine } from '../../packages/server/src/analytics/engine/engine.ts';
import { ENGINE_LIMITS } from '../../packages/server/src/analytics/engine/engine-limits.ts';
import { MemoryEngineStore } from '../../packages/server/src/analytics/engine/memory-engine-store.ts';
import type { MessageFact } from '../../packages/server/src/analytics/engine/ports.ts';
import type { Level } from '../../packages/server/src/analytics/rollup/levels.ts';
import { MemoryRollups } from '../../packages/server/src/analytics/rollup/memory-rollups.ts';
import { RollupDeltas } from '../../packages/server/src/analytics/rollup/rollup-deltas.ts';
import { type Numbering, readText } from '../../packages/server/src/analytics/text/index.ts';
import { openWith } from '../../packages/server/src/store/sqlite/open-database.ts';
import { THREAD_LIMITS } from '../../packages/server/src/store/sqlite/worker-client.ts';
import { Writer } from '../../packages/server/src/store/sqlite/writer.ts';
import { Stopwatch } from '../analytics/stopwatch.ts';
import type { CountingOrder } from './collector-thread.ts';

const LOG = process.argv[2] ?? new URL('../../../shared/data/ubuntu-irc.jsonl.gz', import.meta.url).pathname;
const ROUNDS = Number(process.argv[3] ?? 5);
const BATCHES = [100, 1000, 4000];
const FOR_EVER: readonly Level[] = ['quarter', 'day'];
const WITH_MINUTES: readonly Level[] = ['minute', 'quarter', 'day'];

interface LogLine {
  readonly t: string;
  readonly room: string;
  readonly user: string;
  readonly username?: string;
  readonly type: string;
  readonly content: string;
  readonly messageId: string;
  readonly replyTo?: string;
}

const lines = gunzipSync(readFileSync(LOG))
  .toString()
  .split('\n')
  .filter((line) => line.includes('"type":"chat"'))
  .map((line) => JSON.parse(line) as LogLine)
  .map((line) => ({ ...line, at: Date.parse(line.t) }))
  .sort((a, b) => a.at - b.at);
const numbers = { rooms: new Map<string, number>(), users: new Map<string, number>() };
const facts = lines.map(({ at, room, user, username = user, content, messageId, replyTo }, i): MessageFact => {
  const own = { room: numberOf(numbers.rooms, room), user: numberOf(numbers.users, user), row: i + 1 };
  return { ...own, t: at, seq: 0, userId: user, username, content, id: messageId, replyTo };
});
const lastT = facts.at(-1)?.t ?? 0;

function numberOf(known: Map<string, number>, name: string): number {
  const number = known.get(name) ?? known.size + 1;
  known.set(name, number);
  return number;
}

function* batchesOf<T>(items: readonly T[], size: number): Generator<readonly T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}

/** As old as the log is, minutes are not kept; with the clock of its time they are, the last 30 days. */
function engineInMemory(size: number, nowOf: (batch: readonly MessageFact[]) => number): number {
  const store = new MemoryEngineStore();
  let now = 0;
  const engine = new AnalyticsEngine(store, { ...ENGINE_LIMITS, now: () => now });
  const watch = new Stopwatch<'take' | 'rest'>('rest');
  for (const batch of batchesOf(facts, size)) {
    now = nowOf(batch);
    store.insert(batch);
    watch.during('take', () => engine.take(batch));
  }
  return watch.taken().take.cpuSeconds;
}

const dir = mkdtempSync(join(tmpdir(), 'hubbub-collector-'));
const logged = { path: join(dir, 'log.db'), last: 0 };
/** As the server has it: it holds nothing of the log, and goes on from round to round; but every file, and so every word and user, is new to it. */
const thread = new Worker(new URL('collector-thread.ts', import.meta.url), { resourceLimits: THREAD_LIMITS });

function storeLog(): void {
  const flat = lines.flatMap((line) => [
    ...[line.room, line.messageId, 0, line.user, line.username ?? line.user, line.content, line.at, line.replyTo ?? '', '', 0],
  ]);
  const writer = openWith({ path: logged.path, synchronous: 'normal' }, false, (db) => new Writer(db));
  writer.start(1000);
  logged.last = writer.importEvents(flat).last;
  while (!writer.merge(logged.last));
  writer.stop(true);
}

async function engineInSqlite(piece: number | undefined, minutesKeptMs = ENGINE_LIMITS.minutesKeptMs): Promise<number> {
  if (logged.last === 0) storeLog();
  const path = join(dir, 'counted.db');
  copyFileSync(logged.path, path);
  const taken = once(thread, 'message');
  thread.postMessage({ path, last: logged.last, piece, minutesKeptMs } satisfies CountingOrder);
  const [cpuSeconds] = await taken;
  for (const name of [path, `${path}-wal`, `${path}-shm`]) rmSync(name, { force: true });
  return cpuSeconds;
}

const words = new Map<string, number>();
const numbering: Numbering = { era: 0, number: (word) => numberOf(words, word) };
const parts = facts.map((fact) => partsOf(fact, numbering));

function families(levels: readonly Level[], which: 'count' | 'flush'): number {
  const deltas = new RollupDeltas(new MemoryRollups());
  const watch = new Stopwatch<'count' | 'flush' | 'rest'>('rest');
  let next = 0;
  for (const batch of batchesOf(facts, 1000)) {
    watch.during('count', () => {
      for (const { room, t } of batch) {
        const part = parts[next++];
        if (part === undefined) continue;
        for (const scope of [0, room]) countMessage(deltas.at(scope, t, levels), part, 1);
      }
    });
    watch.during('flush', () => deltas.flush());
  }
  return watch.taken()[which].cpuSeconds;
}

function timed(run: () => void): number {
  const watch = new Stopwatch<'run' | 'rest'>('rest');
  watch.during('run', run);
  return watch.taken().run.cpuSeconds;
}

const silent = { mention() {}, response() {}, session() {} };
const measured: Readonly<Record<string, () => number | Promise<number>>> = {
  'engine on SQLite': () => engineInSqlite(undefined),
  'engine on SQLite, with minutes': () => engineInSqlite(undefined, Number.POSITIVE_INFINITY),
  ...Object.fromEntries(
    BATCHES.map((size) => [`engine in memory, ${size} at once`, () => engineInMemory(size, () => lastT + 365 * 86_400_000)]),
  ),
  'engine in memory, 1000, with minutes': () => engineInMemory(1000, (batch) => batch.at(-1)?.t ?? 0),
  ...Object.fromEntries([1000, 4000].map((piece) => [`engine on SQLite, ${piece} at once`, () => engineInSqlite(piece)])),
  'part: text': () => timed(() => facts.forEach(({ content }) => void readText(content))),
  'part: plain families, 1000 at once': () => families(FOR_EVER, 'count'),
  'part: their flush, 1000 at once': () => families(FOR_EVER, 'flush'),
  'part: plain families, with minutes': () => families(WITH_MINUTES, 'count'),
  'part: their flush, with minutes': () => families(WITH_MINUTES, 'flush'),
  'part: firsts': () =>
    timed(() => {
      const { firsts } = new MemoryEngineStore();
      for (const { room, user, t } of facts)
        for (const scope of [0, room]) if (firsts.get(scope, user) === undefined) firsts.set(scope, user, t);
    }),
  'part: flow (mentions, responses, sessions)': () =>
    timed(() => {
      const flows = new Map([...numbers.rooms.values()].map((room) => [room, new RoomFlow()]));
      for (const fact of facts) flows.get(fact.room)?.advance(fact, silent);
    }),
  'part: moments': () =>
    timed(() => {
      const watches = new Map<number, MomentWatch>();
      for (const { room, t } of facts) {
        const watch = watches.get(room) ?? new MomentWatch(new MomentScan(Math.floor(t / 10_000)), () => {});
        watches.set(room, watch);
        watch.add(t);
      }
    }),
};

const wanted = Object.entries(measured).filter(([name]) => name.includes(process.argv[4] ?? ''));
const figures = new Map<string, number[]>(wanted.map(([name]) => [name, []]));
for (let round = 0; round < ROUNDS; round++)
  for (const [name, run] of wanted) {
    const micros = ((await run()) * 1e6) / facts.length;
    figures.get(name)?.push(micros);
    if (round === 0) console.error(`${name}: first ${micros.toFixed(2)}`);
  }
console.log(`${facts.length} messages of ${numbers.rooms.size} rooms; µs of the processor per message`);
for (const [name, values] of figures) {
  const sorted = (values.length > 1 ? values.slice(1) : values).toSorted((a, b) => a - b);
  const at = (share: number): string => (sorted[Math.floor(share * (sorted.length - 1))] ?? 0).toFixed(2);
  console.log(`${name.padEnd(46)} ${at(0.5).padStart(7)}   ${at(0)}–${at(1)}`);
}
await thread.terminate();
rmSync(dir, { recursive: true, force: true });
