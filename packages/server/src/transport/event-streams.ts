import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from '../ops/logger.ts';
import { refused } from './answer.ts';
import { sendAnswer } from './errors.ts';
import type { EventRoute, EventSocket } from './routes/route.ts';

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  // nginx would collect the events otherwise.
  'x-accel-buffering': 'no',
  // The end of the stream is the end of the connection: no framing of chunks around each event, for each reader.
  connection: 'close',
} as const;

interface EventDeps {
  readonly logger: Logger;
  /** The server stops: streams end. */
  readonly signal: AbortSignal;
  /** Streams have limits of their own: their sockets count no longer among the others. */
  releaseSocket(socket: Socket): void;
}

/** Adds a route that goes on answering. Its answers begin like any other's, with the same headers and refusals. Answers how many are open. */
export function addEventRoute(app: FastifyInstance, route: EventRoute, deps: EventDeps): () => number {
  const open = new Set<ServerResponse>();
  deps.signal.addEventListener('abort', () => {
    for (const response of open) response.end();
  });
  app.get(route.url, { schema: route.schema, config: { isStream: true } }, (request, reply) => {
    if (request.method === 'HEAD') return reply.headers(HEADERS).send();
    if (deps.signal.aborted) return sendAnswer(reply, refused('overloaded', 'This server is stopping.', 5000));
    return answer(route, request, reply, open, deps);
  });
  return () => open.size;
}

function answer(route: EventRoute, request: FastifyRequest, reply: FastifyReply, open: Set<ServerResponse>, deps: EventDeps) {
  const admission = route.admit({ query: request.query, address: request.clientKey, lastEventId: lastEventIdOf(request) });
  if (admission.kind === 'refused') return sendAnswer(reply, admission.answer);
  const response = reply.raw;
  // Once, whatever ends it; also when the client has gone before we begin.
  response.once('close', () => {
    open.delete(response);
    admission.end();
  });
  reply.hijack();
  deps.releaseSocket(request.socket);
  open.add(response);
  response.removeHeader('transfer-encoding');
  response.writeHead(200, { ...(reply.getHeaders() as Record<string, string>), ...HEADERS });
  try {
    admission.begin(socketOf(response));
  } catch (error) {
    deps.logger.error({ err: error, route: route.url }, 'a stream of events could not begin');
    response.destroy();
  }
  return reply;
}

function socketOf(response: ServerResponse): EventSocket {
  return {
    get unsent() {
      return response.writableLength;
    },
    write(bytes) {
      // While it ends there may still be news.
      if (!response.writableEnded) response.write(bytes);
    },
    destroy: () => void response.destroy(),
  };
}

function lastEventIdOf({ headers }: FastifyRequest): string | undefined {
  const id = headers['last-event-id'];
  return typeof id === 'string' ? id : undefined;
}
