import { LiveCollector } from '../../packages/server/src/analytics/live-collector.ts';
import type { Directory, MemberView, PostOutcome, PostRequest } from '../../packages/server/src/hub/directory.ts';
import { createImporter } from '../../packages/server/src/import/importer.ts';
import { silentLogger } from '../../packages/server/src/ops/logger.ts';
import { createMetrics } from '../../packages/server/src/ops/metrics.ts';
import { MemoryStore } from '../../packages/server/src/store/memory-store.ts';
import { createHttpServer, type HttpDeps, type HttpServer } from '../../packages/server/src/transport/http-server.ts';
import { FakeClock } from './fake-clock.ts';

/** Of a server that did nothing yet, with three messages of old. */
export const SNAPSHOT = new LiveCollector(new FakeClock(), { totals: { chatMessages: 3, deletedMessages: 0 }, activity: [] });

const READY = { ok: true, reasons: [] };
const open: HttpServer[] = [];

/** After each test. */
export async function closeServers(): Promise<void> {
  for (const http of open.splice(0)) {
    http.server.closeAllConnections();
    await http.close(0);
  }
}

/** A hub that takes every message, or answers with `outcome`. */
export class FakeDirectory implements Directory {
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

/** The HTTP side over a memory store and a fake hub; `get` and `post` ask it without a socket. */
export async function httpServer(overrides: Partial<HttpDeps> = {}) {
  const clock = new FakeClock();
  const directory = new FakeDirectory();
  const store = new MemoryStore();
  const deps: HttpDeps = {
    config: {
      allowedOrigins: '*',
      trustProxy: 'none',
      ratePerSec: 5,
      rateBurst: 10,
      maxConnections: 100,
      maxStreams: 10,
      maxStreamsPerIp: 5,
    },
    version: '1.2.3',
    logger: silentLogger,
    clock,
    directory,
    store,
    metrics: createMetrics('1.2.3'),
    snapshot: () => SNAPSHOT.snapshot(),
    importer: createImporter({ store, clock, onImported: () => {} }),
    adminToken: 'secret-token',
    clients: () => 5,
    storageState: () => 'ok',
    counting: () => ({ uncounted: { messages: 0, oldestMs: 0 }, faults: 0, isFailing: false }),
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
