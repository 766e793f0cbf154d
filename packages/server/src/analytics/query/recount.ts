import { SERIES_MEASURES, type SeriesMeasure } from '../catalogue/ids.ts';
import { type Parsed, parsed, refuse } from '../request/problem.ts';
import type { RecountRequest } from '../request/requests.ts';
import { DAY_MS } from '../rollup/levels.ts';
import { ALL_ROOMS } from '../rollup/port.ts';
import { FactBuckets, Words } from './fact-buckets.ts';
import type { Names } from './names.ts';
import type { QueryStore } from './ports.ts';
import { type FactSink, readFacts } from './read-facts.ts';
import { type Difference, differenceOf, differencesOf, type Truth } from './recount-differences.ts';
import { type Kept, keptAt, keptNewcomers } from './recount-kept.ts';
import { keptMoments, type MomentSums, recountMoments } from './recount-moments.ts';
import { roomOf } from './room.ts';
import { isoTime } from './source.ts';
import { measureAll } from './values.ts';

/** What no stored message tells: live joins and leaves are counted and not stored, and so are the others. */
const LIVE_ALONE: ReadonlySet<SeriesMeasure> = new Set([
  ...(['presentUsers', 'participation', 'joins', 'leaves', 'connections', 'deliveryLatency', 'dropped'] as const),
]);
const RECOUNTED = SERIES_MEASURES.filter((id) => !LIVE_ALONE.has(id));
const BY_MINUTE = RECOUNTED.filter((id) => !['topTerms', 'topEmoji', 'topRooms'].includes(id));
/** Messages that one recount may read: some seconds, in small pieces. */
const MOST_RECOUNTED = 250_000;
/** 15 years. */
const MOST_DAYS = 5500;
/** Days with differences that are listed. */
const MOST_LISTED = 100;
/** Minutes that are looked at: a day less than they are kept, since a recount takes a moment. */
const MINUTES_MS = 29 * DAY_MS;
/** Times that a recount begins again when what is kept changes under it. */
const MOST_TRIES = 3;

export interface RecountProgress {
  /** Messages read, of about so many. */
  readonly read: number;
  readonly messages: number;
}

/** All that is told of a range. */
interface Counted {
  readonly whole: Kept;
  readonly days: Kept;
  /** From these rows alone; of the days whose minutes are kept. */
  readonly byQuarters: Kept;
  readonly byMinutes: Kept;
  readonly newcomers: readonly (number | undefined)[];
  readonly moments: readonly MomentSums[];
}

/** What the messages say: exact. */
interface Recounted {
  readonly whole: Truth;
  readonly days: readonly Truth[];
  readonly moments: readonly MomentSums[];
}

interface Range {
  readonly scope: number;
  readonly room: number | undefined;
  readonly edges: Float64Array;
  /** The first day of those whose minutes are kept. */
  readonly minutesFrom: number;
  readonly now: number;
}

/**
 * Counts a range again from the stored messages alone, and tells both numbers. Yields after each read of some hundred messages; each
 * step sees one state of the store, and between two anything may be written.
 */
export function* recount(
  request: RecountRequest,
  store: QueryStore,
  { isRoomLive, now }: { readonly isRoomLive: boolean; readonly now: number },
): Generator<RecountProgress, Parsed<object>> {
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
  const minutesFrom = edges.findIndex((edge) => edge >= now - MINUTES_MS);
  const range = { scope, room: room.value, edges, minutesFrom: minutesFrom < 0 ? edges.length : minutesFrom, now };
  for (let tries = 1; ; tries++) {
    const before = countedFrom(range, store);
    const recounted = yield* countAgain(range, messages, store);
    const isStill = JSON.stringify(before) === JSON.stringify(countedFrom(range, store));
    if (isStill || tries === MOST_TRIES) return parsed(reportOf(request, range, before, recounted, isStill));
  }
}

/** Edges of UTC days, the first and the last cut to the range. */
function daysOf(from: number, to: number): Float64Array {
  const first = Math.floor(from / DAY_MS) + 1;
  const count = Math.max(0, Math.ceil(to / DAY_MS) - first);
  return Float64Array.of(from, ...Array.from({ length: count }, (_, i) => (first + i) * DAY_MS), to);
}

/** 0 where that cannot be read: it is told then. */
function countKept(scope: number, from: number, to: number, store: QueryStore): number {
  const kept = keptAt('day', ['messages'], scope, Float64Array.of(from, to), store);
  return Number(kept.buckets[0]?.values.messages ?? 0);
}

