import { parseSnapshot, sentenceOf } from '../../analytics/analytics.ts';
import { type Answer, ok, refused } from '../answer.ts';
import type { HttpDeps } from '../http-deps.ts';
import { asTexts } from './query-texts.ts';
import { type Route, route } from './route.ts';
import { errors } from './schemas.ts';
import { Snapshot } from './snapshot-schema.ts';

export const analyticsOff = refused('no_such_path', 'Analytics is switched off on this server.');

/** Of all rooms is no answer to a question about one, nor JSON to one for CSV. Undefined: nothing is wrong with the query. */
export function refuseQuery(query: unknown): Answer | undefined {
  if (typeof query === 'object' && query !== null && 'room' in query) return notOfOneRoom;
  const request = parseSnapshot(asTexts(query));
  return request.kind === 'problem' ? refused('bad_request', sentenceOf(request.problem)) : undefined;
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
        description:
          'Of all rooms together, as JSON alone; `room` is refused. About one room, and as CSV: `/api/analytics/summary` and `/api/analytics/series`.',
        tags: ['analytics'],
        response: { 200: Snapshot, ...errors(400, 404, 429) },
      },
      answer: ({ query }) => {
        const refusal = refuseQuery(query);
        if (refusal !== undefined) return refusal;
        const body = snapshot();
        return body === undefined ? analyticsOff : ok(body);
      },
    }),
  ];
}
