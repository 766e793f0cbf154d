import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { addressKey } from '../admission/client-address.ts';
import { SocketBudget } from '../admission/socket-budget.ts';
import type { Clock } from '../util/clock.ts';
import { refused } from './answer.ts';

/** Sockets for HTTP beside those of the WebSockets. Above all of that the oldest idle one makes way for a new one. */
export const HTTP_SOCKETS = 500;

interface SocketLimits {
  readonly clock: Clock;
  readonly maxConnections: number;
  readonly isBehindProxy: boolean;
}

/**
 * Keeps sockets that are no WebSockets from taking the room of those who want to become one. The returned function lets one go that is
 * under limits of its own from then on.
 */
export function limitSockets(server: Server, { clock, maxConnections, isBehindProxy }: SocketLimits): (socket: Socket) => void {
  const budget = new SocketBudget<Socket>(!isBehindProxy);
  let open = 0;
  server.prependListener('connection', (socket: Socket) => {
    open++;
    socket.once('close', () => {
      open--;
      budget.close(socket);
    });
    const address = addressKey(socket.remoteAddress ?? 'unknown');
    const { verdict, victim } = budget.open(socket, address, clock.monotonic(), open > maxConnections + HTTP_SOCKETS);
    victim?.destroy();
    if (verdict === 'full') socket.destroy();
    if (verdict === 'address_full') refuseSocket(socket);
  });
  server.prependListener('request', ({ socket }, response) => {
    budget.began(socket);
    response.once('close', () => budget.ended(socket));
  });
  server.prependListener('upgrade', ({ socket }) => budget.close(socket as Socket));
  return (socket) => budget.close(socket);
}

/** Before there is a request, and whether or not there will be one. */
function refuseSocket(socket: Socket): void {
  const text = JSON.stringify(refused('rate_limited', 'There are too many connections from your address.').body);
  const head = ['HTTP/1.1 429 Too Many Requests', 'Content-Type: application/json', `Content-Length: ${text.length}`, 'Retry-After: 5'];
  socket.on('error', () => {});
  socket.end(`${head.join('\r\n')}\r\nConnection: close\r\n\r\n${text}`, () => socket.destroy());
}
