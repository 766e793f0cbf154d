import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { closeServers, httpServer, SNAPSHOT } from '../../../../test/kit/http-server.ts';
import type { HttpServer } from './http-server.ts';

afterEach(closeServers);

const ONE_ORIGIN = {
  allowedOrigins: ['https://good.com'],
  trustProxy: 'none',
  ratePerSec: 5,
  rateBurst: 10,
  maxConnections: 100,
  maxStreams: 10,
  maxStreamsPerIp: 5,
} as const;

describe('health', () => {
  it('HTTP-1 begins exactly as the contract says', async () => {
    const { get } = await httpServer();
    expect((await get('/health')).body).toMatch(/^\{"status":"ok","clients":5,"storage":"ok"[,}]/);
  });

  it.each([
    [undefined, { state: 'disabled', uncountedMessages: 0, uncountedSeconds: 0 }],
    [
      { messages: 3, oldestMs: 1500, isFailing: false },
      { state: 'ok', uncountedMessages: 3, uncountedSeconds: 1 },
    ],
    [
      { messages: 3, oldestMs: 61_000, isFailing: false },
      { state: 'behind', uncountedMessages: 3, uncountedSeconds: 61 },
    ],
    [
      { messages: 0, oldestMs: 0, isFailing: true },
      { state: 'failing', uncountedMessages: 0, uncountedSeconds: 0 },
    ],
  ])('HTTP-1 says how analytics is: %j', async (now, analytics) => {
    const counting = now && { uncounted: now, faults: 0, isFailing: now.isFailing };
    const { get } = await httpServer({ counting: () => counting });
    expect((await get('/health')).json().analytics).toEqual(analytics);
  });

  it('HTTP-2 is ready, or says why not with 503', async () => {
    const ready = await httpServer();
    expect((await ready.get('/ready')).statusCode).toBe(200);
    const draining = await httpServer({ isReady: () => ({ ok: false, reasons: ['draining'] }), storageState: () => 'unavailable' });
    const answer = await draining.get('/ready');
    expect([answer.statusCode, answer.json()]).toEqual([503, { status: 'unavailable', storage: 'unavailable', reasons: ['draining'] }]);
  });
});

