import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { TestClient } from '../kit/client.ts';
import { isAck, isJoined, isMessage } from '../kit/frames.ts';
import { fullHistory, get, historyPage, post } from '../kit/http.ts';
import { killRounds } from '../kit/kill-rounds.ts';
import { Rng, seeded } from '../kit/rng.ts';
import { ServerChild, ServerProcess, UNLIMITED } from '../kit/server-process.ts';
import { eventually, within } from '../kit/wait.ts';

/** A server of the test's own; whichever process is the last one is ended and cleaned away. */
async function withServer(run: (server: ServerProcess, replace: (server: ServerProcess) => void) => Promise<void>): Promise<void> {
  let current = await ServerProcess.start({ env: UNLIMITED });
  try {
    await run(current, (server) => {
      current = server;
    });
  } finally {
    await current.dispose();
  }
}

async function sayAcked(client: TestClient, contents: readonly string[]): Promise<void> {
  for (const content of contents) client.chat(content, { ref: content });
  await Promise.all(contents.map((content) => client.next(isAck(content))));
}

/** What a server leaves in its folder once it listens. */
async function addressOf(dataDir: string): Promise<string | undefined> {
  const text = await readFile(join(dataDir, 'server.json'), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as { url: string }).url;
}

describe('a clean restart', () => {
  test('EPOCH-1 RESUME-1 SNAP-1: keeps the epoch and the seq, and a resume across it is recovered', async () => {
    await withServer(async (first, replace) => {
      const reader = await TestClient.join(first, { userId: 'reader', rooms: ['r'] });
      const writer = await TestClient.join(first, { userId: 'writer', rooms: ['r', 'q'] });
      await sayAcked(writer, ['a', 'b']);
      await reader.next(isMessage('b'));
      reader.cut();
      await sayAcked(writer, ['c', 'd']);
      expect(await first.term()).toEqual({ code: 0, signal: null });
      const second = await first.restart();
      replace(second);
      const back = await TestClient.connect(second, { userId: 'reader', rooms: [] });
      back.send({ type: 'join', roomId: 'r', since: reader.position('r') });
      expect(await back.next(isJoined('r'))).toMatchObject({ recovered: true, replay: 2, epoch: reader.position('r')?.epoch, seq: 4 });
      const again = await TestClient.join(second, { userId: 'writer', rooms: ['r'] });
      await sayAcked(again, ['e']);
      await back.next(isMessage('e'));
      expect(back.messages('r').map(({ content, seq }) => [content, seq])).toEqual([
        ['c', 3],
        ['d', 4],
        ['e', 5],
      ]);
      expect((await get<{ totalMessages: number }>(second, '/api/analytics')).body.totalMessages).toBe(5);
    });
  });

  test('DRAIN-1 DRAIN-3: SIGTERM under load closes everyone with 1012, exits 0 in seconds, and all that was acked is in history', async () => {
    await withServer(async (first, replace) => {
      const clients = await Promise.all(
        Array.from({ length: 40 }, (_, i) => TestClient.join(first, { userId: `u${i}`, rooms: ['drain'] })),
      );
      let isSending = true;
      const loops = clients.map(async (client, k) => {
        for (let i = 0; isSending && client.isOpen; i++) {
          client.chat(`${i} of ${k}`, { ref: `${k}-${i}` });
          if (i % 5 === 4) await client.next(isAck(`${k}-${i}`)).catch(() => undefined);
        }
      });
      await eventually('traffic flows', () => ((clients[0]?.acks.size ?? 0) > 10 ? true : undefined));
      const startedAt = Date.now();
      const exit = await first.term();
      const tookMs = Date.now() - startedAt;
      isSending = false;
      const closes = await Promise.all(clients.map((client) => client.closed));
      await Promise.all(loops);
      expect([exit, tookMs < 5_000]).toEqual([{ code: 0, signal: null }, true]);
      expect(new Set(closes.map(({ code }) => code))).toEqual(new Set([1012]));
      const second = await first.restart();
      replace(second);
      const history = await fullHistory(second, 'drain');
      const stored = new Set(history.map(({ messageId }) => messageId));
      const acked = clients.flatMap((client) => [...client.acks.values()].map(({ messageId }) => messageId));
      expect(acked.filter((id) => !stored.has(id))).toEqual([]);
      expect(history.map(({ seq }) => seq)).toEqual(history.map((_, i) => i + 1));
      const seen = clients.flatMap((client) => client.messages('drain')).map(({ messageId }) => messageId);
      expect(seen.filter((id) => !stored.has(id))).toEqual([]);
    });
  });

  test('DRAIN-1: SIGINT stops like SIGTERM', async () => {
    await withServer(async (server) => {
      const client = await TestClient.join(server, { rooms: ['r'] });
      process.kill(server.pid, 'SIGINT');
      expect((await client.closed).code).toBe(1012);
      expect(await server.exited).toEqual({ code: 0, signal: null });
      const last = server.log.trimEnd().split('\n').slice(-2);
      expect(last.map((line) => JSON.parse(line).msg)).toEqual(['drain: step done', 'drain: complete']);
    });
  });
});

