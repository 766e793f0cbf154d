import { once } from 'node:events';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { PassThrough } from 'node:stream';
import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { collectApi, serveApiDocs } from './api-docs.ts';
import { limitBodyTime } from './body-timeout.ts';
import { answerClientError, answerErrors, answerFor, sendAnswer } from './errors.ts';
import { addEventRoute } from './event-streams.ts';
import type { HttpDeps } from './http-deps.ts';
import { offerUpgrade, refuseOtherMethods, watchPaths } from './methods.ts';
import { createNodeServer } from './node-server.ts';
import { analyticsStreamRoute } from './routes/analytics-stream.ts';
import { importRoute } from './routes/import.ts';
import type { Route, StreamRoute } from './routes/route.ts';
import { routes } from './routes/routes.ts';
import { compileOnce } from './schema-compilers.ts';
import { secure } from './security.ts';
import { limitSockets } from './socket-limits.ts';

export type { HttpDeps } from './http-deps.ts';

/** Of any request but an import. Posting a message has its own, smaller one. */
const BODY_LIMIT = 64 * 1024;
/** 128 characters of a user id, percent-encoded. */
const MAX_PARAMETER_LENGTH = 128 * 12;

export interface HttpServer {
  readonly app: FastifyInstance;
  /** Emits `upgrade` for WebSockets. */
  readonly server: Server;
  /** Resolves to the address in use. Rejects when it cannot be had. */
  listen(port: number, host: string): Promise<AddressInfo>;
  /** Open streams of events. */
  streams(): number;
  /** No new connections; open ones go on. */
  stopAccepting(): void;
  /** Ends imports, streams of events and idle connections, waits for running answers until `deadline` (`clock.monotonic()`), then cuts what is left. */
  close(deadline: number): Promise<void>;
}

/** The HTTP side, ready to listen. WebSockets attach themselves to `server`. */
export async function createHttpServer(deps: HttpDeps): Promise<HttpServer> {
  const stopping = new AbortController();
  let closed: Promise<void> | undefined;
  const { app, releaseSocket } = createApp(deps);
  app.removeContentTypeParser('text/plain');
  answerErrors(app, deps.logger);
  measure(app, deps);
  await secure(app, deps);
  limitBodyTime(app, deps.clock);
  // Node keeps an idle connection open even while it closes, for as long as keep-alive lasts.
  app.addHook('onSend', async (_request, reply) => {
    if (closed !== undefined) reply.header('connection', 'close');
  });
  const paths = watchPaths(app);
  let streams = () => 0;
  await collectApi(app, deps.version);
  await app.register(async (scope) => {
    for (const route of routes(deps)) addRoute(scope, route);
    streams = addEventRoute(scope, analyticsStreamRoute(deps), { logger: deps.logger, signal: stopping.signal, releaseSocket });
    offerUpgrade(scope);
  });
  await app.register(async (scope) => addStreamRoute(scope, importRoute(deps), stopping.signal));
  await serveApiDocs(app);
  for (const path of paths) refuseOtherMethods(app, path);
  await app.ready();
  const { server } = app;
  return {
    app,
    server,
    listen: (port, host) => listen(server, port, host),
    streams: () => streams(),
    stopAccepting: () => {
      closed ??= stopAccepting(server);
    },
    async close(deadline) {
      stopping.abort();
      closed ??= stopAccepting(server);
      await endAll(deps, server, closed, deadline);
      await app.close();
    },
  };
}