function countedFrom(range: Range, store: QueryStore): Counted {
  const { scope, edges, minutesFrom } = range;
  return {
    whole: keptAt('day', RECOUNTED, scope, wholeOf(edges), store),
    days: keptAt('day', RECOUNTED, scope, edges, store),
    byQuarters: keptAt('quarter', RECOUNTED, scope, edges, store),
    byMinutes: keptAt('minute', BY_MINUTE, scope, edges.subarray(minutesFrom), store),
    newcomers: keptNewcomers(scope, edges, store),
    moments: keptMoments(range, store),
  };
}

function* countAgain(range: Range, messages: number, store: QueryStore): Generator<RecountProgress, Recounted> {
  const { scope, edges } = range;
  const words = new Words();
  const whole = new FactBuckets(scope, wholeOf(edges), words);
  const days = new FactBuckets(scope, edges, words);
  let read = 0;
  for (const more of readFacts(scope, edges[0] ?? 0, edges.at(-1) ?? 0, store, both(whole, days))) {
    read += more;
    yield { read, messages };
  }
  const moments = recountMoments(range, store);
  let step = moments.next();
  for (; !step.done; step = moments.next()) yield { read, messages };
  const names = { ...namesOf(store), terms: (numbers: readonly number[]) => words.named(numbers) };
  const truths = (of: FactBuckets): Truth[] =>
    measureAll(RECOUNTED, of, names).map(({ values }, bucket) => ({
      values,
      all: (source) => {
        const ranked = of.ranked(bucket, source, Number.MAX_SAFE_INTEGER);
        const named = words.named(ranked.map(({ number }) => number));
        return new Map(ranked.map(({ number, count }) => [named.get(number) ?? '', count]));
      },
    }));
  const [all = { values: {}, all: () => new Map() }] = truths(whole);
  return { whole: all, days: truths(days), moments: step.value };
}

const wholeOf = (edges: Float64Array): Float64Array => Float64Array.of(edges[0] ?? 0, edges.at(-1) ?? 0);

const namesOf = (store: QueryStore): Names => ({
  roomIds: (rooms) => store.roomIds(rooms),
  userIds: (users) => store.userIds(users),
  terms: (terms) => store.terms(terms),
});

function reportOf(
  { from, to, room }: RecountRequest,
  { edges, minutesFrom }: Range,
  kept: Counted,
  recounted: Recounted,
  isStill: boolean,
): object {
  const whole = differencesOf(RECOUNTED, kept.whole.buckets[0], recounted.whole);
  const differences = whole.differences;
  const days = recounted.days.map((truth, day) => {
    const { newcomers, moments } = kept;
    return {
      t: isoTime(edges[day] ?? 0),
      differences: [
        ...differencesOf(RECOUNTED, kept.days.buckets[day], truth).differences,
        ...stepped('15m', differencesOf(RECOUNTED, kept.byQuarters.buckets[day], truth).differences),
        ...stepped('1m', differencesOf(BY_MINUTE, kept.byMinutes.buckets[day - minutesFrom], truth).differences),
        ...differenceOf('retention', newcomers[day], truth.values.newUsers),
        ...differenceOf('moments', moments[day], recounted.moments[day]),
      ],
    };
  });
  const wrong = days.filter((day) => day.differences.length > 0);
  const unreadable = [kept.whole, kept.days, kept.byQuarters, kept.byMinutes].flatMap((each) => each.unreadable ?? []);
  if (newcomersAreLost(kept.newcomers)) unreadable.push('unreadable newcomers');
  return {
    ...(room === undefined ? {} : { room }),
    from: isoTime(from),
    to: isoTime(to),
    isEqual: differences.length === 0 && wrong.length === 0 && unreadable.length === 0,
    ...(isStill ? {} : { changing: true }),
    ...(Object.keys(whole.bounds).length > 0 ? { approximate: true, bounds: whole.bounds } : {}),
    ...(unreadable.length > 0 ? { unreadable: [...new Set(unreadable)] } : {}),
    kept: kept.whole.buckets[0]?.values ?? {},
    recounted: recounted.whole.values,
    differences,
    days: wrong.slice(0, MOST_LISTED),
    ...(wrong.length > MOST_LISTED ? { truncated: true } : {}),
  };
}

const newcomersAreLost = (newcomers: Counted['newcomers']): boolean => newcomers.some((count) => count === undefined);

const stepped = (step: string, differences: readonly Difference[]) => differences.map((each) => ({ step, ...each }));

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
