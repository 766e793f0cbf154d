import { planBuckets } from '../calendar/plan.ts';
import { SERIES_MEASURES, type SeriesMeasure } from '../catalogue/ids.ts';
import type { Buckets } from '../measures/measure.ts';
import { type Parsed, parsed, refuse } from '../request/problem.ts';
import type { RecountRequest } from '../request/requests.ts';
import { COLUMN } from '../rollup/columns.ts';
import { DAY_MS } from '../rollup/levels.ts';
import { ALL_ROOMS } from '../rollup/port.ts';
import { FactBuckets, Words } from './fact-buckets.ts';
import type { Names } from './names.ts';
import type { QueryStore } from './ports.ts';
import { type FactSink, readFacts } from './read-facts.ts';
import { RollupBuckets, unionOf } from './rollup-buckets.ts';
import { roomOf } from './room.ts';
import { needsOf } from './series.ts';
import { isoTime } from './source.ts';
import { type MeasureValues, measureAll } from './values.ts';

/** What no stored message tells: live joins and leaves are counted and not stored, and so are the others. */
const LIVE_ALONE: ReadonlySet<SeriesMeasure> = new Set([
  ...(['presentUsers', 'participation', 'joins', 'leaves', 'connections', 'deliveryLatency', 'dropped'] as const),
]);
const RECOUNTED = SERIES_MEASURES.filter((id) => !LIVE_ALONE.has(id));
/** Messages that one recount may read: some seconds, in small pieces. */
const MOST_RECOUNTED = 250_000;
/** 15 years. */
const MOST_DAYS = 5500;
/** Days with differences that are listed. */
const MOST_LISTED = 100;
/** Times that a recount begins again when what is kept changes under it. */
const MOST_TRIES = 3;

export interface RecountProgress {
  /** Messages read, of about so many. */
  readonly read: number;
  readonly messages: number;
}

/** What is told of one range. */
interface Counted {
  readonly whole: MeasureValues;
  readonly days: readonly MeasureValues[];
}

interface Difference {
  readonly measure: SeriesMeasure;
  readonly kept: unknown;
  readonly recounted: unknown;
}

/**
 * Counts a range again from the stored messages alone, and tells both numbers. Yields after each read of some hundred messages; each
 * step sees one state of the store, and between two anything may be written.
 */
export function* recount(request: RecountRequest, store: QueryStore, isRoomLive: boolean): Generator<RecountProgress, Parsed<object>> {
  const room = roomOf(request.room, store, isRoomLive);
  if (room.kind === 'problem') return room;
  const scope = room.value ?? ALL_ROOMS;
  const { from, to } = request;
  const edges = daysOf(from, to);
  if (edges.length - 1 > MOST_DAYS) return refuse('from', `From "from" to "to" are ${edges.length - 1} days.`, `at most ${MOST_DAYS} days`);
  const messages = countKept(scope, from, to, store);
  if (messages > MOST_RECOUNTED) {
    const message = `From "from" to "to" are ${messages} messages, more than ${MOST_RECOUNTED}.`;
    return refuse('from', message, 'a shorter range, or one room');
  }
  for (let tries = 1; ; tries++) {
    const before = countedFrom(scope, edges, store);
    const recounted = yield* countAgain(scope, edges, messages, store);
    const isStill = JSON.stringify(before) === JSON.stringify(countedFrom(scope, edges, store));
    if (isStill || tries === MOST_TRIES) return parsed(reportOf(request, edges, before, recounted, isStill));
  }
}

/** Edges of UTC days, the first and the last cut to the range. */
function daysOf(from: number, to: number): Float64Array {
  const first = Math.floor(from / DAY_MS) + 1;
  const count = Math.max(0, Math.ceil(to / DAY_MS) - first);
  return Float64Array.of(from, ...Array.from({ length: count }, (_, i) => (first + i) * DAY_MS), to);
}

function countKept(scope: number, from: number, to: number, store: QueryStore): number {
  const plan = planBuckets(Float64Array.of(from, to), 'quarter');
  return new RollupBuckets(scope, 1, unionOf([])).read(store.rollups, plan).count(0, COLUMN.messages);
}

function countedFrom(scope: number, edges: Float64Array, store: QueryStore): Counted {
  const read = (at: Float64Array): Buckets =>
    new RollupBuckets(scope, at.length - 1, needsOf(RECOUNTED)).read(store.rollups, planBuckets(at, 'quarter'));
  return counted(read(wholeOf(edges)), read(edges), store);
}

function* countAgain(scope: number, edges: Float64Array, messages: number, store: QueryStore): Generator<RecountProgress, Counted> {
  const words = new Words();
  const whole = new FactBuckets(scope, wholeOf(edges), words);
  const days = new FactBuckets(scope, edges, words);
  let read = 0;
  for (const more of readFacts(scope, edges[0] ?? 0, edges.at(-1) ?? 0, store, both(whole, days))) {
    read += more;
    yield { read, messages };
  }
  return counted(whole, days, { ...namesOf(store), terms: (numbers) => words.named(numbers) });
}

const wholeOf = (edges: Float64Array): Float64Array => Float64Array.of(edges[0] ?? 0, edges.at(-1) ?? 0);

const namesOf = (store: QueryStore): Names => ({
  roomIds: (rooms) => store.roomIds(rooms),
  userIds: (users) => store.userIds(users),
  terms: (terms) => store.terms(terms),
});

function counted(whole: Buckets, days: Buckets, names: Names): Counted {
  const [all] = measureAll(RECOUNTED, whole, names);
  return { whole: all?.values ?? {}, days: measureAll(RECOUNTED, days, names).map(({ values }) => values) };
}

function reportOf({ from, to, room }: RecountRequest, edges: Float64Array, kept: Counted, recounted: Counted, isStill: boolean): object {
  const differences = differencesOf(kept.whole, recounted.whole);
  const days = kept.days.map((values, day) => ({
    t: isoTime(edges[day] ?? 0),
    differences: differencesOf(values, recounted.days[day] ?? {}),
  }));
  const wrong = days.filter((day) => day.differences.length > 0);
  return {
    ...(room === undefined ? {} : { room }),
    from: isoTime(from),
    to: isoTime(to),
    isEqual: differences.length === 0 && wrong.length === 0,
    ...(isStill ? {} : { changing: true }),
    kept: kept.whole,
    recounted: recounted.whole,
    differences,
    days: wrong.slice(0, MOST_LISTED),
    ...(wrong.length > MOST_LISTED ? { truncated: true } : {}),
  };
}

function differencesOf(kept: MeasureValues, recounted: MeasureValues): Difference[] {
  return RECOUNTED.filter((id) => JSON.stringify(kept[id]) !== JSON.stringify(recounted[id])).map((measure) => ({
    measure,
    kept: kept[measure],
    recounted: recounted[measure],
  }));
}

function both(a: FactSink, b: FactSink): FactSink {
  const sinks = [a, b];
  return {
    message: (room, message) => {
      for (const sink of sinks) sink.message(room, message);
    },
    newcomer: (t) => {
      for (const sink of sinks) sink.newcomer(t);
    },
    notice: (kind, t) => {
      for (const sink of sinks) sink.notice(kind, t);
    },
    mention: (t) => {
      for (const sink of sinks) sink.mention(t);
    },
    response: (t, seconds) => {
      for (const sink of sinks) sink.response(t, seconds);
    },
    session: (startT, durationMs, messages, oldDurationMs, oldMessages) => {
      for (const sink of sinks) sink.session(startT, durationMs, messages, oldDurationMs, oldMessages);
    },
  };
}