describe('every answer', () => {
  it('HTTP-7 shows no stack when we have a bug', async () => {
    const { get } = await httpServer({
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
      const { get } = await httpServer();
      const answer = await get(url);
      expect(answer.statusCode).toBeGreaterThanOrEqual(400);
      expect(answer.statusCode).toBeLessThan(500);
      expect(answer.json()).toEqual({ error: { code: expect.any(String), message: expect.any(String) } });
    },
  );

  it('HTTP-11, HTTP-30 carries security headers that allow nothing inline', async () => {
    const { get } = await httpServer();
    for (const url of ['/', '/health', '/nope', '/chat.js']) {
      const { headers } = await get(url);
      expect(headers['content-security-policy']).toContain("default-src 'self'");
      expect(headers['content-security-policy']).not.toContain('unsafe');
      expect(headers['x-content-type-options']).toBe('nosniff');
    }
  });

  it('HTTP-11 lets the pages of allowed origins read, and no others', async () => {
    const { get } = await httpServer({ config: ONE_ORIGIN });
    const allowed = async (origin: string) => (await get('/health', { origin })).headers['access-control-allow-origin'];
    expect([await allowed('https://good.com'), await allowed('https://good.com.evil.com'), await allowed('null')]).toEqual([
      'https://good.com',
      undefined,
      undefined,
    ]);
  });

  it('HTTP-23 refuses what would change something for a page of a foreign origin, and does not do it', async () => {
    const { post, directory } = await httpServer({ config: ONE_ORIGIN });
    const statusFrom = async (origin: string) =>
      (await post('/api/rooms/r/messages', { content: 'x' }, { origin, 'content-type': 'application/json' })).statusCode;
    expect([await statusFrom('https://evil.com'), await statusFrom('null')]).toEqual([403, 403]);
    expect(directory.posted).toEqual([]);
    expect(await statusFrom('https://good.com')).toBe(201);
  });

  it('HTTP-24 is 431 with more than 100 header lines', async () => {
    const { get } = await httpServer();
    const statusWith = async (count: number) =>
      (await get('/health', Object.fromEntries(Array.from({ length: count }, (_, n) => [`x-${n}`, 'y'])))).statusCode;
    // What the test client sends by itself: host and user-agent.
    expect([await statusWith(98), await statusWith(99)]).toEqual([200, 431]);
  });

  it('HTTP-11 lets everybody read when all origins are allowed', async () => {
    const { get } = await httpServer();
    expect((await get('/health', { origin: 'https://any.example' })).headers['access-control-allow-origin']).toBe('*');
  });

  it('HTTP-9 is counted by the pattern of its route', async () => {
    const { get } = await httpServer();
    await get('/api/rooms/my-secret-room/messages');
    await get('/some/made-up/path');
    const { body, headers } = await get('/metrics');
    expect(headers['content-type']).toContain('text/plain');
    expect(body).toContain('hubbub_http_request_seconds_count{method="GET",route="/api/rooms/:room/messages",status="2xx"} 1');
    expect(body).toContain('route="unmatched"');
    expect(body).not.toMatch(/my-secret-room|made-up/);
  });

  it('HTTP-22 is refused when an address asks too fast', async () => {
    const { get, clock } = await httpServer({ apiRate: { perSec: 1, burst: 2 } });
    const statuses = [
      (await get('/api/nope')).statusCode,
      (await get('/api/analytics')).statusCode,
      (await get('/api/analytics')).statusCode,
    ];
    expect(statuses).toEqual([404, 200, 429]);
    expect((await get('/health')).statusCode).toBe(200);
    clock.advance(1000);
    expect((await get('/api/analytics')).statusCode).toBe(200);
  });

  it.each(['/%61pi/rooms', '/a%70i/rooms', '/nope'])('HTTP-22 is refused under the spelling %s too', async (url) => {
    const { get } = await httpServer({ apiRate: { perSec: 1, burst: 1 } });
    await get(url);
    expect((await get(url)).statusCode).toBe(429);
  });
});

describe('what is asked in the wrong way', () => {
  it('HTTP-34 is 405 with what a known path takes', async () => {
    const { http } = await httpServer();
    const ask = async (method: 'DELETE' | 'PUT' | 'POST' | 'GET' | 'PATCH', url: string) => {
      const answer = await http.app.inject({ method, url });
      return [answer.statusCode, answer.headers.allow, answer.json().error.code];
    };
    expect(await ask('DELETE', '/api/rooms/r/messages')).toEqual([405, 'GET, HEAD, POST', 'method_not_allowed']);
    expect(await ask('POST', '/health')).toEqual([405, 'GET, HEAD', 'method_not_allowed']);
    expect(await ask('GET', '/api/admin/import')).toEqual([405, 'POST', 'method_not_allowed']);
    expect(await ask('PUT', '/ws')).toEqual([405, 'GET, HEAD', 'method_not_allowed']);
    expect(await ask('PATCH', '/api/openapi.json')).toEqual([405, 'GET, HEAD', 'method_not_allowed']);
    expect(await ask('DELETE', '/nope')).toEqual([404, undefined, 'no_such_path']);
  });

  it('HTTP-35 is 426 at /ws without an upgrade', async () => {
    const { get } = await httpServer();
    const answer = await get('/ws?userId=ada');
    expect([answer.statusCode, answer.headers.upgrade, answer.json().error.code]).toEqual([426, 'websocket', 'upgrade_required']);
    expect(answer.json().error.message).toContain('WebSocket');
  });

  it('names the limit of a body that is too large, and the rule of a room name', async () => {
    const { get, post } = await httpServer();
    const large = await post('/api/rooms/r/messages', { content: 'x'.repeat(20_000) });
    expect([large.statusCode, large.json().error.message]).toEqual([413, 'The body is too large: at most 16 KiB are taken here.']);
    const badRoom = await get('/api/rooms/a%20b/messages');
    expect([badRoom.statusCode, badRoom.json().error.message]).toEqual([404, expect.stringContaining('1 to 64')]);
  });
});

describe('the rest of the API', () => {
  it('HTTP-32 has the snapshot whole, or 404 when analytics is off', async () => {
    expect((await (await httpServer()).get('/api/analytics')).json()).toEqual(SNAPSHOT.snapshot());
    expect((await (await httpServer({ snapshot: () => undefined })).get('/api/analytics')).statusCode).toBe(404);
  });

  it('HTTP-10, HTTP-30 has a page whose policy allows no inline script', async () => {
    const { get } = await httpServer();
    const page = await get('/api/docs/');
    expect(page.statusCode).toBe(200);
    expect(page.body).not.toMatch(/<script(?![^>]*\ssrc=)/);
    expect(page.headers['content-security-policy']).not.toMatch(/script-src[^;]*unsafe|default-src[^;]*unsafe/);
  });

  it('HTTP-30 serves a page to chat at /, with nothing inline', async () => {
    const { get } = await httpServer();
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
    'HTTP-28 refuses %s, before the body is read',
    async (authorization) => {
      const { post, store } = await httpServer();
      const answer = await post(URL, LINE, { 'content-type': 'text/plain', ...(authorization === undefined ? {} : { authorization }) });
      expect([answer.statusCode, answer.json().error.code, answer.headers['www-authenticate']]).toEqual([401, 'unauthorized', 'Bearer']);
      expect((await store.totals()).chatMessages).toBe(0);
    },
  );

  it('HTTP-28 is shut when there is no token', async () => {
    const { post } = await httpServer({ adminToken: '' });
    expect((await post(URL, LINE, { authorization: 'Bearer x' })).statusCode).toBe(401);
  });

  it('HTTP-29 takes JSON lines of any content type and streams a summary', async () => {
    const { post, store } = await httpServer();
    for (const type of ['application/x-ndjson', 'application/x-www-form-urlencoded', 'application/json']) {
      const answer = await post(URL, `${LINE}nonsense\n`, { authorization: 'Bearer secret-token', 'content-type': type });
      const last = JSON.parse(answer.body.trim().split('\n').at(-1) ?? '');
      expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'application/x-ndjson']);
      expect(last.summary).toMatchObject({ read: 2, refused: 1, end: { kind: 'complete' } });
    }
    expect((await store.totals()).chatMessages).toBe(1);
  });
});

/** Until the first answer has come whole, or the socket is closed. */
async function answerTo(http: HttpServer, bytes: string): Promise<string> {
  const { port } = await http.listen(0, '127.0.0.1');
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  socket.write(bytes);
  await vi.waitFor(() => expect(text).toMatch(/\r\n\r\n/));
  await vi.waitFor(() => expect(text).toMatch(/HTTP\/1.1 204|\}\s*(0\s*)?$/));
  socket.destroy();
  return text;
}

