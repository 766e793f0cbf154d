import { type Answer, ok, refused } from '../answer.ts';
import type { HttpDeps } from '../http-deps.ts';
import { type Route, route } from './route.ts';
import { errors } from './schemas.ts';
import { Snapshot } from './snapshot-schema.ts';

export const analyticsOff = refused('no_such_path', 'Analytics is switched off on this server.');

/** Of all rooms is no answer to a question about one. Undefined: there was no such question. */
export function refuseRoom(query: unknown): Answer | undefined {
  return typeof query === 'object' && query !== null && 'room' in query ? notOfOneRoom : undefined;
}

const notOfOneRoom = refused(
  'bad_request',
  'The live snapshot is of all rooms together; leave "room" out, or ask /api/analytics/summary?room=… or /api/analytics/series?room=… about one.',
);

export function analyticsRoutes({ snapshot }: Pick<HttpDeps, 'snapshot'>): readonly Route[] {
  return [
    route({
      method: 'GET',
      url: '/api/analytics',
      schema: {
        summary: 'The live snapshot',
        description: 'Of all rooms together; `room` is refused. About one room: `/api/analytics/summary` and `/api/analytics/series`.',
        tags: ['analytics'],
        response: { 200: Snapshot, ...errors(400, 404, 429) },
      },
      answer: ({ query }) => {
        const refusal = refuseRoom(query);
        if (refusal !== undefined) return refusal;
        const body = snapshot();
        return body === undefined ? analyticsOff : ok(body);
      },
    }),
  ];
}
