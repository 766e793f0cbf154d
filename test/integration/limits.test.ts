import { describe, expect, test } from 'vitest';
import { TestClient } from '../kit/client.ts';
import { isAck, isJoined, isLeft, isRefusal } from '../kit/frames.ts';
import { fullHistory, get, metricSum } from '../kit/http.ts';
import { useServer } from '../kit/server-process.ts';
import { eventually, sleep } from '../kit/wait.ts';

/** 101 and a message, or the status of the refused upgrade. */
async function upgrade(server: { wsUrl: string }, options: Parameters<typeof TestClient.connect>[1]): Promise<number> {
  try {
    const client = await TestClient.connect(server, options);
    client.cut();
    return 101;
  } catch (error) {
    return (error as { status?: number }).status ?? 0;
  }
}

describe('with the limits as they are by default', () => {
  const server = useServer({});

  test('LIMIT-1: the burst goes through, then messages are refused with the time to wait, and after it they go again', async () => {
    const client = await TestClient.join(server(), { userId: 'fast', rooms: ['rate'] });
    for (let i = 0; i < 16; i++) client.chat(`m${i}`, { ref: i });
    const answers = await Promise.all(Array.from({ length: 16 }, (_, i) => client.next((frame) => 'ref' in frame && frame.ref === i)));
    const refused = answers.filter((answer) => answer.type === 'error');
    expect(refused.length).toBeGreaterThanOrEqual(5);
    expect(refused.length).toBeLessThanOrEqual(6);
    expect(refused[0]).toMatchObject({ code: 'rate_limited', retryable: true, retryAfterMs: expect.any(Number) });
    const wait = Math.max(...refused.map((refusal) => refusal.retryAfterMs ?? 0));
    expect(wait).toBeGreaterThan(0);
    expect(wait).toBeLessThanOrEqual(2_000);
    await sleep(wait + 20);
    client.chat('patient', { ref: 'again' });
    await client.next(isAck('again'));
    expect(await fullHistory(server(), 'rate')).toHaveLength(16 - refused.length + 1);
  });

  test('LIMIT-1: the limit is per connection: another one is not slowed', async () => {
    const fast = await TestClient.join(server(), { userId: 'fast', rooms: ['rate2'] });
    const calm = await TestClient.join(server(), { userId: 'calm', rooms: ['rate2'] });
    for (let i = 0; i < 12; i++) fast.chat(`m${i}`);
    await fast.next(isRefusal('rate_limited'));
    calm.chat('calm', { ref: 1 });
    await calm.next(isAck(1));
  });

  test('LIMIT-5: a bad user id is refused before the upgrade with 400', async () => {
    for (const userId of ['x'.repeat(129), 'a\u0007b', 'a\nb', ''])
      expect([userId, await upgrade(server(), { userId })]).toEqual([userId, 400]);
    expect(await upgrade(server(), { userId: 'x'.repeat(128) })).toBe(101);
  });

  test.for(['x'.repeat(51), '💬'.repeat(51), 'a\u0000b', 'a\nb', ''])(
    'LIMIT-5: a connection with the bad name %j is told username_invalid, and can say nothing',
    async (username) => {
      const client = await TestClient.connect(server(), { userId: 'nameless', username, rooms: ['names'] });
      await client.next(isRefusal('username_invalid'));
      client.chat('hello', { ref: 1 });
      expect(await client.next((frame) => 'ref' in frame && frame.ref === 1)).toMatchObject({ type: 'error', code: 'username_invalid' });
      expect(await fullHistory(server(), 'names')).toEqual([]);
      client.cut();
      expect(await upgrade(server(), { username: '💬'.repeat(50) })).toBe(101);
    },
  );
});

describe('with few rooms allowed', () => {
  const server = useServer({ MAX_ROOMS_PER_CONNECTION: '3', MAX_ROOMS: '5', RATE_LIMIT_PER_SEC: '0' });

  test('ROOM-9: one room too many is refused with forbidden; after leaving one there is room again', async () => {
    const client = await TestClient.join(server(), { rooms: ['a', 'b', 'c'] });
    client.send({ type: 'join', roomId: 'd', ref: 1 });
    expect(await client.next(isRefusal())).toMatchObject({ code: 'forbidden', ref: 1, retryable: false });
    client.send({ type: 'leave', roomId: 'a' });
    await client.next(isLeft);
    client.send({ type: 'join', roomId: 'd' });
    await client.next(isJoined('d'));
    await client.close();
  });
});

