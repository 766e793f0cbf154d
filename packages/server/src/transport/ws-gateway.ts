import type { IncomingMessage, Server } from 'node:http';
import type { Socket as NetSocket } from 'node:net';
import type { Duplex } from 'node:stream';
import { checkUsername, isUserId, LIMITS } from '@hubbub/protocol';
import { WebSocketServer } from 'ws';
import { type AddressedRequest, addressKey } from '../admission/client-address.ts';
import type { ConnectionCaps } from '../admission/connection-caps.ts';
import type { Identity } from '../admission/identity.ts';
import { isOriginAllowed } from '../admission/origin.ts';
import type { Connections } from '../connection/connections.ts';
import type { EventSink } from '../events.ts';
import type { Clock } from '../util/clock.ts';
import type { DirectSend } from './direct-send.ts';
import { HubbubWebSocket, WsSocket } from './ws-socket.ts';

export interface GatewayDeps {
  readonly caps: ConnectionCaps;
  readonly connections: Connections;
  readonly events: EventSink;
  readonly clock: Clock;
  readonly allowedOrigins: readonly string[] | '*';
  readonly historyOnJoin: number;
  readonly clientAddress: (request: AddressedRequest) => string;
  /** Undefined: bytes go through Node's streams. */
  readonly directSend: DirectSend | undefined;
}

/** What a request asks for, read from its query. */
interface Welcome {
  readonly identity: Identity;
  readonly rooms: readonly string[];
  readonly history: number;
  /** Said once the socket is open. */
  readonly complaints: readonly string[];
}

interface Rejection {
  readonly status: 400 | 403 | 404 | 429 | 503;
  readonly code: string;
  readonly message: string;
}

const REASONS = { 400: 'Bad Request', 403: 'Forbidden', 404: 'Not Found', 429: 'Too Many Requests', 503: 'Service Unavailable' } as const;

/** Turns HTTP upgrades of `/ws` into connections, or refuses them before they cost anything. */
export class WsGateway {
  readonly #deps: GatewayDeps;
  readonly #wss = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: LIMITS.frameBytes,
    WebSocket: HubbubWebSocket,
    // A browser that offers subprotocols expects one back; ours needs none, `bearer.…` is for tokens.
    handleProtocols: (protocols) => [...protocols].find((each) => !each.startsWith('bearer.')) ?? false,
  });
  #isClosed = false;

  constructor(deps: GatewayDeps) {
    this.#deps = deps;
  }

  attach(server: Server): void {
    server.on('upgrade', (request: IncomingMessage, stream: Duplex, head: Buffer) => this.#onUpgrade(request, stream, head));
  }

  /** Refuses everybody from now on. */
  stop(): void {
    this.#isClosed = true;
  }

  #onUpgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    // Until `ws` has the socket, a reset must not become an uncaught error.
    stream.on('error', ignore);
    // What a client sends as its target need not be an address: `//` is none.
    const welcome = this.#consider(request, URL.parse(request.url ?? '/', 'http://hubbub'));
    if ('status' in welcome) return this.#reject(stream, welcome);
    const key = addressKey(
      this.#deps.clientAddress({ socket: request.socket, headers: { 'x-forwarded-for': request.headers['x-forwarded-for'] } }),
    );
    const verdict = this.#deps.caps.open(key);
    if (verdict === 'full')
      return this.#reject(stream, { status: 503, code: 'overloaded', message: 'This server has all the connections that it takes.' });
    if (verdict === 'address_full') {
      return this.#reject(stream, { status: 429, code: 'rate_limited', message: 'There are too many connections from your address.' });
    }
    this.#open(request, stream, head, welcome, key);
  }

  #consider(request: IncomingMessage, url: URL | null): Welcome | Rejection {
    const { allowedOrigins, historyOnJoin } = this.#deps;
    if (url?.pathname !== '/ws') return { status: 404, code: 'not_found', message: 'WebSocket is served at /ws.' };
    if (this.#isClosed) return { status: 503, code: 'overloaded', message: 'This server is stopping; another one will take you.' };
    if (!isOriginAllowed(request.headers.origin, request.headers.host, allowedOrigins)) {
      return { status: 403, code: 'forbidden', message: 'Pages of this origin may not connect (ALLOWED_ORIGINS).' };
    }
    return readQuery(url.searchParams, historyOnJoin);
  }

  #open(request: IncomingMessage, stream: Duplex, head: Buffer, welcome: Welcome, key: string): void {
    const { caps, clock, connections, directSend } = this.#deps;
    let isOpen = false;
    // `ws` answers a malformed handshake by itself and destroys the socket: the place must be given back then.
    stream.once('close', () => {
      if (!isOpen) caps.close(key);
    });
    this.#wss.handleUpgrade(request, stream, head, (ws) => {
      isOpen = true;
      stream.off('error', ignore);
      // Upgrades of an http(s) server come on TCP sockets.
      const tcp = stream as NetSocket;
      tcp.setNoDelay(true);
      const socket = new WsSocket(ws, tcp, clock, directSend);
      connections.open(socket, (listener) => socket.listen(listener), { ...welcome, onClosed: () => caps.close(key) });
    });
  }

  #reject(stream: Duplex, { status, code, message }: Rejection): void {
    this.#deps.events.dropped('upgrade_refused');
    const body = JSON.stringify({ error: { code, message } });
    const head = [
      `HTTP/1.1 ${status} ${REASONS[status]}`,
      'Connection: close',
      'Content-Type: application/json; charset=utf-8',
      `Content-Length: ${Buffer.byteLength(body)}`,
      ...(status === 503 || status === 429 ? ['Retry-After: 5'] : []),
    ];
    stream.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => stream.destroy());
  }
}

function readQuery(query: URLSearchParams, historyOnJoin: number): Welcome | Rejection {
  const userId = query.get('userId') ?? 'anonymous';
  if (!isUserId(userId)) {
    return { status: 400, code: 'bad_frame', message: 'userId: 1 to 128 characters without control characters.' };
  }
  const username = query.get('username') ?? 'Anonymous';
  const problem = checkUsername(username)?.message;
  const asked = query.getAll('room');
  const rooms = asked.length === 0 ? ['global'] : [...new Set(asked.filter((room) => room !== ''))];
  const history = readHistory(query.get('history'));
  const complaints =
    history === 'wrong' ? [`history: a whole number from 0 to ${LIMITS.historyMessages}; the server's default is used.`] : [];
  return { identity: { userId, username, problem }, rooms, history: typeof history === 'number' ? history : historyOnJoin, complaints };
}

function readHistory(text: string | null): number | 'default' | 'wrong' {
  if (text === null || text === '') return 'default';
  if (!/^\d{1,3}$/.test(text)) return 'wrong';
  const history = Number(text);
  return history <= LIMITS.historyMessages ? history : 'wrong';
}

function ignore(): void {}