describe('a log that nobody reads any more', () => {
  test('OPS-2: leaves the server serving, and its stop a clean one', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'hubbub-test-'));
    const child = new ServerChild({ env: { ...UNLIMITED, LOG_LEVEL: 'debug' }, dataDir }, dataDir);
    try {
      child.process.stdout?.destroy();
      child.process.stderr?.destroy();
      const url = await eventually('it says where it listens', () => addressOf(dataDir), 20_000);
      await eventually('/ready answers 200', async () => ((await get({ url }, '/ready')).status === 200 ? true : undefined), 20_000);
      const answer = await post({ url }, '/api/rooms/r/messages', { content: 'still here', userId: 'u' });
      expect(answer.status).toBe(201);
      child.process.kill('SIGTERM');
      expect(await within('SIGTERM ends the server', child.exited)).toEqual({ code: 0, signal: null });
    } finally {
      if (!child.hasExited) child.process.kill('SIGKILL');
      await rm(dataDir, { recursive: true, force: true });
    }
  });
});

describe('a crash', () => {
  test('EPOCH-2 RESUME-4: starts a new epoch above all that was seen; a position whose past was stored is recovered', async () => {
    await withServer(async (first, replace) => {
      const writer = await TestClient.join(first, { userId: 'writer', rooms: ['r'] });
      await sayAcked(writer, ['a', 'b', 'c']);
      const old = writer.position('r');
      await first.kill9();
      const second = await first.restart();
      replace(second);
      const back = await TestClient.connect(second, { userId: 'writer', rooms: [] });
      back.send({ type: 'join', roomId: 'r', since: { epoch: old?.epoch, seq: 1 } });
      const joined = await back.next(isJoined('r'));
      expect(joined).toMatchObject({ recovered: true, replay: 2 });
      expect(joined.epoch).not.toBe(old?.epoch);
      expect(joined.seq).toBeGreaterThanOrEqual(3);
      await sayAcked(back, ['d']);
      expect(back.messages('r').map(({ content }) => content)).toEqual(['b', 'c', 'd']);
      expect(back.messages('r').at(-1)?.seq).toBeGreaterThan(3);
      back.send({ type: 'join', roomId: 'r', since: old });
      expect(await back.next(isJoined('r'))).toMatchObject({ recovered: true, replay: 1 });
    });
  });

  test('ACK-3 RESUME-4 EPOCH-2 P1 P3 P4: three kills while eight senders send lose nothing acked and double nothing', async () => {
    await seeded(20_081, (rng) =>
      withServer(async (first, replace) => {
        const report = await killRounds(first, { rounds: 3, senders: 8, roundMs: [300, 900] }, rng, replace);
        expect(report.findings).toEqual([]);
        expect(report.acked).toBeGreaterThan(50);
        expect(report.recovered + report.told).toBe(24);
      }),
    );
  });

  test('the check of the kills can fail: it finds what a store that forgets has lost', async () => {
    let server = await ServerProcess.start({ env: { ...UNLIMITED, STORE: 'memory' } });
    try {
      const report = await killRounds(server, { rounds: 1, senders: 4, roundMs: [300, 400] }, new Rng(1), (next) => {
        server = next;
      });
      expect(report.findings.join('\n')).toMatch(/missing: /);
    } finally {
      await server.dispose();
    }
  });

  test('ACK-3: an ack means that the message is there after a kill in the same moment', async () => {
    await withServer(async (first, replace) => {
      let server = first;
      for (let round = 0; round < 3; round++) {
        const client = await TestClient.join(server, { userId: 'u', rooms: ['moment'] });
        client.chat(`round ${round}`, { ref: 1 });
        const { messageId } = await client.next(isAck(1));
        await server.kill9();
        server = await server.restart();
        replace(server);
        const { messages } = await historyPage(server, 'moment');
        expect(messages.map((message) => message.messageId)).toContain(messageId);
        expect(messages).toHaveLength(round + 1);
      }
    });
  });
});
