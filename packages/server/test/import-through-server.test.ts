import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { handleImportStream, IMPORT_PATH, NDJSON } from '../src/import/http-import.ts';
import { createImporter, type Importer, type ImportProgress } from '../src/import/importer.ts';
import { importThroughServer } from '../src/import/server-client.ts';
import { MemoryStore } from '../src/store/memory-store.ts';
import { systemClock } from '../src/util/clock.ts';

const TOKEN = 'secret';
const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function listen(answer: RequestListener): Promise<{ url: string; token: string }> {
  const server = createServer(answer);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, token: TOKEN };
}

const importerOf = (store: Pick<MemoryStore, 'importEvents'>): Importer =>
  createImporter({ store, clock: systemClock, onImported: () => undefined });

/** What the real route does. */
function route(importer: Importer): RequestListener {
  return async (request: IncomingMessage, response: ServerResponse) => {
    expect([request.method, request.url, request.headers['content-type']]).toEqual(['POST', IMPORT_PATH, NDJSON]);
    if (request.headers.authorization !== `Bearer ${TOKEN}`) return void response.writeHead(401).end('{"error":{"code":"forbidden"}}');
    response.writeHead(200, { 'content-type': NDJSON });
    await handleImportStream(request, (line) => response.write(line), importer);
    response.end();
  };
}

const line = (n: number): string => `${JSON.stringify({ t: 1_700_000_000_000 + n, room: 'r', user: 'u', content: `message ${n}` })}\n`;
const lines = (count: number): string => Array.from({ length: count }, (_, n) => line(n)).join('');

async function* of(...pieces: string[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) yield Buffer.from(piece);
}

describe('an import through a running server', () => {
  it('gives the same as one into the store, with progress on the way', async () => {
    const store = new MemoryStore();
    const server = await listen(route(importerOf(store)));
    const seen: ImportProgress[] = [];
    const text = `${lines(3_000)}nonsense\n`;
    const first = await importThroughServer(server, of(text.slice(0, 70_000), text.slice(70_000)), {
      onProgress: (progress) => seen.push(progress),
    });
    expect(first).toMatchObject({ read: 3_001, inserted: 3_000, refused: 1, throughLine: 3_001, end: { kind: 'complete' } });
    expect(first.refusals).toEqual([{ reason: 'bad_json', count: 1, examples: [{ line: 3_001, detail: '"nonsense"' }] }]);
    expect(seen.length).toBeGreaterThan(10);
    expect(await importThroughServer(server, of(text))).toMatchObject({ inserted: 0, repeated: 3_000 });
    expect((await store.totals()).chatMessages).toBe(3_000);
  });

  it('sends no faster than the store takes it', async () => {
    let sent = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      const piece = Buffer.from(lines(600));
      for (;;) {
        sent += piece.length;
        yield piece;
      }
    }
    const stop = new AbortController();
    let release: () => void = () => undefined;
    const stuck = new Promise<void>((resolve) => {
      release = resolve;
    });
    const store = { importEvents: async (batch: readonly unknown[]) => stuck.then(() => batch.map(() => true)) };
    const server = await listen(route(importerOf(store)));
    const ended = importThroughServer(server, endless(), { signal: stop.signal });
    let before = -1;
    // Until nothing moves any more: the buffers of both sockets are full.
    while (sent !== before) {
      before = sent;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    expect(sent).toBeLessThan(32 * 1024 * 1024);
    stop.abort();
    release();
    expect(await ended).toMatchObject({ refused: 0, end: { kind: 'stopped' } });
  });

  it('says so when the token is wrong (IMPORT-7)', async () => {
    const server = await listen(route(importerOf(new MemoryStore())));
    const summary = await importThroughServer({ ...server, token: 'wrong' }, of(lines(5_000)));
    expect(summary).toMatchObject({ inserted: 0, end: { kind: 'server_failed', message: expect.stringContaining('token (401)') } });
  });

  it('says so when nobody listens there', async () => {
    const summary = await importThroughServer({ url: 'http://127.0.0.1:1', token: TOKEN }, of(lines(10)));
    expect(summary.end).toMatchObject({ kind: 'server_failed', message: expect.stringContaining('no connection to http://127.0.0.1:1') });
  });

  it('quotes another server harmlessly', async () => {
    const server = await listen((request, response) => void request.resume().on('end', () => response.writeHead(500).end('\u001b[2J<h1>')));
    const { end } = await importThroughServer(server, of(lines(1)));
    expect(end).toEqual({ kind: 'server_failed', message: `${server.url} answered 500: "\\u001b[2J<h1>"` });
  });

  it('keeps the last word of a server that dies', async () => {
    const server = await listen((request, response) => {
      request.once('data', () => {
        response.write(`${JSON.stringify({ progress: { read: 7, inserted: 7, repeated: 0, refused: 0, throughLine: 7 } })}\n`);
        setImmediate(() => response.destroy());
      });
    });
    const summary = await importThroughServer(server, of(lines(10)));
    expect(summary).toMatchObject({ throughLine: 7, end: { kind: 'server_failed' } });
  });

  it('that is stopped or whose file breaks off sends whole lines only', async () => {
    const store = new MemoryStore();
    const server = await listen(route(importerOf(store)));
    const stop = new AbortController();
    async function* stopping(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(lines(10) + line(10).slice(0, 20));
      stop.abort();
      yield Buffer.from(line(10).slice(20));
    }
    const stopped = await importThroughServer(server, stopping(), { signal: stop.signal });
    expect(stopped).toMatchObject({ inserted: 10, refused: 0, throughLine: 10, end: { kind: 'stopped' } });
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(lines(12) + line(12).slice(0, 20));
      throw new Error('log.gz is cut off');
    }
    const failed = await importThroughServer(server, broken());
    expect(failed).toMatchObject({ inserted: 2, repeated: 10, refused: 0, end: { kind: 'source_failed', message: 'log.gz is cut off' } });
  });

  it('that breaks off on its way keeps what had arrived, and the server goes on', async () => {
    const store = new MemoryStore();
    const importer = importerOf(store);
    async function* broken(): AsyncGenerator<Uint8Array> {
      yield Buffer.from(lines(300) + line(300).slice(0, 9));
      throw new Error('aborted');
    }
    const written: string[] = [];
    const summary = await handleImportStream(broken(), (text) => written.push(text), importer);
    expect(summary).toMatchObject({ inserted: 300, refused: 0, end: { kind: 'source_failed' } });
    expect(JSON.parse(written.at(-1) ?? '')).toEqual({ summary: JSON.parse(JSON.stringify(summary)) });
    expect(written.every((text) => text.endsWith('\n'))).toBe(true);
  });
});
