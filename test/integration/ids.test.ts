import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { TestClient } from '../kit/client.ts';
import { isAck, isMessage, isRefusal } from '../kit/frames.ts';
import { fullHistory, post } from '../kit/http.ts';
import { ServerProcess, UNLIMITED, useServer } from '../kit/server-process.ts';

const server = useServer();

describe('a repeated messageId', () => {
  test('ID-3 ID-4: of the same user is acked with the first position, and neither broadcast nor stored again', async () => {
    const client = await TestClient.join(server(), { userId: 'u', rooms: ['repeat'] });
    const messageId = randomUUID();
    client.chat('first', { messageId, ref: 1 });
    const first = await client.next(isAck(1));
    client.chat('other', { ref: 2 });
    await client.next(isAck(2));
    client.chat('first, changed', { messageId, ref: 3 });
    client.chat('first', { messageId, ref: 4, retry: true });
    expect(await client.next(isAck(3))).toEqual({ ...first, ref: 3 });
    expect(await client.next(isAck(4))).toEqual({ ...first, ref: 4 });
    await client.settled();
    expect(client.messages('repeat').map(({ content }) => content)).toEqual(['first', 'other']);
    expect((await fullHistory(server(), 'repeat')).map(({ content }) => content)).toEqual(['first', 'other']);
  });

  test('ID-3: without a ref is silent', async () => {
    const client = await TestClient.join(server(), { userId: 'u', rooms: ['silent repeat'.replace(' ', '-')] });
    const messageId = randomUUID();
    for (let i = 0; i < 3; i++) client.chat('once', { messageId });
    await client.next(isMessage('once'));
    expect((await client.drained()).filter(({ type }) => type === 'chat' || type === 'ack' || type === 'error')).toEqual([]);
  });

  test('FRAME-9: in other letter case is the same id', async () => {
    const client = await TestClient.join(server(), { userId: 'u', rooms: ['case'] });
    const messageId = randomUUID();
    client.chat('small', { messageId, ref: 1 });
    client.chat('BIG', { messageId: messageId.toUpperCase(), ref: 2 });
    const acks = [await client.next(isAck(1)), await client.next(isAck(2))];
    expect(acks.map(({ messageId: id, seq }) => [id, seq])).toEqual([
      [messageId, 1],
      [messageId, 1],
    ]);
  });

  test('ID-5: of another user is refused with id_taken and overwrites nothing', async () => {
    const alice = await TestClient.join(server(), { userId: 'alice', rooms: ['taken'] });
    const mallory = await TestClient.join(server(), { userId: 'mallory', rooms: ['taken'] });
    const messageId = randomUUID();
    alice.chat('mine', { messageId, ref: 1 });
    await alice.next(isAck(1));
    for (const retry of [false, true]) {
      mallory.chat('mine now', { messageId, ref: String(retry), retry });
      expect(await mallory.next(isRefusal())).toMatchObject({ code: 'id_taken', ref: String(retry), retryable: false });
    }
    expect((await fullHistory(server(), 'taken')).map(({ userId, content }) => [userId, content])).toEqual([['alice', 'mine']]);
    expect(alice.messages('taken')).toHaveLength(1);
  });

  test('ID-2: in another room is another message', async () => {
    const client = await TestClient.join(server(), { userId: 'u', rooms: ['here', 'there'] });
    const messageId = randomUUID();
    client.chat('here', { messageId, ref: 1 });
    client.chat('there', { messageId, ref: 2, roomId: 'there' });
    await client.next(isAck(1));
    expect(await client.next(isAck(2))).toMatchObject({ roomId: 'there', messageId, seq: 1 });
    expect((await fullHistory(server(), 'there')).map(({ content }) => content)).toEqual(['there']);
  });

  test('ID-4 ACK-5: twice in one turn is one message, and both frames are acked', async () => {
    const client = await TestClient.join(server(), { userId: 'u', rooms: ['turn'] });
    for (let round = 0; round < 20; round++) {
      const messageId = randomUUID();
      client.chat(`r${round}`, { messageId, ref: `${round}a` });
      client.chat(`r${round}`, { messageId, ref: `${round}b`, retry: round % 2 === 0 });
      const [a, b] = [await client.next(isAck(`${round}a`)), await client.next(isAck(`${round}b`))];
      expect([a.seq, b.seq]).toEqual([round + 1, round + 1]);
    }
    expect(await fullHistory(server(), 'turn')).toHaveLength(20);
  });

  test('ID-3 ID-4: racing itself on two connections is one message, acked to both with one position', async () => {
    const [one, two] = await Promise.all([1, 2].map(() => TestClient.join(server(), { userId: 'u', rooms: ['race'] })));
    if (one === undefined || two === undefined) throw new Error('two clients');
    for (let round = 0; round < 50; round++) {
      const messageId = randomUUID();
      for (const client of round % 2 === 0 ? [one, two] : [two, one])
        client.chat(`r${round}`, { messageId, ref: round, retry: round % 3 === 0 });
    }
    const acks = await Promise.all(
      [one, two].map((client) => Promise.all(Array.from({ length: 50 }, (_, round) => client.next(isAck(round))))),
    );
    expect(acks[0]).toEqual(acks[1]);
    await one.settled();
    expect(one.messages('race')).toHaveLength(50);
    expect(await fullHistory(server(), 'race')).toHaveLength(50);
  });

  test('ID-5: raced by another user belongs to exactly one of them', async () => {
    const [one, two] = await Promise.all(['one', 'two'].map((userId) => TestClient.join(server(), { userId, rooms: ['contest'] })));
    if (one === undefined || two === undefined) throw new Error('two clients');
    for (let round = 0; round < 15; round++) {
      const messageId = randomUUID();
      for (const client of [one, two]) client.chat(`${client.userId} ${round}`, { messageId, ref: round });
    }
    for (let round = 0; round < 15; round++) {
      const answers = await Promise.all([one, two].map((client) => client.next((frame) => 'ref' in frame && frame.ref === round)));
      expect(answers.map((answer) => (answer.type === 'error' ? answer.code : answer.type)).sort()).toEqual(['ack', 'id_taken']);
    }
    expect(await fullHistory(server(), 'contest')).toHaveLength(15);
  });

  test('HTTP-3: over HTTP follows the same rule as on a socket', async () => {
    const messageId = randomUUID();
    const first = await post<{ seq: number }>(server(), '/api/rooms/post-ids/messages', { content: 'x', messageId });
    const again = await post<{ seq: number; content: string }>(server(), '/api/rooms/post-ids/messages', { content: 'y', messageId });
    expect(first.status).toBe(201);
    expect([200, 201]).toContain(again.status);
    expect(again.body).toMatchObject({ seq: first.body.seq, content: 'x' });
    const other = await TestClient.join(server(), { userId: 'somebody-else', rooms: ['post-ids'] });
    other.chat('z', { messageId, ref: 1 });
    await other.next(isRefusal('id_taken'));
    expect(await fullHistory(server(), 'post-ids')).toHaveLength(1);
  });
});

