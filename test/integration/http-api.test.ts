import { describe, expect, test } from 'vitest';
import { TestClient } from '../kit/client.ts';
import { isAck, isMessage, type Message } from '../kit/frames.ts';
import { type ErrorBody, fullHistory, get, type Health, type HistoryPage, historyPage, historyPath, metricSum, post } from '../kit/http.ts';
import { useServer } from '../kit/server-process.ts';
import { eventually } from '../kit/wait.ts';

const server = useServer();
const ABSENT = '00000000-0000-4000-8000-000000000000';

async function roomOf(roomId: string, count: number, userId = 'writer'): Promise<TestClient> {
  const writer = await TestClient.join(server(), { userId, rooms: [roomId] });
  for (let i = 1; i <= count; i++) writer.chat(`m${i}`, i === count ? { ref: 'last' } : {});
  await writer.next(isAck('last'));
  return writer;
}

const contents = (page: Pick<HistoryPage, 'messages'>): string[] => page.messages.map(({ content }) => content);
const named = (from: number, to: number): string[] => Array.from({ length: to - from + 1 }, (_, i) => `m${from + i}`);

describe('posting a message', () => {
  test('HTTP-3 ORDER-2: is answered 201 with the stored message, and members receive the same one in the same order', async () => {
    const member = await TestClient.join(server(), { userId: 'member', rooms: ['posts'] });
    member.chat('before', { ref: 1 });
    await member.next(isAck(1));
    const { status, body } = await post<Message>(server(), '/api/rooms/posts/messages', { content: 'from a script' });
    expect(status).toBe(201);
    expect(body).toMatchObject({ roomId: 'posts', type: 'chat', content: 'from a script', seq: 2 });
    expect(await member.next(isMessage('from a script'))).toEqual(body);
    expect((await fullHistory(server(), 'posts')).at(-1)).toEqual(body);
  });

  test('HTTP-3: works in a room that nobody has joined, and in one whose name needs escaping', async () => {
    const { status, body } = await post<Message>(server(), `/api/rooms/${encodeURIComponent('#empty')}/messages`, { content: 'echo' });
    expect([status, body.roomId, body.seq]).toEqual([201, '#empty', 1]);
    expect(contents(await historyPage(server(), '#empty'))).toEqual(['echo']);
  });

  test.for([
    ['content_empty', 400, 'posts', { content: '' }],
    ['content_too_long', 400, 'posts', { content: '💬'.repeat(1001) }],
    ['content_invalid', 400, 'posts', { content: 'a\u0000b' }],
    ['room_invalid', 404, 'no room', { content: 'x' }],
    ['room_invalid', 404, 'private:board', { content: 'x' }],
    ['not_found', 404, 'posts', { content: 'x', replyTo: ABSENT }],
    [undefined, 400, 'posts', {}],
    [undefined, 400, 'posts', { content: 5 }],
    [undefined, 400, 'posts', { content: 'x', messageId: 'mine' }],
    [undefined, 400, 'posts', '{"content":'],
    [undefined, 413, 'posts', { content: 'x', padding: 'p'.repeat(70_000) }],
  ] as const)('HTTP-3 HTTP-7: what a frame may not say is refused with %s and %i', async ([code, status, room, request]) => {
    const before = (await fullHistory(server(), 'posts')).length;
    const answer = await post<ErrorBody>(server(), `/api/rooms/${encodeURIComponent(room)}/messages`, request);
    expect(answer.status).toBe(status);
    expect(answer.body).toEqual({ error: expect.objectContaining({ code: code ?? expect.any(String), message: expect.any(String) }) });
    expect(JSON.stringify(answer.body)).not.toMatch(/\bat .*\.(ts|js):\d|node_modules/);
    expect(await fullHistory(server(), 'posts')).toHaveLength(before);
  });

  test('HTTP-3 LIMIT-1: many posts at once are all stored once, in one order with the frames', async () => {
    const member = await TestClient.join(server(), { userId: 'member', rooms: ['mixed'] });
    const posts = Array.from({ length: 40 }, (_, i) => post<Message>(server(), '/api/rooms/mixed/messages', { content: `post ${i}` }));
    for (let i = 0; i < 40; i++) member.chat(`frame ${i}`, { ref: i });
    expect((await Promise.all(posts)).map(({ status }) => status)).toEqual(Array(40).fill(201));
    await member.next(isAck(39));
    await eventually('all 80', () => (member.messages('mixed').length === 80 ? true : undefined));
    const history = await fullHistory(server(), 'mixed');
    expect(history.map(({ messageId }) => messageId)).toEqual(member.messages('mixed').map(({ messageId }) => messageId));
  });
});

