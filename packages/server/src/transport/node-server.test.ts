import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { answerClientError } from './errors.ts';
import { createNodeServer } from './node-server.ts';

const servers: ReturnType<typeof createNodeServer>[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close().closeAllConnections();
});

/** What a server answers to these bytes: `http`, `upgraded`, or the error of its own. */
async function answerTo(bytes: string): Promise<string> {
  const server = createNodeServer((_request, response) => response.setHeader('connection', 'close').end('http'), 10);
  servers.push(server);
  server.on('clientError', answerClientError);
  server.on('upgrade', (_request, socket) => socket.end('upgraded'));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const socket = connect(typeof address === 'object' && address !== null ? address.port : 0, '127.0.0.1');
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  socket.write(bytes);
  await once(socket, 'close');
  return text;
}

const headers = (count: number) => Array.from({ length: count }, (_, n) => `a${n}: b\r\n`).join('');
const UPGRADE = 'GET /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\n';

describe('the server below HTTP', () => {
  it('HTTP-26 hands WebSocket upgrades on', async () => {
    expect(await answerTo(`${UPGRADE}Upgrade: WebSocket\r\n\r\n`)).toBe('upgraded');
  });

  it('HTTP-26 answers other upgrades as plain requests, as a client that offers h2c expects', async () => {
    expect(await answerTo(`${UPGRADE}Upgrade: h2c\r\n\r\n`)).toContain('200 OK');
  });

  it('HTTP-24 does not upgrade a request with more headers than anybody needs', async () => {
    expect(await answerTo(`${UPGRADE}Upgrade: websocket\r\n${headers(1000)}\r\n`)).not.toContain('upgraded');
  });

  it.each([
    ['garbage', 'GARBAGE\r\n\r\n', 400],
    ['headers that are too large', `GET / HTTP/1.1\r\nHost: x\r\na: ${'b'.repeat(20_000)}\r\n\r\n`, 431],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nx', 400],
  ])('HTTP-7, HTTP-24 answers %s in the shape of an error', async (_name, bytes, status) => {
    const [head = '', body = ''] = (await answerTo(bytes)).split('\r\n\r\n');
    expect(head).toContain(`HTTP/1.1 ${status} `);
    expect(JSON.parse(body)).toEqual({ error: { code: expect.any(String), message: expect.any(String) } });
  });

  it('HTTP-25 bounds how long headers may take, and how many sockets there are', () => {
    const server = createNodeServer(() => {}, 10);
    expect([server.headersTimeout, server.maxConnections]).toEqual([10_000, 610]);
  });
});
