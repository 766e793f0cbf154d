import { describe, expect, it } from 'vitest';
import { MemoryStore } from '../store/memory-store.ts';
import { type StoredMessage, StoreUnavailable } from '../store/store.ts';
import type { Clock } from '../util/clock.ts';
import { createImporter, type ImportOptions, type ImportProgress } from './importer.ts';
import type { ImportedEvent } from './parse-line.ts';
import { EXAMPLES_PER_REASON } from './refusals.ts';

const line = (n: number, more: object = {}): string =>
  `${JSON.stringify({ t: 1_700_000_000_000 + n, room: `r${n % 3}`, user: `u${n % 7}`, content: `message ${n}`, ...more })}\n`;
const lines = (count: number): string => Array.from({ length: count }, (_, n) => line(n)).join('');

async function* of(...pieces: string[]): AsyncGenerator<string> {
  yield* pieces;
}

/** Time stands still but for pauses, which take no real time. */
function instantClock(): Clock & { passed: number } {
  const clock = {
    passed: 0,
    now: () => 1_800_000_000_000,
    monotonic: () => clock.passed,
    after(delayMs: number, run: () => void) {
      let isCancelled = false;
      queueMicrotask(() => {
        if (isCancelled) return;
        clock.passed += delayMs;
        run();
      });
      return () => {
        isCancelled = true;
      };
    },
    every: () => () => undefined,
    endOfTurn: (run: () => void) => void setImmediate(run),
  };
  return clock;
}

type Sink = { importEvents(batch: readonly ImportedEvent[]): Promise<readonly boolean[]> };

function setUp(store: Sink = new MemoryStore()) {
  const told: { through: ReadonlyMap<string, number>; inserted: readonly StoredMessage[] }[] = [];
  const clock = instantClock();
  const importer = createImporter({ store, clock, onImported: (through, inserted) => told.push({ through, inserted }) });
  const run = (text: string | AsyncIterable<string>, options?: ImportOptions) =>
    importer.importLines(typeof text === 'string' ? of(text) : text, options);
  return { told, clock, run };
}

const acceptAll = async (batch: readonly ImportedEvent[]): Promise<boolean[]> => batch.map(() => true);

