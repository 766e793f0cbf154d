import { ok, refused } from '../answer.ts';
import type { HttpDeps } from '../http-deps.ts';
import { type Route, route } from './route.ts';
import { errors } from './schemas.ts';
import { Snapshot } from './snapshot-schema.ts';

export const analyticsOff = refused('no_such_path', 'Analytics is switched off on this server.');

export function analyticsRoutes({ snapshot }: Pick<HttpDeps, 'snapshot'>): readonly Route[] {
  return [
    route({
      method: 'GET',
      url: '/api/analytics',
      schema: { summary: 'The live snapshot', tags: ['analytics'], response: { 200: Snapshot, ...errors(404, 429) } },
      answer: () => {
        const body = snapshot();
        return body === undefined ? analyticsOff : ok(body);
      },
    }),
  ];
}
