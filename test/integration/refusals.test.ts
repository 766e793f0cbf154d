import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TestClient } from '../kit/client.ts';
import { isAck, isJoined, isMessage, isRefusal } from '../kit/frames.ts';
import { fullHistory, metricSum } from '../kit/http.ts';
import { useServer } from '../kit/server-process.ts';

const server = useServer();
const ABSENT = '00000000-0000-4000-8000-000000000000';

let witness: TestClient;
beforeAll(async () => {
  witness = await TestClient.join(server(), { userId: 'witness', rooms: ['refusals'] });
});
afterAll(() => witness.cut());

const refusals: readonly (readonly [rule: string, what: string, code: string, frame: unknown])[] = [
  ['FRAME-2', 'text that is no JSON', 'bad_json', '{"type":"chat","content":"x"'],
  ['FRAME-2', 'an empty text', 'bad_json', ''],
  ['FRAME-2', 'JSON with something after it', 'bad_json', '{"type":"chat","content":"x"}{"type":"chat","content":"y"}'],
  ['FRAME-3', 'an array', 'bad_frame', []],
  ['FRAME-3', 'null', 'bad_frame', null],
  ['FRAME-3', 'a number', 'bad_frame', 1e300],
  ['FRAME-3', 'a type that is no string', 'bad_frame', { type: 7 }],
  ['FRAME-3', 'no type at all', 'bad_frame', { content: 'x' }],
  ['FRAME-3', 'content of the wrong kind', 'bad_frame', { type: 'chat', content: { toString: 'x' } }],
  ['FRAME-3', 'a join without a room', 'bad_frame', { type: 'join' }],
  ['FRAME-3', 'a since of the wrong kind', 'bad_frame', { type: 'join', roomId: 'x', since: { epoch: 1, seq: 'x' } }],
  ['FRAME-3', 'a negative since', 'bad_frame', { type: 'join', roomId: 'x', since: { epoch: 'e', seq: -1 } }],
  ['FRAME-4', 'an unknown type', 'unknown_type', { type: 'teleport' }],
  ['FRAME-4', 'a type named like a property of every object', 'unknown_type', { type: 'constructor' }],
  ['FRAME-6', 'empty content', 'content_empty', { type: 'chat', content: '' }],
  ['FRAME-6', 'content of 1001 characters', 'content_too_long', { type: 'chat', content: 'x'.repeat(1001) }],
  ['FRAME-6', 'content of 1001 characters of 4 bytes', 'content_too_long', { type: 'chat', content: '💬'.repeat(1001) }],
  ['FRAME-7', 'content with NUL', 'content_invalid', { type: 'chat', content: 'a\u0000b' }],
  ['FRAME-7', 'content with an escape character', 'content_invalid', { type: 'chat', content: '\u001b[31mred' }],
  ['FRAME-7', 'content with a C1 control character', 'content_invalid', { type: 'chat', content: 'a\u0085b' }],
  ['FRAME-7', 'content with a lone high surrogate', 'content_invalid', '{"type":"chat","content":"a\\ud83d"}'],
  ['FRAME-7', 'content with a lone low surrogate', 'content_invalid', '{"type":"chat","content":"\\udc00b"}'],
  ['FRAME-7', 'surrogates in the wrong order', 'content_invalid', '{"type":"chat","content":"\\udc00\\ud83d"}'],
  ['FRAME-8', 'a ref of 65 bytes', 'bad_frame', { type: 'chat', content: 'x', ref: 'r'.repeat(65) }],
  ['FRAME-8', 'a ref of 33 characters of 2 bytes', 'bad_frame', { type: 'chat', content: 'x', ref: 'é'.repeat(33) }],
  ['FRAME-8', 'a ref that is an object', 'bad_frame', { type: 'chat', content: 'x', ref: {} }],
  ['FRAME-9', 'a messageId that is no UUID', 'bad_frame', { type: 'chat', content: 'x', messageId: 'mine' }],
  ['FRAME-9', 'a messageId with something after it', 'bad_frame', { type: 'chat', content: 'x', messageId: `${ABSENT}0` }],
  ['FRAME-9', 'a replyTo that is no UUID', 'bad_frame', { type: 'chat', content: 'x', replyTo: 'that' }],
  ['FRAME-10', '__proto__ as a room', 'not_in_room', '{"type":"chat","content":"x","roomId":"__proto__"}'],
  ['ROOM-1', 'a room name with a space', 'room_invalid', { type: 'join', roomId: 'a room' }],
  ['ROOM-1', 'a room name of 65 characters', 'room_invalid', { type: 'join', roomId: 'r'.repeat(65) }],
  ['ROOM-1', 'an empty room name', 'room_invalid', { type: 'join', roomId: '' }],
  ['ROOM-1', 'a room name with NUL', 'room_invalid', { type: 'join', roomId: 'a\u0000b' }],
  ['ROOM-1', 'a room name with a letter that only looks like ASCII', 'room_invalid', { type: 'join', roomId: 'gl\u043Ebal' }],
  ['ROOM-2', 'a private room', 'room_invalid', { type: 'join', roomId: 'private:board' }],
  ['ROOM-2', 'a direct room', 'room_invalid', { type: 'join', roomId: 'dm:ab' }],
  ['ROOM-5', 'a message to a room not joined', 'not_in_room', { type: 'chat', content: 'x', roomId: 'elsewhere' }],
  ['ROOM-5', 'typing in a room not joined', 'not_in_room', { type: 'typing', roomId: 'elsewhere' }],
  ['ROOM-6', 'leaving a room not joined', 'not_in_room', { type: 'leave', roomId: 'elsewhere' }],
  ['ACK-5', 'a token in open mode', 'forbidden', { type: 'auth', token: 'x' }],
  ['ID-9', 'a reply to nothing', 'not_found', { type: 'chat', content: 'x', replyTo: ABSENT }],
];

