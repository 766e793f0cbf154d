import { type Zone, zoneOf } from '../calendar/zone.ts';
import { CATALOGUE } from '../catalogue/catalogue.ts';
import type { NamedLiveFact } from '../live-facts-sink.ts';
import type { RawQuery } from '../request/fields.ts';
import type { QueryLimits } from '../request/limits.ts';
import {
  parseActive,
  parseHeatmap,
  parseMoments,
  parsePlain,
  parseRetention,
  parseSeries,
  parseSummary,
  parseTop,
  type RequestContext,
} from '../request/parse.ts';
import { type Parsed, parsed, refuse } from '../request/problem.ts';
import type { Format, RangeRequest, SeriesRequest } from '../request/requests.ts';
import { ALL_ROOMS } from '../rollup/port.ts';
import { active } from './active.ts';
import { heatmap } from './heatmap.ts';
import { withLive } from './live-state.ts';
import { moments } from './moments.ts';
import type { QueryStore } from './ports.ts';
import type { Question, QuestionPath, Reply } from './question.ts';
import { replyOf } from './reply.ts';
import { retention } from './retention.ts';
import { roomOf } from './room.ts';
import { seconds } from './seconds.ts';
import { series } from './series.ts';
import type { Source } from './source.ts';
import { summary } from './summary.ts';
import { tableOf } from './tables.ts';
import { top } from './top.ts';
import type { ZoneDays } from './zone-days.ts';

/** What is true when a question is asked. Times are ms since 1970. */
export interface AnswerContext {
  readonly now: number;
  /** All live input up to here is in the store, whether or not it is counted: a whole second. */
  readonly completeUntil: number;
  readonly limits: QueryLimits;
  /** What was counted live and is not in the store: of the scope asked for, and presence. */
  readonly unwritten?: readonly NamedLiveFact[];
  /** What was counted live, by seconds, of the last 15 minutes; undefined: there is no step 1s. */
  readonly seconds?: readonly NamedLiveFact[];
}

interface Answered {
  readonly format: Format;
  /** Or its JSON. */
  readonly body: object | Uint8Array<ArrayBuffer>;
}

type Kept = Pick<Source, 'store' | 'zoneDays'>;

/**
 * Answers one question, whole, from one state of the store. Throws where what is kept cannot be read. `zoneDays`: held from one question
 * of this store to the next.
 */
export function answer(question: Question, store: QueryStore, context: AnswerContext, zoneDays: ZoneDays): Reply {
  zoneDays.months.begin();
  const answered = store.atOneInstant(() => ASKED[question.path](question, { store, zoneDays }, context));
  if (answered.kind === 'problem') return answered;
  const { body, format = question.format } = answered.value;
  return format === 'csv' ? replyOf('csv', tableOf(question.path, readBody(body))) : replyOf('json', jsonOf(body));
}

const readBody = (body: object): object => (body instanceof Uint8Array ? JSON.parse(new TextDecoder().decode(body)) : body);
const jsonOf = (body: object): string | Uint8Array<ArrayBuffer> =>
  body instanceof Uint8Array ? (body as Uint8Array<ArrayBuffer>) : JSON.stringify(body);

type Ask = (question: Question, kept: Kept, context: AnswerContext) => Parsed<Answered>;

const ASKED: Readonly<Record<QuestionPath, Ask>> = {
  series: askSeries,
  summary: ranged(parseSummary, summary),
  top: ranged(parseTop, top),
  heatmap: ranged(parseHeatmap, (request, source, zone) => heatmap(request, zone, source)),
  retention: ranged(parseRetention, (request, source, zone) => retention(request, zone, source)),
  moments: ranged(parseMoments, moments),
  active: ranged(parseActive, (request, source, zone) => active(request, zone, source)),
  catalogue: askCatalogue,
};

function ranged<Request extends RangeRequest>(
  parse: (query: RawQuery, context: RequestContext) => Parsed<Request>,
  answerOf: (request: Request, source: Source, zone: Zone) => object,
): Ask {
  return (question, kept, context) => {
    const request = parse(question.query, context);
    if (request.kind === 'problem') return request;
    const source = sourceOf(request.value, question, kept, context);
    if (source.kind === 'problem') return source;
    const { format, tz } = request.value;
    return parsed({ format, body: answerOf(request.value, source.value, knownZone(tz)) });
  };
}

function askSeries(question: Question, kept: Kept, context: AnswerContext): Parsed<Answered> {
  if (context.seconds === undefined && question.query.step === '1s')
    return refuse('step', 'This server has no seconds.', '1m, 5m, 15m, 1h, 1d, 1w, 1M');
  const { limits } = context;
  const withoutSeconds = { ...limits, ages: { ...limits.ages, '1s': Number.NEGATIVE_INFINITY } };
  const request = parseSeries(question.query, context.seconds === undefined ? { ...context, limits: withoutSeconds } : context);
  if (request.kind === 'problem') return request;
  const source = sourceOf(request.value, question, kept, context);
  if (source.kind === 'problem') return source;
  const body = seriesBody(request.value, source.value, context);
  return body.kind === 'problem' ? body : parsed({ format: request.value.format, body: body.value });
}

function seriesBody(request: SeriesRequest, source: Source, context: AnswerContext): Parsed<Uint8Array<ArrayBuffer>> {
  if (request.step === '1s') return seconds(request, knownZone(request.tz), source, context.seconds ?? []);
  return parsed(series(request, knownZone(request.tz), source));
}

function askCatalogue({ query }: Question): Parsed<Answered> {
  const plain = parsePlain(query);
  if (plain.kind === 'problem') return plain;
  return parsed({ ...plain.value, body: { measures: Object.entries(CATALOGUE).map(([id, entry]) => ({ id, ...entry })) } });
}

function sourceOf(request: RangeRequest, { isRoomLive }: Question, { store, zoneDays }: Kept, context: AnswerContext): Parsed<Source> {
  const room = roomOf(request.room, store, isRoomLive);
  if (room.kind === 'problem') return room;
  const { now, unwritten = [] } = context;
  const completeUntil = Math.min(context.completeUntil, wholeSecond(store.uncountedSince() ?? Number.POSITIVE_INFINITY));
  const overlaid = unwritten.filter(({ t }) => t < request.to);
  const rollups = withLive(overlaid, store);
  return parsed({ store, rollups, zoneDays, room: room.value, scope: room.value ?? ALL_ROOMS, now, completeUntil });
}

/** The beginning of the second. */
export const wholeSecond = (t: number): number => Math.floor(t / 1000) * 1000;

/** The parser has asked for it before. */
function knownZone(tz: string): Zone {
  const zone = zoneOf(tz);
  if (zone === undefined) throw new Error(`no zone ${tz}`);
  return zone;
}
