import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { Clock } from '../util/clock.ts';

/** For the bodies of ordinary requests: a few kilobytes. */
const BODY_TIMEOUT_MS = 15_000;
/**
 * For what still comes of a body after its answer. Cut at once, a client that writes before it reads would get a reset instead of the
 * answer.
 */
const LINGER_MS = 2000;

/**
 * Cuts connections whose request body does not arrive, whether or not anybody reads it; a route that streams its body is left alone
 * until it has answered.
 */
export function limitBodyTime(app: FastifyInstance, clock: Clock): void {
  const pending = new WeakMap<IncomingMessage, () => void>();
  const stop = (request: IncomingMessage) => {
    pending.get(request)?.();
    pending.delete(request);
  };
  const start = (request: IncomingMessage, delayMs: number) => {
    stop(request);
    pending.set(
      request,
      clock.after(delayMs, () => request.socket.destroy()),
    );
  };
  // Not by a hook: of a path that cannot be decoded no hook hears.
  app.server.prependListener('request', (request, response) => {
    if (!hasBody(request)) return;
    start(request, BODY_TIMEOUT_MS);
    request.once('end', () => stop(request));
    request.once('close', () => stop(request));
    response.once('finish', () => {
      if (!request.complete) start(request, LINGER_MS);
    });
  });
  app.addHook('onRequest', async (request) => {
    if (request.routeOptions.config.isStream === true) stop(request.raw);
  });
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route reads its body itself, for as long as it takes. */
    readonly isStream?: boolean;
  }
}
