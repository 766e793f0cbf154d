import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { TestClient } from '../kit/client.ts';
import { isAck, isJoined, isLeft, isMessage, isRefusal, isSequenced, isTyping } from '../kit/frames.ts';
import { useServer } from '../kit/server-process.ts';
import { eventually, sleep } from '../kit/wait.ts';

const server = useServer();
const UUID4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

test('ORDER-2: two users chat both ways, and both see the same messages in the same order, their own included', async () => {
  const alice = await TestClient.join(server(), { userId: 'alice', username: 'Alice', rooms: ['both'] });
  const bob = await TestClient.join(server(), { userId: 'bob', username: 'Bob', rooms: ['both'] });
  alice.chat('hello');
  await bob.next(isMessage('hello'));
  bob.chat('hello yourself');
  await alice.next(isMessage('hello yourself'));
  await bob.settled();
  expect(alice.messages('both').map(({ userId, username, content, seq }) => [userId, username, content, seq])).toEqual([
    ['alice', 'Alice', 'hello', 1],
    ['bob', 'Bob', 'hello yourself', 2],
  ]);
  expect(bob.messages('both')).toEqual(alice.messages('both'));
});

test('FRAME-12 FRAME-13 ID-1: a message carries all documented fields, a version 4 id and a time of three decimals', async () => {
  const client = await TestClient.join(server(), { userId: 'u', username: 'U', rooms: ['shape'] });
  client.chat('text "quoted" \\ \n\t </script> \u2028 é 💬');
  const message = await client.next(isMessage());
  expect(message).toMatchObject({
    roomId: 'shape',
    type: 'chat',
    userId: 'u',
    username: 'U',
    content: 'text "quoted" \\ \n\t </script> \u2028 é 💬',
    seq: 1,
  });
  expect(message.messageId).toMatch(UUID4);
  expect(message.timestamp).toMatch(ISO);
  expect(Math.abs(Date.parse(message.timestamp) - Date.now())).toBeLessThan(10_000);
});

test('ACK-1 ACK-2: a frame with a ref is acked with its position, one without is not', async () => {
  const client = await TestClient.join(server(), { rooms: ['acks'] });
  client.chat('silent');
  client.chat('text ref', { ref: 'r-1' });
  client.chat('number ref', { ref: 7 });
  const text = await client.next(isAck('r-1'));
  const number = await client.next(isAck(7));
  const [, second, third] = client.messages('acks');
  expect(text).toEqual({ type: 'ack', ref: 'r-1', messageId: second?.messageId, roomId: 'acks', epoch: client.joins[0]?.epoch, seq: 2 });
  expect(number).toMatchObject({ ref: 7, messageId: third?.messageId, seq: 3 });
  await client.settled();
  expect(client.acks.size).toBe(2);
});

test('FRAME-15: a client of the older system works unchanged: plain JSON, no join, no ref, no acks, unknown types ignored', async () => {
  const socket = new WebSocket(`${server().wsUrl}?userId=old1&username=Old%20Timer`);
  const lines: { type: string; [key: string]: unknown }[] = [];
  socket.on('message', (bytes) => {
    for (const line of bytes.toString().split('\n')) lines.push(JSON.parse(line));
  });
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send('{"type":"chat","content":"hi"}');
  const other = await TestClient.join(server(), { userId: 'new1', rooms: ['global'] });
  other.chat('welcome');
  const known = () => lines.filter(({ type }) => ['chat', 'system', 'join', 'leave'].includes(type));
  await eventually('both messages arrive', () => (known().filter(({ type }) => type === 'chat').length === 2 ? true : undefined));
  for (const message of known()) {
    expect(message).toMatchObject({
      roomId: 'global',
      messageId: expect.any(String),
      userId: expect.any(String),
      username: expect.any(String),
    });
    expect(message).toMatchObject({ content: expect.any(String), timestamp: expect.stringMatching(ISO) });
  }
  expect(
    known()
      .filter(({ type }) => type === 'chat')
      .map(({ userId, content }) => [userId, content]),
  ).toEqual([
    ['old1', 'hi'],
    ['new1', 'welcome'],
  ]);
  expect(lines.filter(({ type }) => type === 'ack' || type === 'error')).toEqual([]);
  socket.close();
});

test('ROOM-3: without parameters one is anonymous in the global room', async () => {
  const client = await TestClient.connect(server(), { history: undefined });
  expect(await client.next(isJoined())).toMatchObject({ roomId: 'global' });
  client.chat('who am I');
  expect(await client.next(isMessage('who am I'))).toMatchObject({ roomId: 'global', userId: 'anonymous', username: 'Anonymous' });
});