test('ID-9: a reply names a message of the room, not one of another room', async () => {
  const client = await TestClient.join(server(), { userId: 'u', rooms: ['replies', 'elsewhere'] });
  client.chat('question?', { ref: 1 });
  const { messageId } = await client.next(isAck(1));
  client.chat('answer', { replyTo: messageId.toUpperCase(), ref: 2 });
  expect(await client.next(isMessage('answer'))).toMatchObject({ replyTo: messageId });
  client.chat('answer', { replyTo: messageId, roomId: 'elsewhere', ref: 3 });
  expect(await client.next(isRefusal())).toMatchObject({ code: 'not_found', ref: 3 });
  await client.next(isAck(2));
  expect((await fullHistory(server(), 'replies')).at(-1)).toMatchObject({ content: 'answer', replyTo: messageId });
});

test.for(['term', 'kill9'] as const)('ID-6 ID-7: ids are known after a restart (%s)', async (stop) => {
  let own = await ServerProcess.start({ env: UNLIMITED });
  try {
    const ids = Array.from({ length: 5 }, () => randomUUID());
    const before = await TestClient.join(own, { userId: 'u', rooms: ['r'] });
    for (const [i, messageId] of ids.entries()) before.chat(`m${i}`, { messageId, ref: i });
    const first = await Promise.all(ids.map((_, i) => before.next(isAck(i))));
    await own[stop]();
    own = await own.restart();
    const after = await TestClient.join(own, { userId: 'u', rooms: ['r'] });
    const other = await TestClient.join(own, { userId: 'other', rooms: ['r'] });
    for (const [i, messageId] of ids.entries()) after.chat(`m${i}`, { messageId, ref: i, retry: i % 2 === 0 });
    expect(await Promise.all(ids.map((_, i) => after.next(isAck(i))))).toEqual(first);
    other.chat('mine', { messageId: ids[0], ref: 'o' });
    await other.next(isRefusal('id_taken'));
    expect(after.messages('r')).toEqual([]);
    expect((await fullHistory(own, 'r')).map(({ messageId }) => messageId)).toEqual(ids);
  } finally {
    await own.dispose();
  }
});
