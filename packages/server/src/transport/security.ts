import cors, { type FastifyCorsOptionsDelegateCallback } from '@fastify/cors';
import helmet from '@fastify/helmet';
import type { FastifyInstance } from 'fastify';
import { addressKey, clientAddressReader } from '../admission/client-address.ts';
import { HttpRateLimit } from '../admission/http-rate-limit.ts';
import { isOriginAllowed } from '../admission/origin.ts';
import { refused } from './answer.ts';
import { sendAnswer, tooManyHeaders } from './errors.ts';
import type { HttpDeps } from './http-deps.ts';
import { hasTooManyHeaders } from './node-server.ts';

/**
 * Requests of one address to /api. Far above what paging through everything needs, and below what would keep the process from its
 * chat. Off together with the limit of messages, for measurements.
 */
const API_RATE = { perSec: 1000, burst: 5000 };

/** Our pages load their own files alone: no inline script or style, no frame, no plugin. */
const CONTENT_POLICY = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'self'"],
    imgSrc: ["'self'", 'data:'],
    objectSrc: ["'none'"],
    baseUri: ["'none'"],
    formAction: ["'self'"],
    frameAncestors: ["'none'"],
  },
};

type SecurityDeps = Pick<HttpDeps, 'config' | 'clock' | 'apiRate'>;

/** Security headers, CORS, and what is refused whatever the route. */
export async function secure(app: FastifyInstance, deps: SecurityDeps): Promise<void> {
  const { allowedOrigins } = deps.config;
  refuseEarly(app, deps);
  // Whether the way to us is HTTPS is known to the proxy that ends it; so HSTS is the proxy's to say.
  await app.register(helmet, { contentSecurityPolicy: CONTENT_POLICY, strictTransportSecurity: false });
  const delegator: FastifyCorsOptionsDelegateCallback = (request, done) => {
    const { origin, host } = request.headers;
    const isAllowed = allowedOrigins === '*' ? '*' : origin !== undefined && isOriginAllowed(origin, host, allowedOrigins);
    done(null, {
      origin: isAllowed,
      methods: ['GET', 'POST'],
      allowedHeaders: ['content-type', 'authorization'],
      exposedHeaders: ['retry-after'],
      maxAge: 600,
      // An OPTIONS that is no preflight asks what is possible: an answer as good as any, and in no other shape of error.
      strictPreflight: false,
    });
  };
  await app.register(cors, { delegator });
}

function refuseEarly(app: FastifyInstance, { config, clock, apiRate = API_RATE }: SecurityDeps): void {
  const limit = new HttpRateLimit(config.ratePerSec === 0 ? { perSec: 0, burst: 0 } : apiRate, clock);
  const readAddress = clientAddressReader(config.trustProxy);
  app.decorateRequest('clientKey', '');
  app.addHook('onRequest', async (request, reply) => {
    if (hasTooManyHeaders(request.raw)) return sendAnswer(reply.header('connection', 'close'), tooManyHeaders);
    if (request.headers.host === undefined && request.raw.httpVersion === '1.1') {
      return sendAnswer(reply.header('connection', 'close'), refused('bad_request', 'HTTP/1.1 needs the header "host".'));
    }
    request.clientKey = addressKey(readAddress(request.raw));
    const { origin, host } = request.headers;
    const changes = request.method !== 'GET' && request.method !== 'HEAD' && request.method !== 'OPTIONS';
    // A browser sends a simple POST of a foreign page without asking first: CORS alone only hides the answer.
    if (changes && !isOriginAllowed(origin, host, config.allowedOrigins)) {
      return sendAnswer(reply, refused('forbidden', 'Pages of this origin may not use this server.'));
    }
    // `*` is the whole server and no path, but the router would take it for `/`.
    if (request.url.startsWith('*') && request.method !== 'OPTIONS') return sendAnswer(reply, refused('no_such_path', 'This is no path.'));
    const waitMs = isCounted(request.routeOptions.url) ? limit.take(request.clientKey) : 0;
    if (waitMs > 0) return sendAnswer(reply, refused('rate_limited', 'Too many requests from this address.', waitMs));
    return undefined;
  });
}

/**
 * By the route that was found, since a target has many spellings: `/%61pi`, `http://host/api`. What has no route, or only the `*` of
 * a preflight, is counted too.
 */
function isCounted(route: string | undefined): boolean {
  return route === undefined || route === '*' || route.startsWith('/api');
}

declare module 'fastify' {
  interface FastifyRequest {
    /** What limits are kept by: the client's IPv4 address or IPv6 network. */
    clientKey: string;
  }
}