describe('a refused frame', () => {
  test.for(refusals)('%s: %s is refused with %s; the sender stays, the others miss nothing', async ([, what, code, frame]) => {
    const before = await metricSum(server(), new RegExp(`["']${code}["']`));
    const sender = await TestClient.join(server(), { userId: `sender of ${what}`, rooms: ['refusals'] });
    const text = typeof frame === 'string' ? frame : JSON.stringify(frame);
    sender.sendRaw(text);
    const refusal = await sender.next(isRefusal());
    expect(refusal).toMatchObject({ type: 'error', code, retryable: false });
    expect(refusal.message.length).toBeGreaterThan(3);
    sender.chat(`after ${what}`, { ref: 1 });
    await sender.next(isAck(1));
    const next = await witness.next(isMessage());
    expect(next.content).toBe(`after ${what}`);
    expect(await metricSum(server(), new RegExp(`["']${code}["']`))).toBeGreaterThan(before);
    await sender.close();
  });

  test('ACK-5: a refusal carries the ref of its frame, text or number', async () => {
    const sender = await TestClient.join(server(), { userId: 'marks', rooms: ['refusals'] });
    sender.send({ type: 'chat', content: '', ref: 'mine' });
    expect(await sender.next(isRefusal('content_empty'))).toMatchObject({ ref: 'mine' });
    sender.send({ type: 'teleport', ref: 12 });
    expect(await sender.next(isRefusal('unknown_type'))).toMatchObject({ ref: 12 });
    sender.send({ type: 'chat', content: 5, ref: 'wrong kind' });
    expect(await sender.next(isRefusal('bad_frame'))).toMatchObject({ ref: 'wrong kind' });
    await sender.close();
  });

  test('ORDER-1: refusals leave no trace in history and no hole in seq', async () => {
    const messages = await fullHistory(server(), 'refusals');
    expect(messages.map(({ content }) => content)).toEqual(witness.messages('refusals').map(({ content }) => content));
    expect(messages.map(({ seq }) => seq)).toEqual(messages.map((_, index) => index + 1));
  });
});