describe('with few rooms allowed in all', () => {
  const server = useServer({ MAX_ROOMS: '4', RATE_LIMIT_PER_SEC: '0' });

  test('ROOM-9: a room beyond those of the node is refused with overloaded, one that lives can still be joined', async () => {
    const one = await TestClient.join(server(), { userId: 'one', rooms: ['k1', 'k2', 'k3'] });
    const two = await TestClient.join(server(), { userId: 'two', rooms: ['k4'] });
    two.send({ type: 'join', roomId: 'k5', ref: 1 });
    expect(await two.next(isRefusal())).toMatchObject({ code: 'overloaded', ref: 1 });
    two.send({ type: 'join', roomId: 'k1' });
    await two.next(isJoined('k1'));
    one.chat('fine', { roomId: 'k1', ref: 2 });
    await one.next(isAck(2));
    await Promise.all([one.close(), two.close()]);
    const three = await TestClient.connect(server(), { userId: 'three', rooms: [] });
    three.send({ type: 'join', roomId: 'k6' });
    await three.next((frame) => frame.type === 'joined' || frame.type === 'error');
    await eventually(
      'empty rooms make way',
      async () => {
        if (three.joins.length > 0) return true;
        await sleep(1_000);
        three.send({ type: 'join', roomId: 'k6' });
        return undefined;
      },
      20_000,
    );
  });
});

describe('with many rooms allowed', () => {
  const server = useServer({ MAX_ROOMS_PER_CONNECTION: '500', RATE_LIMIT_PER_SEC: '1' });

  test('LIMIT-2: joins have a limit of their own, 100 at once', async () => {
    const client = await TestClient.connect(server(), { rooms: [] });
    for (let i = 0; i < 112; i++) client.send({ type: 'join', roomId: `r${i}`, ref: i });
    const limited = await client.next(isRefusal());
    expect(limited).toMatchObject({ code: 'rate_limited', retryable: true, retryAfterMs: expect.any(Number) });
    await eventually('all joins are answered', () => (client.joins.length >= 99 ? true : undefined));
    await client.settled();
    expect(client.joins.length).toBeGreaterThanOrEqual(100);
    expect(client.joins.length).toBeLessThanOrEqual(110);
  });
});

describe('with few connections allowed', () => {
  const server = useServer({ MAX_CONNECTIONS: '5', MAX_CONNECTIONS_PER_IP: '3' });

  test('LIMIT-4: one connection too many of an address is answered with 429, whatever a header says, and a close makes room', async () => {
    const clients = await Promise.all([1, 2, 3].map((i) => TestClient.connect(server(), { userId: `u${i}` })));
    expect(await upgrade(server(), {})).toBe(429);
    expect(await upgrade(server(), { headers: { 'X-Forwarded-For': '203.0.113.9', Forwarded: 'for=203.0.113.9' } })).toBe(429);
    expect(await metricSum(server(), /upgrade_refused/)).toBeGreaterThanOrEqual(2);
    await clients[0]?.close();
    await eventually('there is room again', async () => ((await upgrade(server(), {})) === 101 ? true : undefined));
    await Promise.all(clients.slice(1).map((client) => client.close()));
  });
});

describe('with few connections allowed in all', () => {
  const server = useServer({ MAX_CONNECTIONS: '3', MAX_CONNECTIONS_PER_IP: '0' });

  test('LIMIT-4: one connection too many of the node is answered with 503, HTTP goes on, and a close makes room', async () => {
    const clients = await Promise.all([1, 2, 3].map((i) => TestClient.connect(server(), { userId: `u${i}` })));
    expect(await upgrade(server(), {})).toBe(503);
    expect((await get<{ clients: number }>(server(), '/health')).body.clients).toBe(3);
    clients[0]?.cut();
    await eventually('there is room again', async () => ((await upgrade(server(), {})) === 101 ? true : undefined));
  });
});

describe('with one origin allowed', () => {
  const server = useServer({ ALLOWED_ORIGINS: 'https://chat.example.org' });
  const withOrigin = (origin: string) => ({ headers: { Origin: origin } });

  test.for([
    'https://evil.example',
    'https://chat.example.org.evil.com',
    'https://evil-chat.example.org',
    'http://chat.example.org',
    'https://chat.example.org:8443',
    'null',
    'file://',
  ])('LIMIT-6: an upgrade from origin "%s" is refused with 403', async (origin) => {
    expect(await upgrade(server(), withOrigin(origin))).toBe(403);
  });

  test('LIMIT-6: the allowed origin, and a client that is no browser and sends none, may come in', async () => {
    expect(await upgrade(server(), withOrigin('https://chat.example.org'))).toBe(101);
    expect(await upgrade(server(), {})).toBe(101);
  });

  test('HTTP-11: CORS headers are sent to the allowed origin only', async () => {
    const allowed = await get(server(), '/api/rooms', { Origin: 'https://chat.example.org' });
    expect(allowed.headers.get('access-control-allow-origin')).toBe('https://chat.example.org');
    const evil = await get(server(), '/api/rooms', { Origin: 'https://chat.example.org.evil.com' });
    expect([null, 'https://chat.example.org']).toContain(evil.headers.get('access-control-allow-origin'));
  });
});
