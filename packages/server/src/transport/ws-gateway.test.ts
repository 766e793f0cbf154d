import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { eventSink } from '../../test/kit/event-sink.ts';
import { FakeClock } from '../../test/kit/fake-clock.ts';
import { ConnectionCaps } from '../admission/connection-caps.ts';
import type { Connections, Opening } from '../connection/connections.ts';
import { type GatewayDeps, WsGateway } from './ws-gateway.ts';

type Answer = { readonly opening: Opening } | { readonly status: number; readonly body: unknown; readonly retryAfter: string | undefined };

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** A gateway on a port of its own, before connections that only note how they would start. */
async function setUp(given: Partial<GatewayDeps> = {}) {
  const openings: Opening[] = [];
  const dropped: string[] = [];
  const connections = { open: (_socket: unknown, _listen: unknown, opening: Opening) => openings.push(opening) } as unknown as Connections;
  const gateway = new WsGateway({
    caps: new ConnectionCaps({ maxConnections: 100, maxConnectionsPerIp: 0 }),
    connections,
    events: eventSink({ dropped: (reason) => dropped.push(reason) }),
    clock: new FakeClock(),
    allowedOrigins: '*',
    historyOnJoin: 50,
    clientAddress: () => '192.0.2.1',
    directSend: undefined,
    ...given,
  });
  const server = createServer();
  gateway.attach(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  const knock = (path: string, options: { origin?: string; protocols?: string[] } = {}): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const ws = new WebSocket(
        `ws://127.0.0.1:${port}${path}`,
        options.protocols ?? [],
        options.origin === undefined ? {} : { origin: options.origin },
      );
      closers.push(() => ws.terminate());
      ws.on('open', () => resolve({ opening: openings.at(-1) as Opening }));
      ws.on('unexpected-response', (_request, response) => {
        let text = '';
        response.on('data', (piece: Buffer) => {
          text += piece.toString();
        });
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, body: JSON.parse(text), retryAfter: response.headers['retry-after'] }),
        );
      });
      ws.on('error', (error) => (String(error).includes('Unexpected server response') ? undefined : reject(error)));
    });
  const opened = async (path: string): Promise<Opening> => {
    const answer = await knock(path);
    if (!('opening' in answer)) throw new Error(`refused with ${answer.status}`);
    return answer.opening;
  };
  return { gateway, knock, opened, openings, dropped };
}

describe('the query of an upgrade', () => {
  it('ROOM-3: has the documented defaults', async () => {
    const { opened } = await setUp();
    const identity = { userId: 'anonymous', username: 'Anonymous', problem: undefined };
    expect(await opened('/ws')).toMatchObject({ identity, rooms: ['global'], history: 50, complaints: [] });
  });

  it('is read whole: names, rooms without repeats, no room at all', async () => {
    const { opened } = await setUp();
    expect(await opened('/ws?userId=u%201&username=%C3%9Cnal&room=a&room=b&room=a')).toMatchObject({
      identity: { userId: 'u 1', username: 'Ünal', problem: undefined },
      rooms: ['a', 'b'],
    });
    expect((await opened('/ws?room=')).rooms).toEqual([]);
    expect((await opened('/ws?room=&room=%23ubuntu')).rooms).toEqual(['#ubuntu']);
  });

  it.each([
    ['0', 0, 0],
    ['200', 200, 0],
    ['', 50, 0],
    ['201', 50, 1],
    ['-1', 50, 1],
    ['1e2', 50, 1],
    ['x', 50, 1],
    ['0020', 50, 1],
  ])('ROOM-7: history=%s is %i, with %i complaints', async (text, history, complaints) => {
    const { opened } = await setUp();
    const opening = await opened(`/ws?history=${text}`);
    expect([opening.history, opening.complaints.length]).toEqual([history, complaints]);
  });

  it('LIMIT-5: a user id that is not allowed is 400', async () => {
    const { knock, dropped } = await setUp();
    for (const id of ['', 'x'.repeat(129), '%00'])
      expect(await knock(`/ws?userId=${id}`)).toMatchObject({ status: 400, body: { error: { code: 'bad_frame' } } });
    expect(dropped).toEqual(['upgrade_refused', 'upgrade_refused', 'upgrade_refused']);
  });
});

describe('an upgrade', () => {
  it('is for /ws alone', async () => {
    const { knock } = await setUp();
    expect(await knock('/other')).toMatchObject({ status: 404 });
    expect(await knock('/ws/')).toMatchObject({ status: 404 });
  });

  it.each(['//', '//[', '//x:y/ws', '//ws', '/%zz'])(
    'HTTP-33: to what is no address at all is refused, and the server goes on: %s',
    async (path) => {
      const { knock, opened } = await setUp();
      expect(await knock(path)).toMatchObject({ status: 404, body: { error: { code: 'not_found' } } });
      expect((await opened('/ws')).rooms).toEqual(['global']);
    },
  );

  it('LIMIT-6: from a foreign origin is 403', async () => {
    const { knock } = await setUp({ allowedOrigins: ['https://good.com'] });
    expect(await knock('/ws', { origin: 'https://good.com.evil.com' })).toMatchObject({ status: 403 });
    expect(await knock('/ws', { origin: 'https://good.com' })).toHaveProperty('opening');
    expect(await knock('/ws')).toHaveProperty('opening');
  });

  it('LIMIT-4: is 503 when the node is full, 429 when the address has too many, and works when one has gone', async () => {
    const full = await setUp({ caps: new ConnectionCaps({ maxConnections: 1, maxConnectionsPerIp: 0 }) });
    const first = await full.opened('/ws');
    expect(await full.knock('/ws')).toMatchObject({ status: 503, retryAfter: '5', body: { error: { code: 'overloaded' } } });
    first.onClosed();
    expect(await full.knock('/ws')).toHaveProperty('opening');
    const crowded = await setUp({ caps: new ConnectionCaps({ maxConnections: 9, maxConnectionsPerIp: 1 }) });
    await crowded.opened('/ws');
    expect(await crowded.knock('/ws')).toMatchObject({ status: 429, retryAfter: '5', body: { error: { code: 'rate_limited' } } });
  });

  it('DRAIN-1: is 503 once the gateway was stopped', async () => {
    const { gateway, knock } = await setUp();
    gateway.stop();
    expect(await knock('/ws')).toMatchObject({ status: 503, retryAfter: '5' });
  });

  it('answers a subprotocol that is offered, never a token', async () => {
    const { knock } = await setUp();
    expect(await knock('/ws', { protocols: ['bearer.secret', 'hubbub.v1'] })).toHaveProperty('opening');
  });
});
