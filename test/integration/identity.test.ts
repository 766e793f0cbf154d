import { expect, test } from 'vitest';
import { TestClient } from '../kit/client.ts';
import { isAck, isJoined, isMessage, isNotice } from '../kit/frames.ts';
import { fullHistory, post } from '../kit/http.ts';
import { useServer } from '../kit/server-process.ts';

const server = useServer();

test('FRAME-11: what a client says of itself, of the time and of the order is ignored', async () => {
  const liar = await TestClient.join(server(), { userId: 'mallory', username: 'Mallory', rooms: ['claims'] });
  const witness = await TestClient.join(server(), { userId: 'witness', rooms: ['claims'] });
  liar.chat('trust me', {
    userId: 'alice',
    username: 'Alice',
    timestamp: '1999-01-01T00:00:00.000Z',
    seq: 1_000_000,
    epoch: 'mine',
    roles: ['owner'],
    ref: 1,
  });
  const ack = await liar.next(isAck(1));
  const message = await witness.next(isMessage('trust me'));
  expect(message).toMatchObject({ userId: 'mallory', username: 'Mallory', seq: 1 });
  expect(Math.abs(Date.parse(message.timestamp) - Date.now())).toBeLessThan(10_000);
  expect(ack).toMatchObject({ seq: 1, epoch: witness.joins[0]?.epoch });
  const [stored] = await fullHistory(server(), 'claims');
  expect(stored).toMatchObject({ userId: 'mallory', username: 'Mallory', seq: 1, timestamp: message.timestamp });
});

test('FRAME-16: a join notice cannot be forged; the type from a client is a request', async () => {
  const witness = await TestClient.join(server(), { userId: 'witness', rooms: ['forged'] });
  const liar = await TestClient.join(server(), { userId: 'mallory', rooms: ['forged', 'base'] });
  await witness.next(isNotice('join', 'mallory'));
  liar.send({ type: 'join', roomId: 'forged', userId: 'alice', username: 'Alice', content: 'alice joined', ref: 1 });
  await liar.next(isJoined('forged'));
  liar.send({ type: 'leave', roomId: 'never joined it', userId: 'witness' });
  await liar.settled();
  await witness.never((frame) => 'userId' in frame && frame.userId === 'alice', 200);
  expect(witness.messages('forged')).toEqual([]);
});

test('FRAME-11: a message posted over HTTP has the time and order of the server too', async () => {
  const body = { content: 'by post', seq: 99, timestamp: '1999-01-01T00:00:00.000Z', epoch: 'mine' };
  const { body: message } = await post<{ seq?: number; timestamp?: string; error?: object }>(server(), '/api/rooms/posted/messages', body);
  expect(message.seq ?? 1).toBe(1);
  expect(message.timestamp?.slice(0, 4)).not.toBe('1999');
  await post(server(), '/api/rooms/posted/messages', { content: 'plain' });
  const stored = await fullHistory(server(), 'posted');
  expect(stored.at(-1)).toMatchObject({ content: 'plain', userId: 'anonymous', username: 'Anonymous', type: 'chat' });
  expect(stored.map(({ seq }) => seq)).toEqual(stored.map((_, i) => i + 1));
});

test('ORDER-3: timestamps never go back within a room, whoever sends', async () => {
  const clients = await Promise.all([1, 2, 3].map((i) => TestClient.join(server(), { userId: `u${i}`, rooms: ['times'] })));
  for (let i = 0; i < 60; i++) clients[i % 3]?.chat(`t${i}`, { ref: i });
  await Promise.all(clients.map(async (client, k) => client.next(isAck(57 + k))));
  const times = (await fullHistory(server(), 'times')).map(({ timestamp }) => timestamp);
  expect(times).toHaveLength(60);
  expect(times).toEqual([...times].sort());
});
