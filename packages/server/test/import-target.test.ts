import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openImportTarget } from '../src/compose-import.ts';
import { handleImportStream } from '../src/import/http-import.ts';
import { createImporter } from '../src/import/importer.ts';
import type { ImportTarget } from '../src/import/port.ts';
import { announceServer, findServer } from '../src/import/running-server.ts';
import { type Lock, lockDataDir } from '../src/store/data-dir-lock.ts';
import { openSqliteStore, type SqliteStore } from '../src/store/sqlite/sqlite-store.ts';
import { systemClock } from '../src/util/clock.ts';

let dataDir = '';
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'import-target-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const choice = (more: { url?: string; tokenFile?: string; store?: 'memory' } = {}) => ({
  store: 'sqlite' as const,
  analytics: true,
  dataDir,
  url: undefined,
  tokenFile: undefined,
  clock: systemClock,
  ...more,
});

async function open(): Promise<ImportTarget> {
  const opened = await openImportTarget(choice());
  if (opened.kind === 'failed') throw new Error(opened.message);
  return opened.target;
}

const line = (n: number): string => `${JSON.stringify({ t: 1_700_000_000_000 + n, room: 'r', user: 'u', content: `message ${n}` })}\n`;
async function* text(numbers: readonly number[]): AsyncGenerator<Uint8Array> {
  yield Buffer.from(numbers.map(line).join(''));
}

async function history(): Promise<readonly (readonly [string, number | undefined])[]> {
  const store = await openSqliteStore(dataDir);
  const { messages } = await store.roomMessages('r', { limit: 50 });
  await store.close(true);
  return messages.map(({ content, position }) => [content, position?.seq]);
}

/** A node reduced to what an import meets: the folder's lock, the store, the route, the word left in the folder. */
async function startNode(): Promise<{ stop(): Promise<void> }> {
  const lock: Lock = await lockDataDir(dataDir);
  const store: SqliteStore = await openSqliteStore(dataDir);
  const importer = createImporter({ store, clock: systemClock, onImported: () => undefined });
  const server: Server = createServer(async (request, response) => {
    if (request.headers.authorization !== 'Bearer secret') return void response.writeHead(403).end();
    await handleImportStream(request, (answer) => response.write(answer), importer);
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const withdraw = announceServer(dataDir, { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, token: 'secret' });
  return {
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      withdraw();
      await store.close(true);
      lock.release();
    },
  };
}

describe('where an import goes', () => {
  it('is the store itself while no server runs, and history has it by time, without seq (IMPORT-3, IMPORT-5)', async () => {
    const target = await open();
    expect(target.name).toBe(`the store in ${dataDir}`);
    expect(await target.importPieces(text([3, 1, 2]), {})).toMatchObject({ inserted: 3 });
    await target.close();
    expect(await history()).toEqual([
      ['message 1', undefined],
      ['message 2', undefined],
      ['message 3', undefined],
    ]);
  });

  it('is the server while one holds the folder, found by what it left there (IMPORT-5, IMPORT-7)', async () => {
    const node = await startNode();
    const target = await open();
    expect(target.name).toMatch(/^the server at http:\/\/127\.0\.0\.1:\d+$/);
    expect(await target.importPieces(text([1, 2]), {})).toMatchObject({ inserted: 2, end: { kind: 'complete' } });
    await target.close();
    await node.stop();
    const direct = await open();
    expect(await direct.importPieces(text([1, 2, 3]), {})).toMatchObject({ inserted: 1, repeated: 2 });
    await direct.close();
  });

  it('is the store again after a server died, and what that left is taken away', async () => {
    announceServer(dataDir, { url: 'http://127.0.0.1:1', token: 'stale' });
    const target = await open();
    expect(target.name).toContain('the store in');
    expect(findServer(dataDir).kind).toBe('none');
    await target.close();
  });

  it('is nowhere while another import holds the folder', async () => {
    const first = await open();
    expect(await openImportTarget(choice())).toMatchObject({ kind: 'failed', message: expect.stringContaining('is in use by process') });
    await first.close();
    await (await open()).close();
  });

  it('is nowhere when nothing would be kept, or the token of a server is missing', async () => {
    expect(await openImportTarget(choice({ store: 'memory' }))).toMatchObject({
      kind: 'failed',
      message: expect.stringContaining('STORE=memory'),
    });
    const elsewhere = await openImportTarget(choice({ url: 'http://127.0.0.1:1' }));
    expect(elsewhere).toMatchObject({ kind: 'failed', message: expect.stringContaining('--token-file') });
  });
});
