import type { NamedRepair } from '../../analytics/analytics.ts';
import { type Answer, ok, refused } from '../answer.ts';
import type { HttpDeps } from '../http-deps.ts';
import { adminGuard } from './admin-token.ts';
import { analyticsOff } from './analytics.ts';
import { answerOf } from './analytics-answer.ts';
import type { QuestionDeps } from './analytics-questions.ts';
import { RepairReport } from './analytics-schemas.ts';
import type { asTexts } from './query-texts.ts';
import { readStore } from './read-store.ts';
import { type Route, type RouteSchema, route } from './route.ts';
import { described, errors } from './schemas.ts';

type RepairDeps = QuestionDeps & Pick<HttpDeps, 'adminToken'>;

const STEPS = { minute: '1m', quarter: '15m', day: '1d' } as const;
const NONE = { state: 'none' } as const;

/** How far the last repair has come, and what it found. */
export function repairRoute({ questions, storageState, adminToken }: RepairDeps): Route {
  const guard = adminGuard(adminToken);
  const schema: RouteSchema & { readonly security: readonly Readonly<Record<string, readonly string[]>>[] } = {
    summary: 'The last repair',
    description:
      "The repair that `POST /api/analytics/recount?repair=true` began last, since the server was started: how far it has come and what it found. The administrator's right.",
    tags: ['analytics'],
    security: [{ admin: [] }],
    response: { 200: described(RepairReport, 'How far it has come, and what it found.'), ...errors(401, 404, 429, 503) },
  };
  return route({
    method: 'GET',
    url: '/api/analytics/recount',
    schema,
    answer: ({ headers }) => {
      if (questions === undefined) return analyticsOff;
      const refusal = guard(headers.authorization);
      if (refusal !== undefined) return refusal;
      return readStore(storageState, 'room', async () => {
        const repair = await questions.lastRepair();
        return withoutCaching(ok(repair === undefined ? NONE : bodyOf(repair)));
      });
    },
  });
}

/** Begins one; 409 while there is one. */
export async function beginRepair(questions: NonNullable<RepairDeps['questions']>, query: ReturnType<typeof asTexts>): Promise<Answer> {
  const reply = await questions.repair(query);
  if (reply.kind === 'problem') return answerOf(reply, {}, 'recount');
  const body = bodyOf(reply.repair);
  if (reply.kind === 'begun') return withoutCaching({ status: 202, body });
  const of = body.room === undefined ? 'all rooms' : `the room ${body.room}`;
  const done = `${Math.floor(body.share * 100)} %`;
  return refused('conflict', `A repair of ${of} from ${body.from} to ${body.to} is running since ${body.startedAt}; ${done} is done.`);
}

export const withoutCaching = (answer: Answer): Answer => ({ ...answer, headers: { ...answer.headers, 'cache-control': 'no-store' } });

function bodyOf({ request, startedAt, endedAt, share, buckets, damagedBuckets, damages, damageCount }: NamedRepair) {
  return {
    state: endedAt === undefined ? ('running' as const) : ('done' as const),
    ...(request.room === undefined ? {} : { room: request.room }),
    from: iso(request.fromT),
    to: iso(request.toT),
    startedAt: iso(startedAt),
    ...(endedAt === undefined ? {} : { endedAt: iso(endedAt) }),
    share,
    buckets,
    damagedBuckets,
    damageCount,
    damages: damages.map(damageOf),
    ...(damageCount > damages.length ? { truncated: true } : {}),
  };
}

function damageOf({ room, of, t, measure, key, kept, recounted }: NamedRepair['damages'][number]) {
  const told = (value: number | undefined) => (value === undefined ? null : of === 'user' ? iso(value) : value);
  return {
    ...(room === undefined ? {} : { room }),
    ...(of === 'user' || of === 'moment' ? {} : { step: STEPS[of] }),
    t: iso(t),
    measure,
    ...(key === undefined ? {} : { key }),
    kept: told(kept),
    recounted: told(recounted),
  };
}

const iso = (t: number): string => new Date(t).toISOString();
