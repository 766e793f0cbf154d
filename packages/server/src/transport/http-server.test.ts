import { afterEach, describe, expect, it } from 'vitest';
import { FakeClock } from '../../../../test/kit/fake-clock.ts';
import type { Directory, MemberView, PostOutcome, PostRequest } from '../hub/directory.ts';
import { createImporter } from '../import/importer.ts';
import { silentLogger } from '../ops/logger.ts';
import { createMetrics } from '../ops/metrics.ts';
import { MemoryStore } from '../store/memory-store.ts';
import { type Store, type StoredMessage, StoreUnavailable } from '../store/store.ts';
import { createHttpServer, type HttpDeps, type HttpServer } from './http-server.ts';

const READY = { ok: true, reasons: [] };
const open: HttpServer[] = [];
afterEach(async () => {
  for (const http of open.splice(0)) await http.close(0);
});

class FakeDirectory implements Directory {
  readonly posted: PostRequest[] = [];
  rooms: { roomId: string; members: number; lastMessageAt: number }[] = [];
  present: MemberView[] = [];
  outcome: PostOutcome | undefined;

  members(): readonly MemberView[] {
    return this.present;
  }
  memberCount(): number {
    return this.present.length;
  }
  liveRooms() {
    return this.rooms;
  }
  async post(request: PostRequest): Promise<PostOutcome> {
    this.posted.push(request);
    const { roomId, type, userId, username, content, messageId = '0b0e8400-e29b-41d4-a716-446655440000' } = request;
    const message = { messageId, roomId, type, userId, username, content, timestamp: '2026-01-01T00:00:00.000Z', seq: 1 };
    return this.outcome ?? { kind: 'stored', isRepeat: false, message };
  }
  imported(): void {}
  isReady(): boolean {
    return true;
  }
}

async function setUp(overrides: Partial<HttpDeps> = {}) {
  const clock = new FakeClock();
  const directory = new FakeDirectory();
  const store = new MemoryStore();
  const deps: HttpDeps = {
    config: { allowedOrigins: '*', trustProxy: 'none', ratePerSec: 5, rateBurst: 10, maxConnections: 100 },
    version: '1.2.3',
    logger: silentLogger,
    clock,
    directory,
    store,
    metrics: createMetrics('1.2.3'),
    snapshot: () => ({ totalMessages: 3 }),
    importer: createImporter({ store, clock, onImported: () => {} }),
    adminToken: 'secret-token',
    clients: () => 5,
    storageState: () => 'ok',
    isReady: () => READY,
    ...overrides,
  };
  const http = await createHttpServer(deps);
  open.push(http);
  const get = async (url: string, headers: Record<string, string> = {}) => http.app.inject({ url, headers });
  const post = async (url: string, payload: object | string, headers: Record<string, string> = { 'content-type': 'application/json' }) =>
    http.app.inject({ method: 'POST', url, payload, headers });
  return { http, clock, directory, store, get, post };
}

