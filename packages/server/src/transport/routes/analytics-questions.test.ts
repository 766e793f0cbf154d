import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { closeServers, httpServer } from '../../../../../test/kit/http-server.ts';
import { randomWorld, type World } from '../../../test/kit/analytics-world.ts';
import { askingAnalytics } from '../../analytics/analytics.ts';
import { answer } from '../../analytics/query/answer.ts';
import { Recounts } from '../../analytics/query/recounts.ts';
import { ZoneDays } from '../../analytics/query/zone-days.ts';
import type { Repairing } from '../../analytics/questions.ts';
import { containerOf } from '../../analytics/rollup/levels.ts';
import { StoreUnavailable } from '../../store/store.ts';

afterEach(closeServers);

let world: World;
beforeAll(() => {
  world = randomWorld(2);
});

/** Repairs that go on when `work` is called. */
function repairingOf({ engine, store }: World): Repairing {
  return {
    async beginRepair({ room, ...range }) {
      const number = room === undefined ? undefined : store.roomNumber(room);
      if (room !== undefined && number === undefined) return 'unknown room';
      return engine.beginRepair({ room: number, ...range }) ? 'begun' : 'running';
    },
    lastRepair: async () => engine.lastRepair,
  };
}

function work({ engine }: World): void {
  while (!engine.repair(1000));
}

const ADMIN = { authorization: 'Bearer secret-token' };

/** A server whose analytics knows the world, in this thread. */
async function server() {
  const { store, now } = world;
  const recounts = new Recounts(store);
  const questions = askingAnalytics({
    questions: {
      ready: async () => {},
      ask: async (question, context) => answer(question, store, context, new ZoneDays()),
      beginRecount: async (question, context) => recounts.begin(question, context),
      stepRecount: async () => {
        await turn();
        return recounts.step();
      },
      close: async () => {},
    },
    repairing: repairingOf(world),
    live: { open: () => [], seconds: () => [], completeSince: () => 0, writtenUntil: now },
    oldestQueued: () => undefined,
    clock: { now: () => now },
  });
  return httpServer({ questions });
}

const iso = (t: number) => new Date(t).toISOString();
const range = () => `from=${iso(world.from)}&to=${iso(world.to)}`;
const PATHS = ['series', 'summary', 'top', 'heatmap', 'retention', 'moments', 'active'] as const;