describe('history', () => {
  test('HTTP-4 HTTP-5: the newest 50 by default, older ones by cursor, each once, in chronological order', async () => {
    await roomOf('pages', 130);
    const newest = await historyPage(server(), 'pages');
    expect([newest.roomId, newest.count, contents(newest)]).toEqual(['pages', 50, named(81, 130)]);
    for (const limit of [1, 7, 64, 65, 130, 200]) {
      if (limit > 1) expect((await fullHistory(server(), 'pages', limit)).map(({ content }) => content)).toEqual(named(1, 130));
      expect(contents(await historyPage(server(), 'pages', { limit }))).toEqual(named(Math.max(1, 131 - limit), 130));
    }
  });

  test('HTTP-4: a cursor leads forward as well, and stays valid while messages are added', async () => {
    const writer = await roomOf('forward', 30);
    const newest = await historyPage(server(), 'forward', { limit: 10 });
    writer.chat('m31', { ref: 'more' });
    await writer.next(isAck('more'));
    const older = await historyPage(server(), 'forward', { limit: 10, before: newest.nextBefore ?? '' });
    expect(contents(older)).toEqual(named(11, 20));
    expect(contents(await historyPage(server(), 'forward', { limit: 10, after: older.nextAfter ?? '' }))).toEqual(named(21, 30));
    expect(contents(await historyPage(server(), 'forward', { limit: 50, after: older.nextAfter ?? '' }))).toEqual(named(21, 31));
    const oldest = await historyPage(server(), 'forward', { limit: 10, before: older.nextBefore ?? '' });
    expect([contents(oldest), oldest.nextBefore ?? null]).toEqual([named(1, 10), null]);
  });

  test.for([
    'limit=0',
    'limit=-1',
    'limit=201',
    'limit=1e9',
    'limit=ten',
    'limit=1.5',
    'limit=',
    'before=forged',
    'before=AAAA',
    'after=%00',
    'before=..%2F..',
    "before=1'%20OR%201=1",
  ])('HTTP-5 HTTP-7: %s is 400', async (query) => {
    const { status, body } = await get<ErrorBody>(server(), `${historyPath('pages')}?${query}`);
    expect([query, status, body]).toEqual([
      query,
      400,
      { error: expect.objectContaining({ code: expect.any(String), message: expect.any(String) }) },
    ]);
  });

  test('ROOM-2 HTTP-7: of a room that may not exist or a private one is 404, of one that is empty is an empty page', async () => {
    for (const room of ['a room', 'x'.repeat(65), 'private:board', 'dm:ab'])
      expect([room, (await get(server(), historyPath(room))).status]).toEqual([room, 404]);
    expect(await historyPage(server(), 'nobody-was-here')).toMatchObject({ count: 0, messages: [] });
  });

  test("HTTP-12: a user's messages over all rooms, paged", async () => {
    await roomOf('user-a', 7, 'busy one');
    await roomOf('user-b', 6, 'busy one');
    await roomOf('user-b', 3, 'another');
    const path = `/api/users/${encodeURIComponent('busy one')}/messages`;
    const first = await get<HistoryPage>(server(), `${path}?limit=10`);
    const second = await get<HistoryPage>(server(), `${path}?limit=10&before=${encodeURIComponent(first.body.nextBefore ?? '')}`);
    const all = [...second.body.messages, ...first.body.messages];
    expect(all.map(({ roomId, content }) => `${roomId} ${content}`)).toEqual([
      ...named(1, 7).map((name) => `user-a ${name}`),
      ...named(1, 6).map((name) => `user-b ${name}`),
    ]);
    expect(second.body.nextBefore ?? null).toBeNull();
  });
});