describe('an import', () => {
  it('adds everything once (IMPORT-1), however often it runs', async () => {
    const store = new MemoryStore();
    const { run } = setUp(store);
    const text = lines(1_234) + line(1) + line(1) + line(5, { type: 'join' }) + line(5, { type: 'join' });
    expect(await run(text)).toMatchObject({
      read: 1_238,
      inserted: 1_238,
      repeated: 0,
      refused: 0,
      throughLine: 1_238,
      end: { kind: 'complete' },
    });
    expect(await run(text, { batchEvents: 7 })).toMatchObject({ read: 1_238, inserted: 0, repeated: 1_238, throughLine: 1_238 });
    expect((await store.totals()).chatMessages).toBe(1_236);
  });

  it('takes a message id twice in one batch for one message', async () => {
    const messageId = '994229cf-810b-50dc-8c8c-f29a6ba07312';
    expect(await setUp().run(line(0, { messageId }) + line(0, { messageId }))).toMatchObject({ inserted: 1, repeated: 1 });
  });

  it('tells what was really inserted, and how far up each room', async () => {
    const { run, told } = setUp();
    await run(line(3) + line(0) + line(1) + line(9, { type: 'leave' }));
    expect(told).toHaveLength(1);
    expect(told[0]?.through).toEqual(
      new Map([
        ['r0', 1_700_000_000_003],
        ['r1', 1_700_000_000_001],
      ]),
    );
    expect(told[0]?.inserted.map(({ content }) => content)).toEqual(['message 3', 'message 0', 'message 1']);
    await run(line(3) + line(0));
    expect(told).toHaveLength(1);
  });

  it('counts refused lines by reason, with the first line numbers, and goes on (IMPORT-2)', async () => {
    const summary = await setUp().run(`${line(0)}\n{"t":1}\n${'x\n'.repeat(30)}${line(1)}`);
    expect(summary).toMatchObject({ read: 33, inserted: 2, refused: 31, throughLine: 34 });
    expect(summary.refusals.map(({ reason, count }) => [reason, count])).toEqual([
      ['bad_json', 30],
      ['timestamp_invalid', 1],
    ]);
    expect(summary.refusals[0]?.examples.map(({ line: at }) => at)).toEqual(Array.from({ length: EXAMPLES_PER_REASON }, (_, n) => n + 4));
    expect(summary.refusals[1]?.examples).toEqual([{ line: 3, detail: '1' }]);
  });

  it('reads the next batch while one is written, and no further', async () => {
    let pulled = 0;
    async function* counting(): AsyncGenerator<string> {
      for (let n = 0; n < 100; n += 1) {
        pulled += 1;
        yield line(n);
      }
    }
    const writes: { size: number; done: () => void }[] = [];
    const store = {
      importEvents: (batch: readonly ImportedEvent[]) =>
        new Promise<boolean[]>((resolve) => writes.push({ size: batch.length, done: () => resolve(batch.map(() => true)) })),
    };
    const ended = setUp(store).run(counting(), { batchEvents: 10 });
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    await turn();
    expect([writes.length, pulled]).toEqual([1, 20]);
    writes[0]?.done();
    await turn();
    expect([writes.length, pulled]).toEqual([2, 30]);
    for (let n = 1; n < 10; n += 1) {
      writes[n]?.done();
      await turn();
    }
    expect(await ended).toMatchObject({ inserted: 100 });
    expect(writes.map(({ size }) => size)).toEqual(Array.from({ length: 10 }, () => 10));
  });

  it('lets others have their turn after a few lines', async () => {
    let turns = 0;
    let isOver = false;
    const tick = (): void => {
      turns += 1;
      if (!isOver) setImmediate(tick);
    };
    setImmediate(tick);
    await setUp().run(lines(500), { linesPerTurn: 10 });
    isOver = true;
    expect(turns).toBeGreaterThanOrEqual(50);
  });

  it('tries a store that is away again, and loses and doubles nothing', async () => {
    const store = new MemoryStore();
    let calls = 0;
    const flaky = {
      async importEvents(batch: readonly ImportedEvent[]) {
        calls += 1;
        if (calls % 3 === 1) throw new StoreUnavailable('locked');
        const inserted = await store.importEvents(batch);
        // Written, but the answer is lost: the same batch comes again.
        if (calls % 3 === 2) throw new StoreUnavailable('thread died');
        return inserted;
      },
    };
    const { run, clock } = setUp(flaky);
    expect(await run(lines(1_000), { batchEvents: 100 })).toMatchObject({ read: 1_000, throughLine: 1_000, end: { kind: 'complete' } });
    expect((await store.totals()).chatMessages).toBe(1_000);
    expect(clock.passed).toBe(10 * (100 + 200));
  });

  it('gives up on a store that stays away, and says up to which line everything is in', async () => {
    let calls = 0;
    const store = {
      async importEvents(batch: readonly ImportedEvent[]) {
        calls += 1;
        if (calls > 3) throw new StoreUnavailable('disk full');
        return acceptAll(batch);
      },
    };
    const { run, clock } = setUp(store);
    const summary = await run(lines(1_000), { batchEvents: 100 });
    expect(summary).toMatchObject({
      inserted: 300,
      throughLine: 300,
      end: { kind: 'store_failed', message: 'the store is away: disk full' },
    });
    expect(clock.passed).toBeGreaterThan(50_000);
    expect(clock.passed).toBeLessThanOrEqual(60_000);
  });

  it('does not retry what is no outage', async () => {
    const broken = { importEvents: () => Promise.reject(new TypeError('bug')) };
    const { run, clock } = setUp(broken);
    expect(await run(lines(10))).toMatchObject({
      inserted: 0,
      throughLine: 0,
      end: { kind: 'store_failed', message: 'the store refused a batch: bug' },
    });
    expect(clock.passed).toBe(0);
  });

  it('keeps what came before the source failed, but not half a line', async () => {
    async function* cut(): AsyncGenerator<string> {
      yield lines(10) + line(10).slice(0, 20);
      throw new Error('log.gz is cut off');
    }
    expect(await setUp().run(cut())).toMatchObject({
      inserted: 10,
      refused: 0,
      throughLine: 10,
      end: { kind: 'source_failed', message: 'log.gz is cut off' },
    });
  });

  it('stops when asked: what was read is written, and running it again goes on', async () => {
    const store = new MemoryStore();
    const stop = new AbortController();
    async function* asking(): AsyncGenerator<string> {
      yield lines(250);
      stop.abort();
      yield lines(1_000);
    }
    const { run } = setUp(store);
    const summary = await run(asking(), { signal: stop.signal, batchEvents: 100 });
    expect(summary).toMatchObject({ inserted: 250, throughLine: 250, end: { kind: 'stopped' } });
    expect(await run(lines(1_000))).toMatchObject({ inserted: 750, repeated: 250 });
  });

  it('stops at once while the source has nothing to say', async () => {
    const stop = new AbortController();
    async function* silent(): AsyncGenerator<string> {
      yield line(0);
      await new Promise(() => undefined);
    }
    const ended = setUp().run(silent(), { signal: stop.signal });
    setImmediate(() => stop.abort());
    expect(await ended).toMatchObject({ inserted: 1, end: { kind: 'stopped' } });
  });

  it('stops while it waits for the store to come back', async () => {
    const stop = new AbortController();
    const store = {
      importEvents: () => {
        stop.abort();
        return Promise.reject(new StoreUnavailable('locked'));
      },
    };
    expect(await setUp(store).run(lines(5), { signal: stop.signal })).toMatchObject({ throughLine: 0, end: { kind: 'stopped' } });
  });

  it('tells its progress after each batch', async () => {
    const seen: ImportProgress[] = [];
    await setUp().run(lines(25), { batchEvents: 10, onProgress: (progress) => seen.push(progress) });
    expect(seen.map(({ throughLine }) => throughLine)).toEqual([10, 20, 25]);
    expect(seen.at(-1)).toEqual({ read: 25, inserted: 25, repeated: 0, refused: 0, throughLine: 25 });
  });
});