describe('GET /api/analytics/…', () => {
  it('ASK-1 answers a series in the shape of the contract', async () => {
    const { get } = await server();
    const { statusCode, headers, body } = await get(
      `/api/analytics/series?${range()}&step=1d&measures=messages,activeUsers,sessions,topUsers`,
    );
    const answered = JSON.parse(body);
    expect([statusCode, headers['content-type']]).toEqual([200, 'application/json; charset=utf-8']);
    expect(Object.keys(answered)).toEqual(['from', 'to', 'step', 'tz', 'completeUntil', 'buckets']);
    const quiet = answered.buckets.find(({ messages }: { messages: number }) => messages === 0);
    if (quiet !== undefined)
      expect(quiet).toMatchObject({ activeUsers: 0, sessions: { count: 0, p50Duration: 0, meanMessages: 0 }, topUsers: [] });
    expect(answered.buckets.some(({ messages }: { messages: number }) => messages > 0)).toBe(true);
  });

  it.each(PATHS)('ASK-2 answers %s as CSV with a line of names', async (path) => {
    const { get } = await server();
    const byFormat = await get(`/api/analytics/${path}?${range()}&format=csv`);
    const byAccept = await get(`/api/analytics/${path}?${range()}`, { accept: 'text/csv' });
    expect([byFormat.statusCode, byFormat.headers['content-type'], byFormat.body]).toEqual([
      200,
      byAccept.headers['content-type'],
      byAccept.body,
    ]);
    expect(byFormat.headers['content-type']).toMatch(/^text\/csv/);
    expect(byFormat.body.split('\r\n')[0]).toMatch(/^[a-z]+(,[\w.:]+)+$/i);
  });

  it('ASK-3 tells who has an answer that it is still the same', async () => {
    const { get } = await server();
    for (const path of [...PATHS, 'catalogue']) {
      const url = `/api/analytics/${path}${path === 'catalogue' ? '' : `?${range()}`}`;
      const first = await get(url);
      const etag = String(first.headers.etag);
      expect([first.statusCode, first.headers['cache-control']]).toEqual([200, 'private, max-age=1']);
      const again = await get(url, { 'if-none-match': `"other", ${etag}` });
      expect([again.statusCode, again.body, again.headers.etag]).toEqual([304, '', etag]);
      expect((await get(url, { 'if-none-match': '"other"' })).statusCode).toBe(200);
    }
  });

  it.each([
    ['series?measures=nope', 'nope'],
    ['series?step=2d', '2d'],
    ['series?step=1s&from=2000-01-01', '1s'],
    ['series?tz=Mars%2FBase', 'Mars/Base'],
    ['series?from=2005-01-02&to=2005-01-01', '"from"'],
    ['series?from=1970-01-01&to=2099-01-01&step=1h', '1h'],
    ['series?room=nobody-was-here', 'nobody-was-here'],
    ['top?limit=1e9', '"limit"'],
    ['top?limit=101', '"limit"'],
    ['top?what=cats', '"what"'],
    ['active?from=2000-01-01&to=2010-01-01', '"from"'],
    ['heatmap?rooom=a', 'rooom'],
    ['summary?from=2005-01-01&from=2005-01-02', '"from"'],
    ['moments?format=xml', '"format"'],
    ['catalogue?from=2005-01-01', 'from'],
  ])('ASK-4 refuses %s, names what is wrong and says what is allowed', async (path, named) => {
    const { get } = await server();
    const { statusCode, body } = await get(`/api/analytics/${path}`);
    expect([statusCode, JSON.parse(body).error.code]).toEqual([400, 'bad_request']);
    expect(JSON.parse(body).error.message).toContain(named);
    expect(JSON.parse(body).error.message).toContain('Allowed: ');
  });

  it('ASK-5 answers for a room that somebody is in though nothing was stored of it', async () => {
    const { get, directory } = await server();
    directory.present = [{ userId: 'a', username: 'A', connections: 1, joinedAt: 0 }];
    const { statusCode, body } = await get('/api/analytics/summary?room=brand-new');
    expect([statusCode, JSON.parse(body).measures.messages]).toEqual([200, 0]);
  });

  it('ASK-6 has every measure in the catalogue', async () => {
    const { get } = await server();
    const { measures } = JSON.parse((await get('/api/analytics/catalogue')).body);
    expect(measures.map(({ id }: { id: string }) => id)).toEqual(expect.arrayContaining(['messages', 'topEmoji', 'stickiness']));
  });

  it('ASK-16 is 429 where too many questions of the address wait, and 503 where too many do in all, with when to try again', async () => {
    for (const [whose, status] of [
      ['own', 429],
      ['all', 503],
    ] as const) {
      const unused = () => expect.fail('not asked');
      const asked: unknown[] = [];
      const ask = (_question: unknown, asker: { address: string; isGone(): boolean }) => {
        asked.push([typeof asker.address, asker.isGone() === true]);
        return Promise.resolve({ kind: 'busy' as const, whose });
      };
      const { get } = await httpServer({ questions: { ask, recount: unused, repair: unused, lastRepair: unused } });
      const { statusCode, headers } = await get('/api/analytics/summary');
      expect([statusCode, headers['retry-after'], asked]).toEqual([status, '1', [['string', false]]]);
    }
  });

  it('ASK-7 is 404 where nothing is counted, and 503 while the store is away', async () => {
    const off = await httpServer();
    expect((await off.get('/api/analytics/series')).statusCode).toBe(404);
    const away = async () => Promise.reject(new StoreUnavailable('away'));
    const { get, post } = await httpServer({ questions: { ask: away, recount: away, repair: away, lastRepair: away } });
    expect([(await get('/api/analytics/series')).statusCode, (await post('/api/analytics/recount', {})).statusCode]).toEqual([503, 503]);
  });
});

