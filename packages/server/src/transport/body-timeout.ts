import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Clock } from '../util/clock.ts';

/** For the bodies of ordinary requests: a few kilobytes. */
const BODY_TIMEOUT_MS = 15_000;

/** Cuts connections whose request body does not arrive; a route that streams its body is left alone. */
export function limitBodyTime(app: FastifyInstance, clock: Clock): void {
  const pending = new WeakMap<FastifyRequest, () => void>();
  const done = (request: FastifyRequest) => {
    pending.get(request)?.();
    pending.delete(request);
  };
  app.addHook('onRequest', async (request) => {
    if (request.method === 'GET' || request.method === 'HEAD' || request.routeOptions.config.isStream === true) return;
    pending.set(
      request,
      clock.after(BODY_TIMEOUT_MS, () => request.raw.destroy()),
    );
  });
  app.addHook('preValidation', async (request) => done(request));
  app.addHook('onResponse', async (request) => done(request));
  app.addHook('onRequestAbort', async (request) => done(request));
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route reads its body itself, for as long as it takes. */
    readonly isStream?: boolean;
  }
}