describe('a socket', () => {
  it.each([
    ['GET * HTTP/1.1\r\nHost: x', 404, 'no_such_path'],
    ['GET *health HTTP/1.1\r\nHost: x', 404, 'no_such_path'],
    ['GET /health HTTP/1.1', 400, 'bad_request'],
    ['GET /ws HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket', 400, 'bad_request'],
    ['GET /health HTTP/1.1\r\nHost: x\r\nExpect: foo', 417, 'expectation_failed'],
  ])('HTTP-7 has the shape of an error for %j', async (head, status, code) => {
    const { http } = await httpServer();
    const text = await answerTo(http, `${head}\r\n\r\n`);
    expect(text).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(JSON.parse(text.slice(text.indexOf('{"error"'), text.lastIndexOf('}') + 1))).toEqual({
      error: { code, message: expect.any(String) },
    });
  });

  it.each(['OPTIONS * HTTP/1.1\r\nHost: x', 'OPTIONS /api/rooms HTTP/1.1\r\nHost: x', 'GET /health HTTP/1.0'])(
    'HTTP-7 has no error for %j',
    async (head) => {
      const { http } = await httpServer();
      expect(await answerTo(http, `${head}\r\n\r\n`)).toMatch(/^HTTP\/1.1 20[04] /);
    },
  );

  it('HTTP-22 is refused under an absolute address too', async () => {
    const { http } = await httpServer({ apiRate: { perSec: 1, burst: 1 } });
    const { port } = await http.listen(0, '127.0.0.1');
    const socket = connect(port, '127.0.0.1').setEncoding('utf8');
    socket.write('GET http://x/api/rooms HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(2));
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    await vi.waitFor(() => expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 429']));
    socket.destroy();
  });

  const ASK = 'POST /api/rooms/r/messages HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n';

  async function talk(http: HttpServer, bytes: string): Promise<{ readonly socket: Socket; text(): string }> {
    const { port } = await http.listen(0, '127.0.0.1');
    const socket = connect(port, '127.0.0.1');
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
    });
    const asked = once(http.server, 'request');
    socket.write(bytes);
    await asked;
    await new Promise((resolve) => setImmediate(resolve));
    return { socket, text: () => text };
  }

  it('HTTP-25 is cut when the body of its request does not come', async () => {
    const { http, clock } = await httpServer();
    const { socket } = await talk(http, `${ASK}Content-Length: 20\r\n\r\n{"con`);
    clock.advance(15_001);
    await once(socket, 'close');
  });

  const DRIP = 'HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n{';
  it.each([
    `GET /health ${DRIP}`,
    `DELETE /nope ${DRIP}`,
    `GET /api/%zz ${DRIP}`,
    `OPTIONS /api/rooms ${DRIP}`,
    `POST /api/admin/import ${DRIP}`,
  ])('HTTP-25 is cut soon after the answer when the body of %j goes on', async (bytes) => {
    const { http, clock } = await httpServer();
    const { socket, text } = await talk(http, bytes);
    await vi.waitFor(() => expect(text()).toMatch(/^HTTP\/1.1 \d+/));
    // A reset, when the cut met what was still being written, is an end as well.
    socket.on('error', () => {});
    const closed = new Promise((resolve) => socket.once('close', resolve));
    for (let n = 0; n < 3; n++) {
      socket.write('x');
      clock.advance(700);
    }
    await closed;
  });

  it.each(['Content-Length: 2\r\n\r\n{}', 'Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n'])(
    'HTTP-25 goes on when the body has come, as %j',
    async (body) => {
      const { http, clock } = await httpServer();
      const ask = `DELETE /nope HTTP/1.1\r\nHost: x\r\n${body}`;
      const { socket, text } = await talk(http, ask);
      await vi.waitFor(() => expect(text()).toContain('no_such_path'));
      await new Promise((resolve) => setImmediate(resolve));
      clock.advance(15_001);
      socket.write(ask);
      await vi.waitFor(() => expect(text().match(/no_such_path/g)).toHaveLength(2));
      socket.destroy();
    },
  );

  it('HTTP-25, HTTP-29 may take its time over an import, which ends with a summary when the server stops', async () => {
    const { http, clock } = await httpServer();
    const head = 'POST /api/admin/import HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer secret-token\r\nTransfer-Encoding: chunked\r\n\r\n';
    const { socket, text } = await talk(http, head);
    clock.advance(3_600_000);
    expect(socket.destroyed).toBe(false);
    const closed = once(socket, 'close');
    const stopped = http.close(clock.monotonic() + 1000);
    await vi.waitFor(() => expect(text()).toContain('"end":{"kind":"stopped"}'));
    // This client goes on sending; it is cut at the deadline.
    clock.advance(1001);
    await Promise.all([closed, stopped]);
  });

  it('HTTP-31 gets its running answer when the server closes', async () => {
    const { http, clock, directory } = await httpServer();
    let settle = () => {};
    const posted = new Promise<void>((resolve) => {
      directory.post = (request) =>
        new Promise((answer) => {
          settle = () => answer({ kind: 'refused', code: 'overloaded', message: request.content });
          resolve();
        });
    });
    const { socket, text } = await talk(http, `${ASK}Content-Length: 18\r\n\r\n{"content":"late"}`);
    await posted;
    const closed = once(socket, 'close');
    http.stopAccepting();
    const stopped = http.close(clock.monotonic() + 1000);
    settle();
    await Promise.all([closed, stopped]);
    expect(text()).toContain('"message":"late"');
  });
});
