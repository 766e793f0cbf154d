import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { closeServers, httpServer, SNAPSHOT } from '../../../../../test/kit/http-server.ts';
import type { HttpServer } from '../http-server.ts';

const sockets: Socket[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await closeServers();
});

const CONFIG = { allowedOrigins: '*', trustProxy: 'none', ratePerSec: 0, rateBurst: 0, maxConnections: 10 } as const;

/** A response whose body is read as far as `text` was asked for. */
async function listen(http: HttpServer, headers: Record<string, string> = {}, method = 'GET') {
  const address = http.server.address();
  const { port } = typeof address === 'object' && address !== null ? address : await http.listen(0, '127.0.0.1');
  const asked = request({ host: '127.0.0.1', port, path: '/api/analytics/stream', headers, method, agent: false });
  asked.on('error', () => {});
  asked.end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  sockets.push(response.socket);
  let text = '';
  response.on('data', (bytes: Buffer) => {
    text += bytes.toString();
  });
  response.on('error', () => {});
  const ended = new Promise<void>((resolve) => response.once('close', () => resolve()));
  return { status: response.statusCode, headers: response.headers, text: () => text, ended };
}

const idOf = (text: string) => /^id: (.*)$/m.exec(text)?.[1] ?? '';

describe('GET /api/analytics/stream', () => {
  it('SSE-1 begins with the snapshot whole and goes on with what changed', async () => {
    let count = 1;
    const { http, clock } = await httpServer({ snapshot: () => ({ ...SNAPSHOT.snapshot(), totalMessages: count }) });
    const { status, headers, text } = await listen(http);
    expect([status, headers['content-type'], headers['cache-control']]).toEqual([200, 'text/event-stream; charset=utf-8', 'no-store']);
    await vi.waitFor(() => expect(text()).toContain('\ndata: '));
    expect(text()).toMatch(/^retry: \d+\n\nevent: snapshot\nid: \S+\ndata: \{"at".*"totalMessages":1,.*\}\n\n$/);
    count = 2;
    clock.advance(1000);
    await vi.waitFor(() => expect(text()).toMatch(/event: diff\nid: \S+\ndata: \{"totalMessages":2\}\n\n$/));
  });

  it.each(['/api/analytics', '/api/analytics/stream'])('%s?room= is refused, with where to ask about one room', async (path) => {
    const { get } = await httpServer();
    const answer = await get(`${path}?room=global`);
    expect([answer.statusCode, answer.json().error.code]).toEqual([400, 'bad_request']);
    expect(answer.json().error.message).toMatch(/all rooms together.*summary\?room=.*series\?room=/);
  });

  it.each(['/api/analytics', '/api/analytics/stream'])('%s refuses parameters that it does not know, and CSV, by name', async (path) => {
    const { get } = await httpServer();
    const refusals = {
      'rom=global': '"rom"',
      'format=json&format=json': '"format" stands more than once',
      'format=csv': 'JSON only',
      'format=xml': 'xml',
    };
    for (const [query, named] of Object.entries(refusals)) {
      const answer = await get(`${path}?${query}`);
      expect([answer.statusCode, answer.json().error.code]).toEqual([400, 'bad_request']);
      expect(answer.json().error.message).toContain(named);
    }
  });

  it('GET /api/analytics is JSON also where that is said', async () => {
    const { get } = await httpServer();
    for (const query of ['', '?', '?format=json']) expect((await get(`/api/analytics${query}`)).statusCode).toBe(200);
  });

  it('SSE-3 goes on from Last-Event-ID', async () => {
    let count = 1;
    const { http, clock } = await httpServer({ snapshot: () => ({ count }) });
    const first = await listen(http);
    await vi.waitFor(() => expect(first.text()).toContain('data'));
    count = 2;
    clock.advance(1000);
    const second = await listen(http, { 'last-event-id': idOf(first.text()) });
    await vi.waitFor(() => expect(second.text()).toMatch(/^retry: \d+\n\nevent: diff\nid: \S+\ndata: \{"count":2\}\n\n$/));
  });

  it('SSE-5 cuts who does not read, and delays nobody else', async () => {
    let count = 0;
    const ballast = () => String(count % 10).repeat(400_000);
    // Megabytes a second: what the kernel takes for a reader that is away is soon full.
    const { http, clock } = await httpServer({ snapshot: () => ({ count, ballast: ballast() }) });
    const reader = await listen(http);
    const address = http.server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const slow = connect(port, '127.0.0.1');
    sockets.push(slow);
    slow.on('error', () => {});
    slow.pause();
    slow.write('GET /api/analytics/stream HTTP/1.1\r\nhost: x\r\n\r\n');
    const open = () => new Promise<number>((resolve) => http.server.getConnections((_, n) => resolve(n)));
    await vi.waitFor(async () => expect(await open()).toBe(2));
    // One second at a time, as far as the reader that reads has come.
    for (let second = 1; second < 100 && (await open()) === 2; second++) {
      count = second;
      clock.advance(1000);
      await vi.waitFor(() => expect(reader.text().endsWith(`"count":${second},"ballast":"${ballast()}"}\n\n`)).toBe(true), { interval: 5 });
    }
    expect(await open()).toBe(1);
  });

  it('SSE-7 refuses above the limits, and gives places back', async () => {
    const crowded = await httpServer({ config: { ...CONFIG, maxStreams: 9, maxStreamsPerIp: 1 } });
    const first = await listen(crowded.http);
    const { status, headers } = await listen(crowded.http);
    expect([status, headers['retry-after']]).toEqual([429, '5']);
    for (const socket of sockets.splice(0)) socket.destroy();
    await first.ended;
    await vi.waitFor(async () => expect((await listen(crowded.http)).status).toBe(200));
    const full = await httpServer({ config: { ...CONFIG, maxStreams: 1, maxStreamsPerIp: 0 } });
    await listen(full.http);
    const refused = await listen(full.http);
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '5']);
    await vi.waitFor(() => expect(refused.text()).toContain('"code":"overloaded"'));
  });

  it('SSE-7 has limits of its own: streams count not among the sockets of an address', async () => {
    const { http, clock } = await httpServer({ config: { ...CONFIG, maxStreams: 200, maxStreamsPerIp: 0 } });
    for (let i = 0; i < 101; i++) expect((await listen(http)).status).toBe(200);
    clock.advance(3000);
    expect((await listen(http)).status).toBe(200);
  });

  it('SSE-8 ends with the server, also while there is news', async () => {
    let count = 1;
    const { http, clock } = await httpServer({ snapshot: () => ({ count }) });
    const { ended, text } = await listen(http);
    http.stopAccepting();
    const closed = http.close(clock.monotonic() + 5000);
    count = 2;
    clock.advance(1000);
    await closed;
    await ended;
    expect(text()).toContain('"count":1');
    expect(text()).not.toContain('"count":2');
  });

  it('SSE-9 is 404 with analytics off, as the snapshot is', async () => {
    const { get } = await httpServer({ snapshot: () => undefined });
    const [stream, snapshot] = [await get('/api/analytics/stream'), await get('/api/analytics')];
    expect([stream.statusCode, stream.body]).toEqual([404, snapshot.body]);
  });

  it('SSE-9 carries the headers of every answer, and takes no place for HEAD', async () => {
    const { http } = await httpServer({ config: { ...CONFIG, maxStreams: 1, maxStreamsPerIp: 1 } });
    const head = await listen(http, {}, 'HEAD');
    expect([head.status, head.headers['content-type']]).toEqual([200, 'text/event-stream; charset=utf-8']);
    const { headers, status } = await listen(http, { origin: 'https://any.example' });
    expect([status, headers['access-control-allow-origin'], headers['x-content-type-options']]).toEqual([200, '*', 'nosniff']);
  });

  it('HTTP-10 is described', async () => {
    const { get } = await httpServer();
    const { responses } = (await get('/api/openapi.json')).json().paths['/api/analytics/stream'].get;
    expect(Object.keys(responses)).toEqual(['200', '400', '404', '429', '503']);
    expect(Object.keys(responses[200].content)).toEqual(['text/event-stream']);
  });
});
