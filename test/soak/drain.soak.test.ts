import { expect, test } from 'vitest';
import { TestClient } from '../kit/client.ts';
import { lockDatabase } from '../kit/database-lock.ts';
import { isAck, isMessage } from '../kit/frames.ts';
import { fullHistory } from '../kit/http.ts';
import { ServerProcess, UNLIMITED } from '../kit/server-process.ts';
import { eventually, sleep } from '../kit/wait.ts';

const CONNECTIONS = 1_000;

async function crowd(server: ServerProcess): Promise<TestClient[]> {
  const clients: TestClient[] = [];
  while (clients.length < CONNECTIONS) {
    const batch = Array.from({ length: 50 }, (_, i) =>
      TestClient.connect(server, { userId: `u${clients.length + i}`, rooms: [`r${i % 5}`] }),
    );
    clients.push(...(await Promise.all(batch)));
  }
  return clients;
}

test('DRAIN-1 DRAIN-3 P7: SIGTERM under load with 1,000 connections loses nothing acked, closes all with 1012 and exits 0 in under 5 s', async () => {
  let server = await ServerProcess.start({ env: UNLIMITED });
  try {
    const clients = await crowd(server);
    let isSending = true;
    const loops = clients.slice(0, 50).map(async (client, k) => {
      for (let i = 0; isSending && client.isOpen; i++) {
        client.chat(`${i} of ${k}`, { ref: `${k}-${i}` });
        await sleep(40);
      }
    });
    await sleep(3_000);
    const startedAt = performance.now();
    const exit = await server.term();
    const tookMs = performance.now() - startedAt;
    isSending = false;
    await Promise.all(loops);
    const closes = await Promise.all(clients.map((client) => client.closed));
    const acked = clients.flatMap((client) => [...client.acks.values()]);
    console.log(`exit ${exit.code} after ${Math.round(tookMs)} ms with ${CONNECTIONS} connections and ${acked.length} acks`);
    expect(exit).toEqual({ code: 0, signal: null });
    expect(tookMs).toBeLessThan(5_000);
    const codes = new Map<number, number>();
    for (const { code } of closes) codes.set(code, (codes.get(code) ?? 0) + 1);
    expect([...codes]).toEqual([[1012, CONNECTIONS]]);
    server = await server.restart();
    for (let room = 0; room < 5; room++) {
      const history = await fullHistory(server, `r${room}`);
      const stored = new Map(history.map(({ messageId, seq }) => [messageId, seq]));
      expect(acked.filter(({ roomId, messageId, seq }) => roomId === `r${room}` && stored.get(messageId) !== seq)).toEqual([]);
      expect(history.map(({ seq }) => seq)).toEqual(history.map((_, i) => i + 1));
      const seen = new Set(clients.flatMap((client) => client.messages(`r${room}`).map(({ messageId }) => messageId)));
      expect([...seen].filter((id) => !stored.has(id))).toEqual([]);
    }
  } finally {
    await server.dispose();
  }
});

test('DRAIN-2: what cannot be stored at the stop ends in exit 1 and its count in the log, and the next start is a new epoch', async () => {
  let server = await ServerProcess.start({ env: UNLIMITED });
  let unlock: (() => void) | undefined;
  try {
    const writer = await TestClient.join(server, { userId: 'writer', rooms: ['r'] });
    writer.chat('kept', { ref: 'kept' });
    await writer.next(isAck('kept'));
    unlock = await lockDatabase(server.dataDir);
    for (let i = 1; i <= 37; i++) writer.chat(`lost ${i}`, { ref: i });
    await writer.next(isMessage('lost 37'));
    const exit = await server.term(35_000);
    expect(exit).toEqual({ code: 1, signal: null });
    expect((await writer.closed).code).toBe(1012);
    expect(writer.acks.size).toBe(1);
    expect(server.log.trimEnd().split('\n').slice(-3).join('\n')).toContain('37');
    unlock();
    unlock = undefined;
    server = await server.restart();
    expect((await fullHistory(server, 'r')).map(({ content }) => content)).toEqual(['kept']);
    const back = await TestClient.connect(server, { userId: 'writer', rooms: [] });
    back.send({ type: 'join', roomId: 'r', since: writer.position('r') });
    await eventually('it is told', () => (back.joins.length > 0 ? true : undefined));
    expect(back.joins[0]).toMatchObject({ recovered: false });
    expect(back.joins[0]?.epoch).not.toBe(writer.joins[0]?.epoch);
  } finally {
    unlock?.();
    await server.dispose();
  }
});
