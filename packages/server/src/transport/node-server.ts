import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { refused } from './answer.ts';
import { HTTP_SOCKETS } from './socket-limits.ts';

/** More header lines than any honest client sends. Node itself would silently drop those above its own count. */
export const MAX_HEADER_LINES = 100;
const MAX_HEADER_BYTES = 16 * 1024;
/** A request whose headers have not arrived by then is answered with 408: slow upgrades and half-open requests end here. */
const HEADERS_TIMEOUT_MS = 10_000;
const CHECK_INTERVAL_MS = 2500;
/** Longer than the 60 s after which common load balancers drop an idle connection, so that it is not us who races them. */
const KEEP_ALIVE_MS = 65_000;
/** Sockets above all limits, in the moment before they are closed; what comes above that is dropped unread. */
const SPARE_SOCKETS = 100;

/** The one server of the process. Upgrades to WebSocket go to whoever listens for `upgrade`, everything else to `handler`. */
export function createNodeServer(handler: RequestListener, maxConnections: number): Server {
  const server = createServer(
    {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: HEADERS_TIMEOUT_MS,
      // An import may take hours; how long other bodies may take is watched in body-timeout.ts.
      requestTimeout: 0,
      connectionsCheckingInterval: CHECK_INTERVAL_MS,
      keepAliveTimeout: KEEP_ALIVE_MS,
      noDelay: true,
      // Node's own refusal has no body; ours stands in security.ts.
      requireHostHeader: false,
      // Java's HttpClient offers `Upgrade: h2c` on plain requests: those are HTTP.
      shouldUpgradeCallback: (request) => isWebSocket(request) && request.headers.host !== undefined && !hasTooManyHeaders(request),
    },
    handler,
  );
  server.maxHeadersCount = 2 * MAX_HEADER_LINES;
  server.maxConnections = maxConnections + HTTP_SOCKETS + SPARE_SOCKETS;
  server.on('checkExpectation', refuseExpectation);
  return server;
}

function refuseExpectation(_request: IncomingMessage, response: ServerResponse): void {
  const { status, body } = refused('expectation_failed', 'The only expectation that is met is 100-continue.');
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', connection: 'close' }).end(JSON.stringify(body));
}

export function hasTooManyHeaders(request: IncomingMessage): boolean {
  return request.rawHeaders.length > 2 * MAX_HEADER_LINES;
}

function isWebSocket(request: IncomingMessage): boolean {
  return request.headers.upgrade?.toLowerCase() === 'websocket';
}
