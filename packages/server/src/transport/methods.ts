import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Answer, refused } from './answer.ts';
import { sendAnswer } from './errors.ts';

/** OPTIONS belongs to CORS. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** The paths that are registered from now on. */
export function watchPaths(app: FastifyInstance): ReadonlySet<string> {
  const paths = new Set<string>();
  app.addHook('onRoute', ({ url }) => void paths.add(url));
  return paths;
}

/** A path that exists says what may be asked of it. Before the body is read. */
export function refuseOtherMethods(app: FastifyInstance, url: string): void {
  const allowed = METHODS.filter((method) => app.hasRoute({ method, url }));
  const others = METHODS.filter((method) => !allowed.includes(method));
  // CORS takes OPTIONS of any path, which makes none exist.
  if (allowed.length === 0 || others.length === 0) return;
  const allow = allowed.join(', ');
  const answer = { ...refused('method_not_allowed', `This path takes ${allow} alone.`), headers: { allow } };
  app.route({ method: others, url, ...always(answer) });
}

/** `GET /ws` without `Upgrade: websocket`. */
export function offerUpgrade(app: FastifyInstance): void {
  const answer = refused('upgrade_required', 'This is a WebSocket: connect to it with a WebSocket client, ws://…/ws.');
  app.route({ method: 'GET', url: '/ws', ...always({ ...answer, headers: { upgrade: 'websocket', connection: 'upgrade' } }) });
}

function always(answer: Answer) {
  const onRequest = async (_request: FastifyRequest, reply: FastifyReply) => sendAnswer(reply, answer);
  return { onRequest, handler: () => {} };
}
