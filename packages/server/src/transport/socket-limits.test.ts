import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { FakeClock } from '../../../../test/kit/fake-clock.ts';
import { HTTP_SOCKETS, limitSockets } from './socket-limits.ts';

const open: { server: Server; sockets: Socket[] }[] = [];
afterEach(() => {
  for (const { server, sockets } of open.splice(0)) {
    for (const socket of sockets) socket.destroy();
    server.close().closeAllConnections();
  }
});

const ASK = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
const UPGRADE = 'GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';

/** A server that answers at once, or never with `isSlow`; `dial` connects, sends and resolves to the socket when something came back. */
async function setUp({ maxConnections = 1000, isBehindProxy = false, isSlow = false } = {}) {
  const clock = new FakeClock();
  const answers: ServerResponse[] = [];
  const server = createServer((_request, response) => void (isSlow ? answers.push(response) : response.end('ok')));
  limitSockets(server, { clock, maxConnections, isBehindProxy });
  server.on('upgrade', (_request, socket) => socket.write('upgraded'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const sockets: Socket[] = [];
  open.push({ server, sockets });
  const start = (bytes: string) => {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    sockets.push(socket);
    socket.write(bytes);
    return socket;
  };
  const dial = async (bytes: string) => {
    const socket = start(bytes);
    const text = await new Promise<string>((resolve) => {
      socket.once('data', (chunk) => resolve(String(chunk)));
      socket.once('close', () => resolve('closed'));
    });
    return { socket, text };
  };
  const dialMany = async (count: number, bytes: string) => {
    for (let n = 0; n < count; n++) await dial(bytes);
  };
  const closed = () => sockets.filter((socket) => socket.closed || socket.readableEnded).length;
  return { clock, answers, sockets, start, dial, dialMany, closed };
}

describe('sockets that are no WebSockets', () => {
  it('LIMIT-4 of one address are about a hundred: the oldest idle one makes way', async () => {
    const { clock, sockets, dial, dialMany, closed } = await setUp();
    await dialMany(100, ASK);
    clock.advance(2000);
    expect((await dial(ASK)).text).toContain('200 OK');
    await vi.waitFor(() => expect(closed()).toBe(1));
    expect(sockets[0]?.closed || sockets[0]?.readableEnded).toBe(true);
  });

  it('LIMIT-4 are refused with 429 when all of the hundred are at work', async () => {
    const { clock, answers, start, dial } = await setUp({ isSlow: true });
    for (let n = 0; n < 100; n++) start(ASK);
    await vi.waitFor(() => expect(answers).toHaveLength(100));
    clock.advance(2000);
    expect((await dial(UPGRADE)).text).toMatch(/^HTTP\/1.1 429 .*"rate_limited"/s);
    answers[0]?.end();
    await once(answers[0] as ServerResponse, 'close');
    expect((await dial(UPGRADE)).text).toBe('upgraded');
  });

  it('LIMIT-4 may come in a crowd that becomes WebSockets, which are not counted', async () => {
    const { clock, sockets, dial, closed } = await setUp();
    const crowd = Array.from({ length: 250 }, () => dial(UPGRADE));
    expect(new Set((await Promise.all(crowd)).map(({ text }) => text))).toEqual(new Set(['upgraded']));
    clock.advance(60_000);
    expect((await dial(UPGRADE)).text).toBe('upgraded');
    expect([sockets.length, closed()]).toEqual([251, 0]);
  });

  it('LIMIT-4 behind a proxy are not counted by address', async () => {
    const { clock, dial, dialMany, closed } = await setUp({ isBehindProxy: true });
    await dialMany(120, ASK);
    clock.advance(60_000);
    expect([(await dial(ASK)).text.slice(0, 12), closed()]).toEqual(['HTTP/1.1 200', 0]);
  });

  it('LIMIT-4 do not keep a WebSocket out when they have filled the server', async () => {
    const { dial, dialMany, closed } = await setUp({ maxConnections: 10, isBehindProxy: true });
    await dialMany(HTTP_SOCKETS + 10, ASK);
    expect((await dial(UPGRADE)).text).toBe('upgraded');
    await vi.waitFor(() => expect(closed()).toBe(1));
  });
});
