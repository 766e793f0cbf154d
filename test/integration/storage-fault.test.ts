import { describe, expect, test } from 'vitest';
import { TestClient } from '../kit/client.ts';
import { lockDatabase } from '../kit/database-lock.ts';
import { isAck, isJoined, isMessage } from '../kit/frames.ts';
import { missingIds } from '../kit/history-checker.ts';
import { fullHistory, get, type Health } from '../kit/http.ts';
import { ServerProcess, UNLIMITED } from '../kit/server-process.ts';
import { eventually, sleep } from '../kit/wait.ts';

async function withLockedStore(
  run: (server: ServerProcess, unlock: () => void, replace: (server: ServerProcess) => void) => Promise<void>,
): Promise<void> {
  let server = await ServerProcess.start({ env: UNLIMITED });
  let isLocked = false;
  let release: () => void = () => {};
  const unlock = (): void => {
    if (isLocked) release();
    isLocked = false;
  };
  try {
    const opener = await TestClient.join(server, { userId: 'opener', rooms: ['locked', 'full'] });
    for (const roomId of ['locked', 'full']) {
      opener.chat('before', { roomId, ref: roomId });
      await opener.next(isAck(roomId));
    }
    await opener.close();
    release = await lockDatabase(server.dataDir);
    isLocked = true;
    await run(server, unlock, (next) => {
      server = next;
    });
  } finally {
    unlock();
    await server.dispose();
  }
}

const health = async (server: ServerProcess): Promise<Health> => (await get<Health>(server, '/health')).body;