test('ROOM-3 ROOM-4: several rooms of the query get their own joined, and a frame without a room goes to the first', async () => {
  const client = await TestClient.join(server(), { rooms: ['first', 'second', 'a-Z_0.:#'] });
  client.chat('to the first');
  client.chat('to the second', { roomId: 'second' });
  client.chat('to the third', { roomId: 'a-Z_0.:#' });
  expect(await client.next(isMessage('to the first'))).toMatchObject({ roomId: 'first', seq: 1 });
  expect(await client.next(isMessage('to the second'))).toMatchObject({ roomId: 'second', seq: 1 });
  expect(await client.next(isMessage('to the third'))).toMatchObject({ roomId: 'a-Z_0.:#', seq: 1 });
});

test('ROOM-3: an empty room parameter joins none, and chatting is not possible before a join', async () => {
  const client = await TestClient.connect(server(), { rooms: [] });
  client.chat('lost', { ref: 1 });
  expect(await client.next(isRefusal())).toMatchObject({ code: 'not_in_room', ref: 1 });
  expect(client.joins).toEqual([]);
  client.send({ type: 'join', roomId: 'later' });
  await client.next(isJoined('later'));
  client.chat('now', { roomId: 'later' });
  await client.next(isMessage('now'));
});

test('ROOM-6: leave is answered with left, after which nothing of that room arrives', async () => {
  const stays = await TestClient.join(server(), { userId: 'stays', rooms: ['leaving'] });
  const goes = await TestClient.join(server(), { userId: 'goes', rooms: ['leaving', 'other'] });
  goes.send({ type: 'leave', roomId: 'leaving' });
  expect(await goes.next(isLeft)).toMatchObject({ roomId: 'leaving' });
  stays.chat('goes does not hear this');
  await stays.next(isMessage('goes does not hear this'));
  goes.chat('I left', { roomId: 'leaving', ref: 'x' });
  expect(await goes.next(isRefusal())).toMatchObject({ code: 'not_in_room', ref: 'x' });
  expect(goes.messages('leaving')).toEqual([]);
  goes.chat('still here', { roomId: 'other' });
  await goes.next(isMessage('still here'));
});

test('FRAME-16: anyone may announce in open mode; an announcement is sequenced like a message', async () => {
  const client = await TestClient.join(server(), { rooms: ['announce'] });
  client.send({ type: 'system', content: 'maintenance at noon', ref: 1 });
  expect(await client.next(isMessage('maintenance at noon'))).toMatchObject({ type: 'system', seq: 1 });
  expect(await client.next(isAck(1))).toMatchObject({ seq: 1 });
});

test('TYPING-1 TYPING-2 TYPING-3: typing reaches the others at most once in two seconds, and is never acked', async () => {
  const writer = await TestClient.join(server(), { userId: 'writer', username: 'Writer', rooms: ['typing'] });
  const reader = await TestClient.join(server(), { userId: 'reader', rooms: ['typing'] });
  for (let i = 0; i < 10; i++) writer.send({ type: 'typing', roomId: 'typing', ref: i });
  expect(await reader.next(isTyping)).toEqual({ type: 'typing', roomId: 'typing', userId: 'writer', username: 'Writer' });
  await reader.never(isTyping, 300);
  await sleep(2_000);
  writer.send({ type: 'typing', roomId: 'typing' });
  await reader.next(isTyping);
  const echoes = (await writer.drained()).filter((frame) => frame.type === 'typing' || frame.type === 'ack' || frame.type === 'error');
  expect(echoes).toEqual([]);
});

test('HEART-3: a position is taken without an answer', async () => {
  const client = await TestClient.join(server(), { rooms: ['positions'] });
  await client.drained();
  client.send({ type: 'position', rooms: { positions: client.position('positions') } });
  expect((await client.drained()).filter((frame) => !isSequenced(frame) && frame.type !== 'join')).toEqual([]);
});

test('ROOM-7: history on join is 50 by default and what the query says, from 0 to 200', async () => {
  const writer = await TestClient.join(server(), { userId: 'writer', rooms: ['past'] });
  for (let i = 1; i <= 210; i++) writer.chat(`m${i}`, i === 210 ? { ref: 'last' } : {});
  await writer.next(isAck('last'));
  const expected = (from: number) => Array.from({ length: 211 - from }, (_, i) => `m${from + i}`);
  for (const [history, from] of [
    [undefined, 161],
    [0, 211],
    [3, 208],
    [200, 11],
  ] as const) {
    const reader = await TestClient.join(server(), { userId: `reader-${history}`, rooms: ['past'], history });
    await reader.settled();
    expect(reader.joins[0]).toMatchObject({ seq: 210 });
    expect(reader.joins[0]?.replay ?? 0).toBe(211 - from);
    expect(reader.messages('past').map(({ content }) => content)).toEqual(expected(from));
    await reader.close();
  }
});