function createApp(deps: HttpDeps) {
  let releaseSocket: (socket: Socket) => void = () => {};
  const app = Fastify({
    logger: false,
    bodyLimit: BODY_LIMIT,
    // Fields that nobody knows are ignored, as in frames.
    onProtoPoisoning: 'remove',
    onConstructorPoisoning: 'remove',
    routerOptions: { maxParamLength: MAX_PARAMETER_LENGTH },
    // "5" is no number in a body; the numbers of a query are read in `addRoute`.
    ajv: { customOptions: { coerceTypes: false } },
    schemaController: { compilersFactory: compileOnce },
    serverFactory: (handler) => {
      const { server, release } = createServer(handler, deps);
      releaseSocket = release;
      return server;
    },
    clientErrorHandler: answerClientError,
    frameworkErrors: (error, request, reply) => void sendAnswer(reply, answerFor(error, request, deps.logger)),
  });
  return { app, releaseSocket };
}

function createServer(handler: RequestListener, { config, clock }: HttpDeps) {
  const maxConnections = config.maxConnections + config.maxStreams;
  const server = createNodeServer(handler, maxConnections);
  const release = limitSockets(server, { clock, maxConnections, isBehindProxy: config.trustProxy !== 'none' });
  return { server, release };
}

function measure(app: FastifyInstance, { metrics }: HttpDeps): void {
  app.addHook('onResponse', async (request, reply) => {
    metrics.httpRequest(request.method, request.routeOptions.url ?? 'unmatched', reply.statusCode, reply.elapsedTime);
  });
}

function addRoute(app: FastifyInstance, route: Route): void {
  const { method, url, schema, bodyLimit, isQueryRead = false } = route;
  app.route({
    method,
    url,
    schema: schema ?? {},
    ...(bodyLimit === undefined ? {} : { bodyLimit }),
    ...(isQueryRead ? UNCHECKED : { preValidation: async (request) => readNumbers(request) }),
    handler: async (request, reply) => {
      const { params, query, body, clientKey: address, headers } = request;
      const isGone = () => request.raw.socket.destroyed;
      return sendAnswer(reply, await route.answer({ params, query, body, address, headers, isGone } as Parameters<Route['answer']>[0]));
    },
  });
}

/** A schema that only describes. */
const UNCHECKED = { validatorCompiler: () => () => true } as const;

/** Texts of the query that should be numbers. What is none stays a text, and is refused by the schema. */
function readNumbers(request: FastifyRequest): void {
  const query = request.query as Record<string, unknown>;
  const { limit } = query;
  if (typeof limit === 'string' && /^\d{1,6}$/.test(limit)) query.limit = Number(limit);
}

function addStreamRoute(app: FastifyInstance, route: StreamRoute, signal: AbortSignal): void {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', (_request, _payload, done) => done(null));
  app.route({
    method: route.method,
    url: route.url,
    config: { isStream: true },
    schema: { ...route.schema },
    ...UNCHECKED,
    onRequest: async (request, reply) => {
      const answer = route.guard(request.raw);
      return answer === undefined ? undefined : sendAnswer(reply, answer);
    },
    handler: (request, reply) => {
      const answer = new PassThrough();
      const done = route.stream(request.raw, (text) => void answer.write(text), signal);
      done.then(
        () => answer.end(),
        (error: unknown) => answer.destroy(error instanceof Error ? error : new Error(String(error))),
      );
      return reply.type(route.contentType).send(answer);
    },
  });
}

async function listen(server: Server, port: number, host: string): Promise<AddressInfo> {
  server.listen(port, host);
  await once(server, 'listening');
  // A server that listens on a port has an address of this kind; only one on a Unix socket has not.
  return server.address() as AddressInfo;
}

/** Resolves when the last connection has ended, upgraded ones included. */
function stopAccepting(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
}

/** Running answers may end; what is left at the deadline is cut. Upgraded sockets are not ours: they are not waited for beyond it. */
async function endAll({ clock }: HttpDeps, server: Server, closed: Promise<void>, deadline: number): Promise<void> {
  let cancel = () => {};
  const late = new Promise<void>((resolve) => {
    cancel = clock.after(Math.max(0, deadline - clock.monotonic()), resolve);
  });
  await Promise.race([closed, late]);
  cancel();
  server.closeAllConnections();
}
