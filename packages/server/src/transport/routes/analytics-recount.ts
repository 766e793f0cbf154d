import { type TSchema, Type } from 'typebox';
import { type Answer, refused } from '../answer.ts';
import type { HttpDeps } from '../http-deps.ts';
import { adminGuard } from './admin-token.ts';
import { analyticsOff } from './analytics.ts';
import { answerOf } from './analytics-answer.ts';
import { RecountQuery } from './analytics-parameters.ts';
import { isInUse, type QuestionDeps } from './analytics-questions.ts';
import { beginRepair, withoutCaching } from './analytics-repair.ts';
import { RecountReport, RepairReport } from './analytics-schemas.ts';
import { asTexts } from './query-texts.ts';
import { readStore } from './read-store.ts';
import { type Route, route } from './route.ts';
import { described, errors } from './schemas.ts';

const RETRY_AFTER_MS = 5000;
const busy: Answer = refused('overloaded', 'Another range is being recounted.', RETRY_AFTER_MS);

/** What is kept beside what the stored messages say. */
export function recountRoute({ questions, storageState, directory, adminToken }: QuestionDeps & Pick<HttpDeps, 'adminToken'>): Route {
  const guard = adminGuard(adminToken);
  return route({
    method: 'POST',
    url: '/api/analytics/recount',
    isQueryRead: true,
    schema: {
      summary: 'Count a range again',
      description:
        "Counts a range again from the stored messages, and answers both numbers side by side. Presence, joins and leaves, connections, latency and drops are kept in their rollups alone, and not recounted. One at a time. With `repair=true`, an administrator's right, what is wrong is put right in the background, by whole UTC days, whatever the length of the range; of all rooms each of them as well.",
      tags: ['analytics'],
      querystring: RecountQuery,
      response: {
        200: Type.Unsafe<string>({ description: 'Both numbers.', content: { 'application/json': { schema: RecountReport } } }),
        202: described(RepairReport, 'The repair has begun; `GET` of the same path tells how far it is.'),
        ...errors(400, 401, 404, 429, 503),
        409: described(errors(409)['409'] as TSchema, 'Another repair is running, which the message names.'),
      },
    },
    answer: ({ query: raw, headers }) => {
      if (questions === undefined) return analyticsOff;
      const query = asTexts(raw);
      const refusal = query.repair === 'true' ? guard(headers.authorization) : undefined;
      if (refusal !== undefined) return refusal;
      if (query.repair === 'true') return readStore(storageState, 'room', () => beginRepair(questions, query));
      return readStore(storageState, 'room', async () => {
        const reply = await questions.recount({ query, isRoomLive: isInUse(query.room, directory) });
        return reply.kind === 'busy' ? busy : withoutCaching(answerOf(reply, {}, 'recount'));
      });
    },
  });
}
