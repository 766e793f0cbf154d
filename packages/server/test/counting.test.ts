import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ENGINE_LIMITS } from '../src/analytics/engine/engine-limits.ts';
import { MemoryAnalytics } from '../src/analytics/engine/memory-analytics.ts';
import type { LiveFactsSink } from '../src/analytics/live-facts-sink.ts';
import type { Questions } from '../src/analytics/questions.ts';
import { QUERY_LIMITS } from '../src/analytics/request/limits.ts';
import { countingWriter, questionsInThread } from '../src/compose-analytics.ts';
import { MemoryStore } from '../src/store/memory-store.ts';
import { openSqliteStore } from '../src/store/sqlite/sqlite-store.ts';
import type { Store, StoredMessage, StoredNotice } from '../src/store/store.ts';
import { systemClock } from '../src/util/clock.ts';

const EPOCH = '11111111-1111-4111-8111-111111111111';
/** A whole number of hours: nothing in a test depends on where in an hour it runs. */
const HOUR = Math.floor(Date.now() / 3_600_000) * 3_600_000 - 3_600_000;

interface Counting {
  readonly store: Store;
  readonly facts: LiveFactsSink;
  readonly questions: Questions;
  close(): Promise<void>;
}

const message = (seq: number, more: Partial<StoredMessage> = {}): StoredMessage => ({
  roomId: 'r',
  messageId: `00000000-0000-4000-8000-${seq.toString(16).padStart(12, '0')}`,
  type: 'chat',
  userId: `u${seq % 3}`,
  username: 'Ann',
  content: 'so good 🎉',
  timestamp: HOUR + seq * 1000,
  replyTo: undefined,
  position: { epoch: EPOCH, seq },
  ...more,
});
const imported = (n: number): StoredMessage => message(n, { position: undefined, timestamp: HOUR + (n - 500) * 1000 });
const notice = (n: number): StoredNotice => ({
  ...message(n),
  type: 'join',
});
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

async function ask({ questions }: Counting, path: 'series' | 'top' | 'moments', query: Record<string, string>) {
  const to = HOUR + 3_600_000;
  const times = { from: new Date(HOUR).toISOString(), to: new Date(to).toISOString() };
  const context = { now: Date.now(), completeUntil: to, limits: QUERY_LIMITS };
  await questions.ready();
  const reply = await questions.ask({ path, query: { ...times, ...query }, format: 'json', isRoomLive: false }, context);
  if (reply.kind === 'problem') return expect.fail(reply.problem.message);
  return JSON.parse(new TextDecoder().decode(reply.body));
}

/** The one bucket of the hour. */
async function hour(counting: Counting): Promise<Record<string, unknown>> {
  const { buckets } = await ask(counting, 'series', { step: '1h', measures: 'messages,activeUsers,joins,emoji,presentUsers' });
  expect(buckets.length).toBe(1);
  return buckets[0];
}

describe.each(['sqlite', 'memory'] as const)('counting beside the %s store', (kind) => {
  const folders: string[] = [];
  afterEach(() => {
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  });

  async function open(): Promise<Counting> {
    if (kind === 'memory') {
      const analytics = new MemoryAnalytics(systemClock, ENGINE_LIMITS, (error) => expect.fail(String(error)));
      const store = new MemoryStore(undefined, (events) => analytics.inserted(events));
      return { store, facts: analytics, questions: analytics, close: () => analytics.close() };
    }
    const dir = mkdtempSync(join(tmpdir(), 'hubbub-counting-'));
    folders.push(dir);
    const store = await openSqliteStore(dir, { synchronous: 'normal', analytics: countingWriter });
    const questions = questionsInThread(dir, () => store.asked());
    const close = async () => {
      await questions.close();
      await store.close(true);
    };
    return { store, facts: { write: (facts, lived) => store.countLive(facts, lived) }, questions, close };
  }

  it('answers within a second with what was stored and imported, each once, and what happened without messages', async () => {
    const counting = await open();
    const { store, facts } = counting;
    await store.openEpoch('r', EPOCH, 1);
    await store.append(range(1, 40).map((n) => message(n)));
    await store.importEvents([...range(501, 540).map(imported), ...range(601, 603).map(notice), message(1)]);
    await store.importEvents([...range(501, 540).map(imported), ...range(601, 603).map(notice)]);
    await facts.write(
      [
        { kind: 'moved', room: 'r', t: HOUR, joins: 2, leaves: 0 },
        { kind: 'present', room: 'r', t: HOUR, user: 'u1' },
        { kind: 'present', room: 'elsewhere', t: HOUR, user: 'nobody yet' },
      ],
      { standing: [], until: undefined },
    );
    await expect
      .poll(() => hour(counting), { timeout: 5000 })
      .toMatchObject({ messages: 80, activeUsers: 3, joins: 5, emoji: 80, presentUsers: 2 });
    expect((await ask(counting, 'top', { what: 'emoji' })).items).toEqual([{ key: '🎉', count: 80 }]);
    expect((await ask(counting, 'top', { what: 'users', limit: '1' })).items.length).toBe(1);
    await expect.poll(async () => 'adjusting' in (await hour(counting)), { timeout: 5000 }).toBe(false);
    await counting.close();
  });
});

describe('counting that is turned on later', () => {
  it('takes in the whole log while commits go on, and the notices of before, once', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'hubbub-counting-'));
    const first = await openSqliteStore(dir, { synchronous: 'normal' });
    await first.openEpoch('r', EPOCH, 1);
    await first.append(range(1, 3000).map((n) => message(n)));
    await first.importEvents([notice(3100), notice(3101)]);
    await first.close(true);
    for (const more of [1, 2]) {
      const store = await openSqliteStore(dir, { synchronous: 'normal', analytics: countingWriter });
      await store.append([message(3000 + more)]);
      const questions = questionsInThread(dir, () => store.asked());
      const counting = { store, questions, facts: { write: async () => {} }, close: async () => {} };
      await expect.poll(() => hour(counting), { timeout: 10_000 }).toMatchObject({ messages: 3000 + more, joins: 2 });
      await questions.close();
      await store.close(true);
    }
    rmSync(dir, { recursive: true });
  });
});
