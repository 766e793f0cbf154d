import { type TSchema, Type } from 'typebox';
import { CATALOGUE, type QuestionPath } from '../../analytics/analytics.ts';
import { type Answer, refused } from '../answer.ts';
import type { HttpDeps } from '../http-deps.ts';
import { analyticsOff } from './analytics.ts';
import { answerOf, formatOf } from './analytics-answer.ts';
import {
  ActiveQuery,
  CatalogueQuery,
  HeatmapQuery,
  MomentsQuery,
  RetentionQuery,
  SeriesQuery,
  SummaryQuery,
  TopQuery,
} from './analytics-parameters.ts';
import { ANSWERS } from './analytics-schemas.ts';
import { isPublicRoom } from './history.ts';
import { asTexts } from './query-texts.ts';
import { readStore } from './read-store.ts';
import { type Route, type RouteSchema, route } from './route.ts';
import { errors } from './schemas.ts';

export type QuestionDeps = Pick<HttpDeps, 'questions' | 'storageState' | 'directory'>;

interface Told {
  readonly summary: string;
  readonly description: string;
  readonly query: TSchema;
}

const toldOf = (id: keyof typeof CATALOGUE): string => `${CATALOGUE[id].sentence} (\`${CATALOGUE[id].formula}\`)`;
const PARTIAL =
  'What is in progress is marked `partial`; `completeUntil` is how far live input is included: usually 2 to 3 s ago, further back while counting is behind; `adjusting` says that a repair is under way.';

const TOLD: Readonly<Record<QuestionPath, Told>> = {
  series: {
    summary: 'Measures over time',
    description: `Every bucket from \`from\` to \`to\`, empty ones too, oldest first. ${PARTIAL}`,
    query: SeriesQuery,
  },
  summary: {
    summary: 'Every measure over a range, beside the range before',
    description: `All measures merged over the range, and over the preceding one of the same length. ${PARTIAL}`,
    query: SummaryQuery,
  },
  top: {
    summary: 'Top users, rooms, words or emoji',
    description: `Most first, ties by key. ${CATALOGUE.topTerms.sentence} ${PARTIAL}`,
    query: TopQuery,
  },
  heatmap: { summary: 'Messages by weekday and hour', description: toldOf('heatmap'), query: HeatmapQuery },
  retention: { summary: 'Who came back, by week of the first message', description: toldOf('retention'), query: RetentionQuery },
  moments: { summary: 'Bursts of talk', description: toldOf('moments'), query: MomentsQuery },
  active: {
    summary: 'Daily, weekly and monthly chatters',
    description: `dau: ${CATALOGUE.dau.sentence} wau: ${CATALOGUE.wau.sentence} mau: ${CATALOGUE.mau.sentence} stickiness: ${CATALOGUE.stickiness.sentence}`,
    query: ActiveQuery,
  },
  catalogue: {
    summary: 'What every measure means',
    description: 'Each measure with its unit, definition, formula, window, freshness and exactness.',
    query: CatalogueQuery,
  },
};

const RETRY_AFTER_MS = 1000;
const BUSY: Readonly<Record<'own' | 'all', Answer>> = {
  own: refused('rate_limited', 'Too many questions from this address are waiting.', RETRY_AFTER_MS),
  all: refused('overloaded', 'Too many questions are waiting.', RETRY_AFTER_MS),
};

/** The questions about what was counted. */
export function questionRoutes(deps: QuestionDeps): readonly Route[] {
  return (Object.keys(TOLD) as QuestionPath[]).map((path) => questionRoute(path, deps));
}

function questionRoute(path: QuestionPath, { questions, storageState, directory }: QuestionDeps): Route {
  const { summary, description, query } = TOLD[path];
  const schema: RouteSchema = {
    summary,
    description,
    tags: ['analytics'],
    querystring: query,
    response: { 200: bothWays(ANSWERS[path]), 304: Type.Null({ description: 'As `If-None-Match` says.' }), ...errors(400, 404, 429, 503) },
  };
  return route({
    method: 'GET',
    url: `/api/analytics/${path}`,
    schema,
    isQueryRead: true,
    answer: ({ query: raw, headers, address, isGone }) => {
      if (questions === undefined) return analyticsOff;
      const asked = asTexts(raw);
      const isRoomLive = isInUse(asked.room, directory);
      return readStore(storageState, 'room', async () => {
        const reply = await questions.ask({ path, query: asked, format: formatOf(headers), isRoomLive }, { address, isGone });
        return reply.kind === 'busy' ? BUSY[reply.whose] : answerOf(reply, headers, path);
      });
    },
  });
}

export function isInUse(room: string | readonly string[] | undefined, directory: HttpDeps['directory']): boolean {
  return typeof room === 'string' && isPublicRoom(room) && directory.memberCount(room) > 0;
}

function bothWays(schema: TSchema): TSchema {
  const content = { 'application/json': { schema }, 'text/csv': { schema: { type: 'string' } } };
  return Type.Unsafe<string>({ description: 'The answer; as CSV a line of names, then a row each.', content });
}