describe('POST /api/analytics/recount', () => {
  it('ASK-8 answers both numbers side by side', async () => {
    const { post } = await server();
    const { statusCode, body } = await post(`/api/analytics/recount?${range()}`, {});
    const report = JSON.parse(body);
    expect([statusCode, report.isEqual, report.differences, report.days]).toEqual([200, true, [], []]);
    expect(report.kept).toEqual(report.recounted);
    expect(report.kept.messages).toBeGreaterThan(0);
  });

  it('ASK-9, REPAIR-2 takes a repair from the administrator alone', async () => {
    const { post } = await server();
    expect((await post('/api/analytics/recount?repair=true', {})).statusCode).toBe(401);
    expect((await post('/api/analytics/recount?repair=maybe', {})).statusCode).toBe(400);
  });

  it('REPAIR-2, REPAIR-4: puts right what is wrong, tells how far it is and what it found, one at a time', async () => {
    const { post, get } = await server();
    const url = `/api/analytics/recount?${range()}`;
    const key = { family: 'counts', scope: 0, level: 'day', container: containerOf('day', world.from), chunk: 0 } as const;
    world.engineStore.rollups.put(key, undefined);
    expect(JSON.parse((await post(url, {})).body).isEqual).toBe(false);
    expect(JSON.parse((await get('/api/analytics/recount', ADMIN)).body)).toEqual({ state: 'none' });
    const begun = await post(`${url}&repair=true`, {}, ADMIN);
    expect([begun.statusCode, JSON.parse(begun.body)]).toMatchObject([202, { state: 'running', share: 0, damages: [] }]);
    const second = await post(`${url}&repair=true`, {}, ADMIN);
    expect([second.statusCode, JSON.parse(second.body).error]).toMatchObject([
      409,
      { code: 'conflict', message: expect.stringMatching(/^A repair of all rooms from .* is running since .*; 0 % is done\.$/) },
    ]);
    work(world);
    const report = JSON.parse((await get('/api/analytics/recount', ADMIN)).body);
    expect(report).toMatchObject({ state: 'done', share: 1, from: expect.stringMatching(/T00:00:00.000Z$/) });
    expect(report.buckets).toBeGreaterThan(report.damagedBuckets);
    expect(report.damagedBuckets).toBeGreaterThan(0);
    expect(report.damages[0]).toMatchObject({ step: '1d', measure: 'messages', kept: 0, recounted: expect.any(Number) });
    expect(JSON.parse((await post(url, {})).body)).toMatchObject({ isEqual: true, differences: [], days: [] });
  });

  it('REPAIR-2: tells of a repair the administrator alone, and refuses a room that nobody knows', async () => {
    const { post, get } = await server();
    expect((await get('/api/analytics/recount')).statusCode).toBe(401);
    const { statusCode, body } = await post('/api/analytics/recount?repair=true&room=nobody-was-here', {}, ADMIN);
    expect([statusCode, JSON.parse(body).error.message]).toEqual([400, expect.stringContaining('nobody-was-here')]);
    expect((await post('/api/analytics/recount?repair=true&from=2005-01-02&to=2005-01-01', {}, ADMIN)).statusCode).toBe(400);
  });

  it('ASK-10 runs one at a time', async () => {
    const { post } = await server();
    const url = `/api/analytics/recount?${range()}`;
    const codes = (await Promise.all([post(url, {}), post(url, {})])).map(({ statusCode }) => statusCode);
    expect(codes.toSorted()).toEqual([200, 503]);
  });
});
