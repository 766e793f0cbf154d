import { Type } from 'typebox';
import type { Counting } from '../../ops/metrics.ts';
import { ok } from '../answer.ts';
import type { HttpDeps } from '../http-deps.ts';
import { type Route, route } from './route.ts';
import { described } from './schemas.ts';

type HealthDeps = Pick<HttpDeps, 'clients' | 'storageState' | 'counting' | 'isReady' | 'version' | 'clock'>;

/** A message waits up to 5 s to be counted while nobody asks, and a question has it counted at once: a minute is no usual wait. */
const BEHIND_MS = 60_000;

const Health = Type.Object({
  status: Type.String({ description: '`ok`' }),
  clients: Type.Integer({ description: 'Open WebSocket connections of this node.' }),
  storage: Type.String({ description: '`ok`, `unavailable` or `disabled`' }),
  analytics: Type.Object({
    state: Type.String({
      description: '`ok`, `behind` (stored messages have waited for a minute to be counted), `failing` (by a fault of ours) or `disabled`',
    }),
    uncountedMessages: Type.Integer({ description: 'Stored and not counted yet.' }),
    uncountedSeconds: Type.Integer({ description: 'That the oldest of them has waited, at most.' }),
  }),
  version: Type.String(),
  uptimeSeconds: Type.Integer({ description: 'Since the start.' }),
});

const Ready = Type.Object({
  status: Type.String({ description: '`ready` or `unavailable`' }),
  storage: Type.String({ description: '`ok`, `unavailable` or `disabled`' }),
  reasons: Type.Array(Type.String(), { description: 'Short words; empty when it is ready.' }),
});

export function healthRoutes({ clients, storageState, counting, isReady, version, clock }: HealthDeps): readonly Route[] {
  const startedAt = clock.monotonic();
  return [
    route({
      method: 'GET',
      url: '/health',
      schema: { summary: 'Whether the process lives', tags: ['operations'], response: { 200: described(Health, 'The process lives.') } },
      answer: () => {
        const uptimeSeconds = Math.floor((clock.monotonic() - startedAt) / 1000);
        return ok({
          status: 'ok',
          clients: clients(),
          storage: storageState(),
          analytics: analyticsHealth(counting()),
          version,
          uptimeSeconds,
        });
      },
    }),
    route({
      method: 'GET',
      url: '/ready',
      schema: {
        summary: 'Whether new clients should come here',
        description: '503 while it starts, drains, has a full write queue or cannot reach its bus.',
        tags: ['operations'],
        response: { 200: described(Ready, 'Ready.'), 503: described(Ready, 'Not ready; `reasons` says why.') },
      },
      answer: () => {
        const { ok: isOk, reasons } = isReady();
        return { status: isOk ? 200 : 503, body: { status: isOk ? 'ready' : 'unavailable', storage: storageState(), reasons } };
      },
    }),
  ];
}

function analyticsHealth(counting: Counting | undefined): object {
  if (counting === undefined) return { state: 'disabled', uncountedMessages: 0, uncountedSeconds: 0 };
  const { uncounted, isFailing } = counting;
  const { messages: uncountedMessages, oldestMs } = uncounted;
  const state = isFailing ? 'failing' : oldestMs > BEHIND_MS ? 'behind' : 'ok';
  return { state, uncountedMessages, uncountedSeconds: Math.floor(oldestMs / 1000) };
}