function message(roomId: string, n: number): StoredMessage {
  const messageId = `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
  const shared = { roomId, messageId, type: 'chat', userId: n % 2 === 0 ? 'even' : 'odd', username: 'Ann', replyTo: undefined } as const;
  return { ...shared, content: `message ${n}`, timestamp: 1_700_000_000_000 + n * 1000, position: undefined };
}

const awayStore = (): Pick<Store, 'roomMessages' | 'userMessages' | 'rooms'> => {
  const away = async () => Promise.reject(new StoreUnavailable('away'));
  return { roomMessages: away, userMessages: away, rooms: away };
};

describe('health', () => {
  it('HTTP-1 begins exactly as the contract says', async () => {
    const { get } = await setUp();
    expect((await get('/health')).body).toMatch(/^\{"status":"ok","clients":5,"storage":"ok"[,}]/);
  });

  it('HTTP-2 is ready, or says why not with 503', async () => {
    const ready = await setUp();
    expect((await ready.get('/ready')).statusCode).toBe(200);
    const draining = await setUp({ isReady: () => ({ ok: false, reasons: ['draining'] }), storageState: () => 'unavailable' });
    const answer = await draining.get('/ready');
    expect([answer.statusCode, answer.json()]).toEqual([503, { status: 'unavailable', storage: 'unavailable', reasons: ['draining'] }]);
  });
});

describe('history', () => {
  it('HTTP-4 pages from the newest to the oldest, each message once, in order', async () => {
    const { get, store } = await setUp();
    await store.importEvents(Array.from({ length: 120 }, (_, n) => message('#ubuntu', n)));
    const seen: string[] = [];
    let before = '';
    for (;;) {
      const page = (await get(`/api/rooms/%23ubuntu/messages${before}`)).json();
      expect(page).toMatchObject({ roomId: '#ubuntu', count: page.messages.length });
      seen.unshift(...page.messages.map(({ content }: { content: string }) => content));
      if (page.nextBefore === null) break;
      before = `?before=${encodeURIComponent(page.nextBefore)}`;
    }
    expect(seen).toEqual(Array.from({ length: 120 }, (_, n) => `message ${n}`));
  });

  it('HTTP-4 goes forward again with nextAfter', async () => {
    const { get, store } = await setUp();
    await store.importEvents(Array.from({ length: 9 }, (_, n) => message('r', n)));
    const newest = (await get('/api/rooms/r/messages?limit=3')).json();
    const older = (await get(`/api/rooms/r/messages?limit=3&before=${encodeURIComponent(newest.nextBefore)}`)).json();
    const again = (await get(`/api/rooms/r/messages?limit=3&after=${encodeURIComponent(older.nextAfter)}`)).json();
    expect(again.messages).toEqual(newest.messages);
  });

  it("HTTP-12 lists one user's messages over all rooms", async () => {
    const { get, store } = await setUp();
    await store.importEvents([message('a', 0), message('b', 1), message('b', 2)]);
    const page = (await get('/api/users/even/messages')).json();
    expect([page.userId, page.messages.map(({ roomId }: { roomId: string }) => roomId)]).toEqual(['even', ['a', 'b']]);
  });

  it.each([
    'limit=0',
    'limit=201',
    'limit=-1',
    'limit=1e9',
    'limit=',
    'limit=x',
    'limit=1.5',
    'limit=1&limit=2',
    'before=',
    'before=forged',
    'after=x',
    'before=a&before=b',
  ])('HTTP-5 refuses %s and names the parameter', async (query) => {
    const { get } = await setUp();
    for (const path of ['/api/rooms/r/messages', '/api/users/u/messages']) {
      const answer = await get(`${path}?${query}`);
      expect([answer.statusCode, answer.json().error.code]).toEqual([400, 'bad_request']);
      expect(answer.json().error.message).toContain(`"${query.split('=')[0]}"`);
    }
  });

  it('HTTP-5 refuses both cursors at once', async () => {
    const { get } = await setUp();
    expect((await get('/api/rooms/r/messages?before=a&after=b')).statusCode).toBe(400);
  });

  it.each(['dm:a', 'private:b', 'a b', 'a%2Fb', 'x'.repeat(65), '%00', '__proto__%20'])('does not know the room %s', async (room) => {
    const { get } = await setUp();
    for (const what of ['messages', 'members']) {
      const answer = await get(`/api/rooms/${room}/${what}`);
      expect([answer.statusCode, answer.json().error.code]).toEqual([404, 'room_invalid']);
    }
  });

  it('HTTP-8 answers 503 while the store is away, and says when to come back', async () => {
    const { get } = await setUp({ store: awayStore(), storageState: () => 'unavailable' });
    for (const url of ['/api/rooms', '/api/rooms/r/messages', '/api/users/u/messages']) {
      const answer = await get(url);
      expect([answer.statusCode, answer.json().error.code, answer.headers['retry-after']]).toEqual([503, 'storage_unavailable', '5']);
    }
  });

  it('HTTP-8 answers 503 when nothing is stored at all', async () => {
    const { get } = await setUp({ storageState: () => 'disabled' });
    expect((await get('/api/rooms/r/messages')).statusCode).toBe(503);
    expect((await get('/api/rooms')).json()).toEqual({ rooms: [], next: null });
  });
});

describe('rooms', () => {
  it('HTTP-6 are the stored and the live ones, by name, each once, over all pages', async () => {
    const { get, store, directory } = await setUp();
    const stored = Array.from({ length: 12 }, (_, n) => `s${n}`);
    await store.importEvents(stored.map((roomId, n) => message(roomId, n)));
    directory.rooms = ['a1', 'a2', 'a3', 'a4', 's3', 's3x', 'z1', 'z2', 'dm:x'].map((roomId) => ({ roomId, members: 2, lastMessageAt: 0 }));
    for (const limit of [1, 2, 3, 5, 200]) {
      const seen: { roomId: string; members: number }[] = [];
      let after = '';
      for (;;) {
        const page = (await get(`/api/rooms?limit=${limit}${after}`)).json();
        expect(page.rooms.length).toBeLessThanOrEqual(limit);
        seen.push(...page.rooms);
        if (page.next === null) break;
        after = `&after=${encodeURIComponent(page.next)}`;
      }
      expect(seen.map(({ roomId }) => roomId)).toEqual([...stored, 'a1', 'a2', 'a3', 'a4', 's3x', 'z1', 'z2'].sort());
      expect(seen.find(({ roomId }) => roomId === 's3')).toEqual({ roomId: 's3', members: 2, lastMessageAt: '2023-11-14T22:13:23.000Z' });
      expect(seen.find(({ roomId }) => roomId === 'z1')).toMatchObject({ lastMessageAt: null });
    }
  });

  it.each(['x', 'W10', 'WzEsMl0', 'eyJhIjoxfQ', 'WyJmb3JnZWQiLCJhIl0'])('HTTP-5 refuse the forged cursor %s', async (after) => {
    const { get } = await setUp();
    expect((await get(`/api/rooms?after=${after}`)).statusCode).toBe(400);
  });
});

describe('members', () => {
  const ann = (n: number): MemberView => ({ userId: `u${n}`, username: 'Ann', connections: 1, joinedAt: 1000 * n });

  it('HTTP-6 are paged in the order of joining, also when the last one shown has left', async () => {
    const { get, directory } = await setUp();
    directory.present = [1, 2, 3, 4, 5].map(ann);
    const first = (await get('/api/rooms/r/members?limit=2')).json();
    expect(first).toMatchObject({ count: 5, members: [{ userId: 'u1', joinedAt: '1970-01-01T00:00:01.000Z' }, { userId: 'u2' }] });
    directory.present = [1, 3, 4, 5].map(ann);
    const second = (await get(`/api/rooms/r/members?limit=3&after=${first.next}`)).json();
    expect(second.members.map(({ userId }: MemberView) => userId)).toEqual(['u3', 'u4', 'u5']);
    expect(second.next).toBeNull();
  });

  it('HTTP-5 refuse a forged cursor', async () => {
    const { get } = await setUp();
    expect((await get('/api/rooms/r/members?after=abc')).statusCode).toBe(400);
  });
});

describe('posting', () => {
  const URL = '/api/rooms/%23ubuntu/messages';

  it('HTTP-3 publishes and answers 201 with the message', async () => {
    const { post, directory } = await setUp();
    const answer = await post(`${URL}?userId=bot&username=Bot`, { content: 'hi', messageId: '550E8400-E29B-41D4-A716-446655440000' });
    expect(answer.statusCode).toBe(201);
    expect(answer.json()).toMatchObject({ roomId: '#ubuntu', userId: 'bot', username: 'Bot', content: 'hi', seq: 1 });
    expect(directory.posted[0]?.messageId).toBe('550e8400-e29b-41d4-a716-446655440000');
  });

  it('takes the author from the body, and anonymous by default', async () => {
    const { post, directory } = await setUp();
    await post(URL, { content: 'a', userId: 'u', username: 'U' });
    await post(URL, { content: 'a' });
    expect(directory.posted.map(({ userId, username }) => [userId, username])).toEqual([
      ['u', 'U'],
      ['anonymous', 'Anonymous'],
    ]);
  });

  it('answers 200 with the first message for a repeat', async () => {
    const { post, directory } = await setUp();
    const first = {
      messageId: 'm',
      roomId: '#ubuntu',
      type: 'chat',
      userId: 'u',
      username: 'U',
      content: 'first',
      timestamp: 't',
      seq: 1,
    } as const;
    directory.outcome = { kind: 'stored', isRepeat: true, message: first };
    const answer = await post(URL, { content: 'second' });
    expect([answer.statusCode, answer.json().content]).toEqual([200, 'first']);
  });

  it.each([
    ['content_empty', 400, undefined],
    ['id_taken', 409, undefined],
    ['not_found', 404, undefined],
    ['overloaded', 503, '1'],
    ['storage_unavailable', 503, '1'],
    ['slow_mode', 429, '1'],
  ] as const)('answers %s with %i', async (code, status, retryAfter) => {
    const { post, directory } = await setUp();
    directory.outcome = { kind: 'refused', code, message: 'no' };
    const answer = await post(URL, { content: 'x' });
    expect([answer.statusCode, answer.json(), answer.headers['retry-after']]).toEqual([
      status,
      { error: { code, message: 'no' } },
      retryAfter,
    ]);
  });

  it.each([
    ['no content', {}],
    ['a number as content', { content: 5 }],
    ['null', 'null'],
    ['a bad id', { content: 'x', messageId: 'nope' }],
    ['a bad reply', { content: 'x', replyTo: 'nope' }],
    ['a bad type', { content: 'x', type: 'join' }],
    ['a bad user', { content: 'x', userId: '' }],
    ['a bad name', { content: 'x', username: 'a\nb' }],
    ['no JSON', '{"content"'],
    ['nothing', ''],
    ['a prototype', '{"__proto__":{"x":1},"content":"x"}'],
  ])('refuses %s with 400 and publishes nothing', async (_name, payload) => {
    const { post, directory } = await setUp();
    const answer = await post(URL, payload);
    expect([answer.statusCode, Object.keys(answer.json().error)]).toEqual([400, ['code', 'message']]);
    expect(directory.posted).toEqual([]);
  });

  it('refuses what is too large and what is no JSON by its type', async () => {
    const { post } = await setUp();
    expect((await post(URL, { content: 'x'.repeat(17_000) })).json().error.code).toBe('payload_too_large');
    expect((await post(URL, 'x', { 'content-type': 'text/plain' })).statusCode).toBe(415);
  });

  it('limits each author of an address, and lets go on after the time it names', async () => {
    const { post, clock } = await setUp();
    for (let n = 0; n < 10; n++) expect((await post(`${URL}?userId=a`, { content: 'x' })).statusCode).toBe(201);
    const refused = await post(`${URL}?userId=a`, { content: 'x' });
    expect([refused.statusCode, refused.json().error.code, refused.headers['retry-after']]).toEqual([429, 'rate_limited', '1']);
    expect((await post(`${URL}?userId=b`, { content: 'x' })).statusCode).toBe(201);
    clock.advance(1000);
    expect((await post(`${URL}?userId=a`, { content: 'x' })).statusCode).toBe(201);
  });

  it('is not evaded by inventing users', async () => {
    const { post } = await setUp();
    const statuses: number[] = [];
    for (let n = 0; n < 201; n++) statuses.push((await post(`${URL}?userId=u${n}`, { content: 'x' })).statusCode);
    expect([statuses[199], statuses[200]]).toEqual([201, 429]);
  });
});

describe('every answer', () => {
  it('HTTP-7 shows no stack when we have a bug', async () => {
    const { get } = await setUp({
      snapshot: () => {
        throw new Error('secret detail');
      },
    });
    const answer = await get('/api/analytics');
    expect([answer.statusCode, answer.json().error.code]).toEqual([500, 'internal']);
    expect(answer.body).not.toMatch(/secret|\.ts/);
  });

  it.each(['/nope', '/api/nope', '/api/%zz', '/api/rooms//messages', `/api/users/${'x'.repeat(5000)}/messages`])(
    'HTTP-7 has the shape of an error at %.30s',
    async (url) => {
      const { get } = await setUp();
      const answer = await get(url);
      expect(answer.statusCode).toBeGreaterThanOrEqual(400);
      expect(answer.statusCode).toBeLessThan(500);
      expect(answer.json()).toEqual({ error: { code: expect.any(String), message: expect.any(String) } });
    },
  );

  it('HTTP-11 carries security headers without inline scripts', async () => {
    const { get } = await setUp();
    for (const url of ['/', '/health', '/nope', '/chat.js']) {
      const { headers } = await get(url);
      expect(headers['content-security-policy']).toContain("default-src 'self'");
      expect(headers['content-security-policy']).not.toContain('unsafe');
      expect(headers['x-content-type-options']).toBe('nosniff');
    }
  });

  it('HTTP-11 lets the pages of allowed origins read, and no others', async () => {
    const config = { allowedOrigins: ['https://good.com'], trustProxy: 'none', ratePerSec: 5, rateBurst: 10, maxConnections: 100 } as const;
    const { get, post, directory } = await setUp({ config });
    const allowed = async (origin: string) => (await get('/health', { origin })).headers['access-control-allow-origin'];
    expect([await allowed('https://good.com'), await allowed('https://good.com.evil.com'), await allowed('null')]).toEqual([
      'https://good.com',
      undefined,
      undefined,
    ]);
    const headers = { origin: 'https://evil.com', 'content-type': 'application/json' };
    expect((await post('/api/rooms/r/messages', { content: 'x' }, headers)).statusCode).toBe(403);
    expect(directory.posted).toEqual([]);
  });

  it('HTTP-11 lets everybody read when all origins are allowed', async () => {
    const { get } = await setUp();
    expect((await get('/health', { origin: 'https://any.example' })).headers['access-control-allow-origin']).toBe('*');
  });

  it('HTTP-9 is counted by the pattern of its route', async () => {
    const { get } = await setUp();
    await get('/api/rooms/my-secret-room/messages');
    await get('/some/made-up/path');
    const { body, headers } = await get('/metrics');
    expect(headers['content-type']).toContain('text/plain');
    expect(body).toContain('hubbub_http_request_seconds_count{method="GET",route="/api/rooms/:room/messages",status="2xx"} 1');
    expect(body).toContain('route="unmatched"');
    expect(body).not.toMatch(/my-secret-room|made-up/);
  });

  it('is refused when an address asks too fast', async () => {
    const { get } = await setUp();
    for (let n = 0; n < 5000; n++) await get('/api/nope');
    expect((await get('/api/analytics')).statusCode).toBe(429);
    expect((await get('/health')).statusCode).toBe(200);
  }, 30_000);
});

describe('the rest of the API', () => {
  it('has the snapshot whole, or 404 when analytics is off', async () => {
    expect((await (await setUp()).get('/api/analytics')).json()).toEqual({ totalMessages: 3 });
    expect((await (await setUp({ snapshot: () => undefined })).get('/api/analytics')).statusCode).toBe(404);
  });

  it('HTTP-10 is described whole by its OpenAPI document', async () => {
    const { get } = await setUp();
    const { openapi, paths } = (await get('/api/openapi.json')).json();
    expect(openapi).toMatch(/^3\.1/);
    expect(Object.keys(paths).sort()).toEqual([
      '/api/admin/import',
      '/api/analytics',
      '/api/rooms',
      '/api/rooms/{room}/members',
      '/api/rooms/{room}/messages',
      '/api/users/{user}/messages',
      '/health',
      '/ready',
    ]);
    expect(Object.keys(paths['/api/rooms/{room}/messages'])).toEqual(['get', 'post']);
  });

  it('HTTP-10 has a page whose policy allows no inline script', async () => {
    const { get } = await setUp();
    const page = await get('/api/docs/');
    expect(page.statusCode).toBe(200);
    expect(page.body).not.toMatch(/<script(?![^>]*\ssrc=)/);
    expect(page.headers['content-security-policy']).not.toMatch(/script-src[^;]*unsafe|default-src[^;]*unsafe/);
  });

  it('serves a page to chat at /, with nothing inline', async () => {
    const { get } = await setUp();
    const page = await get('/');
    expect(page.headers['content-type']).toContain('text/html');
    expect(page.body).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\sstyle=|\son\w+=/);
    for (const url of ['/chat.js', '/style.css', '/favicon.svg']) expect((await get(url)).statusCode).toBe(200);
  });
});

describe('the import', () => {
  const URL = '/api/admin/import';
  const LINE = '{"t":"2020-01-01T00:00:00Z","room":"r","user":"u","content":"hello"}\n';

  it.each([undefined, 'Bearer wrong', 'Bearer ', 'Bearer secret-token2', 'Basic secret-token'])(
    'refuses %s, before the body is read',
    async (authorization) => {
      const { post, store } = await setUp();
      const answer = await post(URL, LINE, { 'content-type': 'text/plain', ...(authorization === undefined ? {} : { authorization }) });
      expect([answer.statusCode, answer.json().error.code, answer.headers['www-authenticate']]).toEqual([401, 'unauthorized', 'Bearer']);
      expect((await store.totals()).chatMessages).toBe(0);
    },
  );

  it('is shut when there is no token', async () => {
    const { post } = await setUp({ adminToken: '' });
    expect((await post(URL, LINE, { authorization: 'Bearer x' })).statusCode).toBe(401);
  });

  it('takes JSON lines of any content type and streams a summary', async () => {
    const { post, store } = await setUp();
    for (const type of ['application/x-ndjson', 'application/x-www-form-urlencoded', 'application/json']) {
      const answer = await post(URL, `${LINE}nonsense\n`, { authorization: 'Bearer secret-token', 'content-type': type });
      const last = JSON.parse(answer.body.trim().split('\n').at(-1) ?? '');
      expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'application/x-ndjson']);
      expect(last.summary).toMatchObject({ read: 2, refused: 1, end: { kind: 'complete' } });
    }
    expect((await store.totals()).chatMessages).toBe(1);
  });
});
