import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { type AnalyticsQuestions, askingAnalytics } from '../../../analytics/analytics.ts';
import { AnalyticsEngine } from '../../../analytics/engine/engine.ts';
import type { EngineStore } from '../../../analytics/engine/ports.ts';
import { answer } from '../../../analytics/query/answer.ts';
import { ZoneDays } from '../../../analytics/query/zone-days.ts';
import type { StoredMessage } from '../../store.ts';
import { openDatabase } from '../open-database.ts';
import { packMessages } from '../rows.ts';
import { Writer } from '../writer.ts';
import { SqliteQueryStore } from './query-store.ts';

const EPOCH = '11111111-1111-4111-8111-111111111111';
const NOON = Date.UTC(2026, 2, 1, 12);
const cleanups: (() => void)[] = [];
afterEach(() => {
  for (const clean of cleanups.splice(0)) clean();
});

/** A store that counts when it is told to, and questions put to it at a time of one's choice. */
function world() {
  const dir = mkdtempSync(join(tmpdir(), 'hubbub-complete-'));
  const at = { now: NOON, queuedSince: undefined as number | undefined };
  const makeEngine = (store: EngineStore) => new AnalyticsEngine(store, { now: () => at.now, minutesKeptMs: 86_400_000, maxRooms: 10 });
  const writer = new Writer(openDatabase({ path: join(dir, 'hubbub.db'), synchronous: 'normal' }, false), {
    analytics: { makeEngine, cpuMs: () => 0 },
  });
  writer.start(1000);
  writer.openEpochs([{ roomId: 'r', epoch: EPOCH, firstSeq: 1 }]);
  const db = openDatabase({ path: join(dir, 'hubbub.db'), synchronous: 'normal' }, true);
  const store = new SqliteQueryStore(db);
  const questions = askingAnalytics({
    questions: {
      ask: async (question, context) => answer(question, store, context, new ZoneDays()),
      ready: async () => {},
      beginRecount: () => expect.fail(),
      stepRecount: () => expect.fail(),
      close: async () => {},
    },
    repairing: { beginRepair: () => expect.fail(), lastRepair: async () => undefined },
    live: undefined,
    oldestQueued: () => at.queuedSince,
    clock: { now: () => at.now },
  });
  let seq = 0;
  const message = (t: number, isLive: boolean): StoredMessage => ({
    ...{
      messageId: crypto.randomUUID(),
      roomId: 'r',
      type: 'chat',
      userId: 'a',
      username: 'a',
      content: 'x',
      timestamp: t,
      replyTo: undefined,
    },
    position: isLive ? { epoch: EPOCH, seq: ++seq } : undefined,
  });
  cleanups.push(() => {
    writer.stop(true);
    db.close();
    rmSync(dir, { recursive: true });
  });
  return {
    at,
    said: (t: number) => void writer.append(packMessages([message(t, true)])),
    imported: (t: number, count: number) =>
      void writer.importEvents(packMessages(Array.from({ length: count }, (_, i) => message(t + i, false)))),
    count: () => {
      const last = Number(db.prepare('select max(row) as last from messages').get()?.last);
      for (let pieces = 0; !writer.merge(last); pieces += 1) expect(pieces).toBeLessThan(1000);
    },
    until: () => completeUntil(questions),
    isAdjusting: () => isAdjusting(questions),
  };
}

async function isAdjusting(questions: AnalyticsQuestions): Promise<boolean> {
  const reply = await questions.ask(
    { path: 'summary', query: {}, format: 'json', isRoomLive: false },
    { address: 'a', isGone: () => false },
  );
  if (reply.kind !== 'answer') return expect.fail(JSON.stringify(reply));
  return 'adjusting' in JSON.parse(new TextDecoder().decode(reply.body));
}

async function completeUntil(questions: AnalyticsQuestions): Promise<number> {
  const query = {
    step: '1m',
    from: new Date(NOON - 60_000).toISOString(),
    to: new Date(NOON + 3_600_000).toISOString(),
    measures: 'messages',
  };
  const reply = await questions.ask({ path: 'series', query, format: 'json', isRoomLive: false }, { address: 'a', isGone: () => false });
  if (reply.kind !== 'answer') return expect.fail(JSON.stringify(reply));
  const { completeUntil, buckets } = JSON.parse(new TextDecoder().decode(reply.body)) as {
    completeUntil: string;
    buckets: readonly { readonly t: string; readonly partial?: true }[];
  };
  const until = Date.parse(completeUntil);
  expect(buckets.filter(({ partial }) => partial !== true).every(({ t }) => Date.parse(t) + 60_000 <= until)).toBe(true);
  return until - NOON;
}

it('ASK-12 completeUntil is two to three seconds ago while all is counted', async () => {
  const { at, said, count, until } = world();
  said(NOON + 500);
  count();
  for (const ms of [10_000, 10_999, 11_000]) {
    at.now = NOON + ms;
    expect(await until()).toBe(Math.floor(ms / 1000) * 1000 - 2000);
  }
});

it('ASK-12 completeUntil stands still while counting is behind, and goes on when it is not', async () => {
  const { at, said, count, until } = world();
  said(NOON + 1500);
  count();
  said(NOON + 7200);
  at.now = NOON + 60_000;
  expect(await until()).toBe(7000);
  said(NOON + 59_000);
  at.now = NOON + 600_000;
  expect(await until()).toBe(7000);
  count();
  expect(await until()).toBe(598_000);
});

it('ASK-12 completeUntil waits for what was accepted and is not in the store', async () => {
  const { at, said, count, until } = world();
  said(NOON + 5000);
  at.now = NOON + 60_000;
  at.queuedSince = NOON + 3999;
  expect(await until()).toBe(3000);
  count();
  expect(await until()).toBe(3000);
  at.queuedSince = undefined;
  expect(await until()).toBe(58_000);
});

it('ASK-12 completeUntil goes by live messages, also behind an import of any length', async () => {
  const { at, said, imported, count, until } = world();
  at.now = NOON + 60_000;
  imported(NOON - 86_400_000, 3000);
  expect(await until()).toBe(58_000);
  said(NOON + 20_000);
  imported(NOON - 172_800_000, 3000);
  expect(await until()).toBe(20_000);
  expect(await until()).toBe(20_000);
  count();
  expect(await until()).toBe(58_000);
});

it('ASK-17 an answer is adjusting while anything that was imported is not counted, and not for what is live', async () => {
  const { at, said, imported, count, isAdjusting } = world();
  at.now = NOON + 60_000;
  said(NOON);
  expect(await isAdjusting()).toBe(false);
  imported(NOON + 500, 1);
  said(NOON + 1000);
  expect(await isAdjusting()).toBe(true);
  count();
  expect(await isAdjusting()).toBe(false);
  said(NOON + 2000);
  expect(await isAdjusting()).toBe(false);
  imported(NOON + 3000, 1);
  expect(await isAdjusting()).toBe(true);
  count();
  expect(await isAdjusting()).toBe(false);
});