describe('the rest of the API', () => {
  test('HTTP-1 HTTP-2: health counts open connections, and the node is ready', async () => {
    const before = (await get<Health>(server(), '/health')).body;
    const client = await TestClient.connect(server());
    const during = await get<Health>(server(), '/health');
    expect([during.status, during.body]).toEqual([
      200,
      expect.objectContaining({ status: 'ok', clients: before.clients + 1, storage: 'ok' }),
    ]);
    await client.close();
    await eventually('the count falls', async () =>
      (await get<Health>(server(), '/health')).body.clients === before.clients ? true : undefined,
    );
    expect((await get(server(), '/ready')).status).toBe(200);
  });

  test('HTTP-6: rooms are listed with members and their last message, page by page', async () => {
    await roomOf('listed', 1);
    const { body } = await get<{ rooms: { roomId: string; members: number; lastMessageAt: string }[]; next?: string | null }>(
      server(),
      '/api/rooms',
    );
    const listed = body.rooms.find(({ roomId }) => roomId === 'listed');
    expect(listed?.members).toBe(1);
    expect(Math.abs(new Date(listed?.lastMessageAt ?? 0).getTime() - Date.now())).toBeLessThan(10_000);
    expect(new Set(body.rooms.map(({ roomId }) => roomId)).size).toBe(body.rooms.length);
  });

  test('HTTP-9: metrics are Prometheus text whose labels no stranger can choose', async () => {
    const stranger = await TestClient.join(server(), { userId: 'label-user', username: 'label-name', rooms: ['label-room'] });
    stranger.send({ type: 'label-type' });
    stranger.chat('label-content', { ref: 'label-ref' });
    await stranger.next(isAck());
    await get(server(), '/label-path');
    const { status, headers, body } = await get<string>(server(), '/metrics');
    expect([status, headers.get('content-type')]).toEqual([200, expect.stringContaining('text/plain')]);
    expect(body).toMatch(/^# TYPE \w+ (counter|gauge|histogram|summary)$/m);
    expect(body).not.toContain('label-');
    expect(await metricSum(server(), /["']unknown_type["']/)).toBeGreaterThan(0);
  });

  test('HTTP-10: the OpenAPI document describes the API, and there is a page for it', async () => {
    const { status, body } = await get<{ openapi: string; paths: Record<string, object> }>(server(), '/api/openapi.json');
    expect([status, body.openapi]).toEqual([200, expect.stringMatching(/^3\./)]);
    const paths = Object.keys(body.paths);
    for (const path of [
      /\/api\/rooms$/,
      /\/api\/rooms\/\{\w+\}\/messages$/,
      /\/api\/rooms\/\{\w+\}\/members$/,
      /\/api\/users\/\{\w+\}\/messages$/,
      /\/api\/analytics$/,
    ]) {
      expect(paths.some((name) => path.test(name))).toBe(true);
    }
    const page = await get<string>(server(), '/api/docs');
    expect([page.status, page.headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')]);
  });

  test('HTTP-7 HTTP-11: errors have one shape, and every answer its security headers', async () => {
    for (const path of ['/api/nothing-here', '/api/rooms/%E0%A4%A/messages', '/api/rooms/%00/messages']) {
      const { status, body } = await get<ErrorBody>(server(), path);
      expect([path, status >= 400 && status < 500]).toEqual([path, true]);
      expect([path, body]).toEqual([path, { error: expect.objectContaining({ code: expect.any(String), message: expect.any(String) }) }]);
    }
    const { headers } = await get(server(), '/api/rooms');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy') ?? headers.get('x-frame-options')).not.toBeNull();
    expect(headers.get('x-powered-by')).toBeNull();
  });

  test('SNAP-1 SNAP-2 SNAP-3 SNAP-4 SNAP-5: the live snapshot has its documented shape and counts what is stored', async () => {
    type Snapshot = Record<string, number> & {
      messagesPerMinute: number[];
      activeUserDetails: { clientId: string; userId: string; username: string; joinedAt: string }[];
      serverStartTime: string;
    };
    const snapshot = async (): Promise<Snapshot> => (await get<Snapshot>(server(), '/api/analytics')).body;
    const before = await snapshot();
    const writer = await roomOf('snapshot', 5, 'snapshot-writer');
    writer.send({ type: 'system', content: 'is no chat message', ref: 's' });
    await writer.next(isAck('s'));
    const after = await eventually('five more messages', async () => {
      const now = await snapshot();
      return (now.totalMessages ?? 0) >= (before.totalMessages ?? 0) + 5 ? now : undefined;
    });
    expect(after.totalMessages).toBe((before.totalMessages ?? 0) + 5);
    expect(after.chatters).toBe((before.chatters ?? 0) + 1);
    expect(after.activeConnections).toBeGreaterThanOrEqual(1);
    expect(after.activeUsers).toBeGreaterThanOrEqual(1);
    expect(after.peakConnections).toBeGreaterThanOrEqual(after.activeConnections ?? 0);
    expect(after.messagesPerMinute).toHaveLength(15);
    expect(after.messagesPerMinute.reduce((sum, count) => sum + count, 0)).toBe(after.totalMessages);
    for (const name of ['latencyP50Ms', 'latencyP95Ms', 'latencyP99Ms', 'uptimeSeconds', 'deletedMessages'])
      expect([name, typeof after[name]]).toEqual([name, 'number']);
    expect(after.latencyP99Ms).toBeGreaterThanOrEqual(after.latencyP50Ms ?? 0);
    expect(after.activeUserDetails).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ userId: 'snapshot-writer', clientId: expect.any(String), username: expect.any(String) }),
      ]),
    );
    expect(Number.isNaN(new Date(after.serverStartTime).getTime())).toBe(false);
  });

  test('the landing page is HTML', async () => {
    const { status, headers } = await get(server(), '/');
    expect([status, headers.get('content-type')]).toEqual([200, expect.stringContaining('text/html')]);
  });
});