describe('what is allowed just so', () => {
  test('FRAME-6: 1000 characters of 4 bytes are content', async () => {
    const client = await TestClient.join(server(), { rooms: ['edges'] });
    client.chat('💬'.repeat(1000), { ref: 'r'.repeat(64) });
    expect((await client.next(isMessage())).content).toBe('💬'.repeat(1000));
    await client.next(isAck('r'.repeat(64)));
  });

  test('FRAME-10: keys named __proto__ and constructor are ignored like all unknown ones', async () => {
    const client = await TestClient.join(server(), { rooms: ['edges'] });
    client.sendRaw('{"type":"chat","content":"odd keys","__proto__":{"roomId":"x"},"constructor":{"prototype":{"seq":9}},"later":[{}]}');
    expect(await client.next(isMessage('odd keys'))).toMatchObject({ roomId: 'edges' });
    client.send({ type: 'join', roomId: 'constructor' });
    await client.next(isJoined('constructor'));
    client.sendRaw('{"type":"join","roomId":"__proto__"}');
    await client.next((frame) => frame.type === 'joined' || frame.type === 'error');
    client.chat('fine', { roomId: 'constructor', ref: 1 });
    await client.next(isAck(1));
  });

  test('ROOM-1: a room name of 64 characters, and one like an IRC channel', async () => {
    const client = await TestClient.join(server(), { rooms: ['r'.repeat(64), '#ubuntu'] });
    client.chat('hash', { roomId: '#ubuntu', ref: 1 });
    expect(await client.next(isAck(1))).toMatchObject({ roomId: '#ubuntu' });
  });

  test('FRAME-12: right-to-left, combining floods and every escape come back as they were sent', async () => {
    const client = await TestClient.join(server(), { rooms: ['edges'] });
    const contents = [
      '\u202Eevil\u202C',
      `z${'\u0301'.repeat(900)}`,
      '"\\/\n\t',
      'a\u2028b\u2029',
      '\uFEFFx',
      '👩‍👩‍👧‍👦',
      '\uFFFD\uFFFE',
      "'; DROP TABLE messages; --",
    ];
    for (const [ref, content] of contents.entries()) {
      client.chat(content, { ref });
      expect((await client.next(isMessage())).content).toBe(content);
      await client.next(isAck(ref));
    }
    const stored = await fullHistory(server(), 'edges');
    expect(stored.map(({ content }) => content)).toEqual(expect.arrayContaining(contents));
  });
});

describe('frames that are no messages', () => {
  test('FRAME-5: a frame of exactly 16 KiB is read, one byte more closes with 1009, and others go on', async () => {
    const frame = (bytes: number) => {
      const start = '{"type":"chat","content":"big frame","padding":"';
      return `${start}${'p'.repeat(bytes - start.length - 2)}"}`;
    };
    const sender = await TestClient.join(server(), { userId: 'big', rooms: ['big'] });
    const other = await TestClient.join(server(), { userId: 'other', rooms: ['big'] });
    sender.sendRaw(frame(16 * 1024));
    await other.next(isMessage('big frame'));
    sender.sendRaw(frame(16 * 1024 + 1));
    expect((await sender.closed).code).toBe(1009);
    other.chat('unharmed');
    await other.next(isMessage('unharmed'));
    expect(other.messages('big')).toHaveLength(2);
  });

  test('FRAME-14: a binary frame is refused, even with good JSON in it', async () => {
    const client = await TestClient.join(server(), { rooms: ['binary'] });
    client.sendRaw(Buffer.from('{"type":"chat","content":"binary"}'), true);
    await client.next(isRefusal('bad_frame'));
    client.chat('text');
    expect((await client.next(isMessage())).content).toBe('text');
  });

  test('FRAME-1: JSON that is 8,000 deep neither is accepted nor harms', async () => {
    const client = await TestClient.join(server(), { rooms: ['deep'] });
    client.sendRaw('['.repeat(8000));
    await client.next(isRefusal());
    client.sendRaw(`${'['.repeat(8000)}${']'.repeat(8000)}`);
    await client.next(isRefusal());
    client.sendRaw(`{"type":"chat","content":${'{"a":'.repeat(2500)}1${'}'.repeat(2500)}}`);
    await client.next(isRefusal());
    client.chat('alive');
    await client.next(isMessage('alive'));
  });

  test('LIMIT-3: the twentieth refusal within 10 s closes with 4429, the nineteenth does not', async () => {
    const sender = await TestClient.join(server(), { userId: 'flood', rooms: ['flood'] });
    for (let i = 0; i < 19; i++) sender.sendRaw('nonsense');
    sender.chat('still here', { ref: 1 });
    await sender.next(isAck(1));
    sender.sendRaw('nonsense');
    expect((await sender.closed).code).toBe(4429);
  });
});