describe('with a locked database', () => {
  test('STORE-2 STORE-4 ACK-4 HTTP-1 HTTP-2: chat flows on unacked, health tells, and the acks come when the lock is gone', async () => {
    await withLockedStore(async (server, unlock) => {
      const alice = await TestClient.join(server, { userId: 'alice', rooms: ['locked'] });
      const bob = await TestClient.join(server, { userId: 'bob', rooms: ['locked'] });
      for (let i = 0; i < 50; i++) (i % 2 === 0 ? alice : bob).chat(`m${i}`, { ref: i });
      for (const client of [alice, bob]) await client.next(isMessage('m49'));
      await eventually(
        'health says that the store is away',
        async () => ((await health(server)).storage === 'unavailable' ? true : undefined),
        20_000,
      );
      expect([alice.acks.size, bob.acks.size]).toEqual([0, 0]);
      expect((await get(server, '/ready')).status).toBe(200);
      unlock();
      for (let i = 0; i < 50; i++) await (i % 2 === 0 ? alice : bob).next(isAck(i), 20_000);
      expect((await fullHistory(server, 'locked')).map(({ seq }) => seq)).toEqual(Array.from({ length: 51 }, (_, i) => i + 1));
      await eventually('health is well again', async () => ((await health(server)).storage === 'ok' ? true : undefined));
      expect(alice.messages('locked').slice(-50)).toEqual(bob.messages('locked').slice(-50));
    });
  });

  test('RESUME-4 EPOCH-2 P3: what was seen but never stored is lost in a crash; whoever saw it is told, and its seq is not used again', async () => {
    await withLockedStore(async (server, unlock, replace) => {
      const reader = await TestClient.join(server, { userId: 'reader', rooms: ['locked'] });
      const early = reader.position('locked');
      const writer = await TestClient.join(server, { userId: 'writer', rooms: ['locked'] });
      for (let i = 0; i < 30; i++) writer.chat(`lost ${i}`, { ref: i });
      await reader.next(isMessage('lost 29'));
      const seen = reader.position('locked');
      await server.kill9();
      unlock();
      const next = await server.restart();
      replace(next);
      const history = (await fullHistory(next, 'locked')).map(({ content }) => content);
      expect(history[0]).toBe('before');
      const back = await TestClient.connect(next, { userId: 'reader', rooms: [] });
      back.send({ type: 'join', roomId: 'locked', since: seen });
      const told = await back.next(isJoined('locked'));
      expect(told.recovered).toBe(history.length === 31);
      expect(told.epoch).not.toBe(seen?.epoch);
      back.send({ type: 'join', roomId: 'locked', since: early });
      expect(await back.next(isJoined('locked'))).toMatchObject({ recovered: true });
      back.chat('after', { roomId: 'locked', ref: 'after' });
      expect((await back.next(isAck('after'))).seq).toBeGreaterThan(seen?.seq ?? 0);
    });
  });

  /** Fills the write queue with such messages until one is refused, then unlocks; all but `/ready` is checked here. */
  async function fillUp(text: string, bulk: number): Promise<{ readonly readyWhileFull: number }> {
    let readyWhileFull = 0;
    await withLockedStore(async (server, unlock) => {
      const writer = await TestClient.join(server, { userId: 'writer', rooms: ['full'] });
      let sent = 0;
      const say = async (count: number): Promise<void> => {
        for (let i = 0; i < count; i++) writer.chat(`${sent} ${text}`, { ref: sent++ });
        await writer.settled();
      };
      while (sent < bulk) await say(500);
      // The rest in steps that stay below twenty refusals in ten seconds.
      while (writer.refusals.length === 0 && sent < bulk + 3_000) await say(15);
      expect(writer.refusals[0]).toMatchObject({ code: 'storage_unavailable', retryable: true });
      expect((await get(server, '/health')).status).toBe(200);
      readyWhileFull = (await get(server, '/ready')).status;
      const refused = new Set(writer.refusals.map(({ ref }) => ref));
      unlock();
      await eventually('all that was taken is acked', () => (writer.acks.size + refused.size >= sent ? true : undefined), 60_000);
      expect([...writer.acks.keys()].filter((ref) => refused.has(ref))).toEqual([]);
      const history = await fullHistory(server, 'full');
      expect(history).toHaveLength(1 + writer.acks.size);
      expect(history.map(({ seq }) => seq)).toEqual(history.map((_, i) => i + 1));
      const ackedIds = [...writer.acks.values()].map(({ messageId }) => messageId);
      expect(missingIds(ackedIds, history)).toEqual([]);
      await eventually('/ready is well again', async () => ((await get(server, '/ready')).status === 200 ? true : undefined));
      writer.chat('goes on', { ref: 'on' });
      await writer.next(isAck('on'));
    });
    return { readyWhileFull };
  }

  test('STORE-3 STORE-4 ACK-6 HTTP-2: when the queue is full new frames are refused before they get a seq, /ready says so, and it recovers by itself', async () => {
    expect(await fillUp('x', 19_850)).toEqual({ readyWhileFull: 503 });
  });

  // A known defect: the queue refuses what does not fit, but calls itself full only when not one byte is left.
  test('HTTP-2 STORE-3: /ready says so when the queue is full of bytes as well', async () => {
    expect(await fillUp('💬'.repeat(990), 14_900)).toEqual({ readyWhileFull: 503 });
  });

  test('STORE-4: an opening of a room that was never open waits for the store or is refused, and is not lost', async () => {
    await withLockedStore(async (server, unlock) => {
      const client = await TestClient.connect(server, { userId: 'new', rooms: [] });
      client.send({ type: 'join', roomId: 'brand-new', ref: 1 });
      const waiting = client.next((frame) => frame.type === 'joined' || frame.type === 'error', 30_000);
      await sleep(1_000);
      unlock();
      const answer = await waiting;
      if (answer.type === 'error') expect(answer).toMatchObject({ retryable: true, ref: 1 });
      client.send({ type: 'join', roomId: 'brand-new' });
      if (answer.type === 'error') await client.next(isJoined('brand-new'), 15_000);
      client.chat('works', { roomId: 'brand-new', ref: 2 });
      await client.next(isAck(2), 15_000);
    });
  });
});
