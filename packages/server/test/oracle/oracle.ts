import { addDays, DAY_MS, dayOf, edges, isoWeekOf, localTime, mondayOf, type Step, weekdayOf } from './calendar.ts';
import { between, type Chat, type DeletedId, type OracleEvent, standing } from './events.ts';
import { type MeasureValues, measure, ORACLE_MEASURES, type OracleMeasure, type Ranked, rank } from './measures.ts';
import type { Burst } from './moments.ts';
import { type Scope, scopesOf } from './scope.ts';

/** ISO 8601, or ms since 1970. */
export type Instant = string | number;

export interface OracleOptions {
  readonly deletedIds?: Iterable<DeletedId>;
  readonly stopWords?: Iterable<string>;
}

export interface RangeQuery {
  readonly room?: string | undefined;
  readonly from: Instant;
  readonly to: Instant;
}

/** `tz` is an IANA name, UTC when left out. */
export interface ZonedQuery extends RangeQuery {
  readonly tz?: string | undefined;
}

export interface SeriesQuery extends ZonedQuery {
  readonly measures: readonly OracleMeasure[];
  readonly step: Step;
}

export interface TopQuery extends RangeQuery {
  readonly what: 'users' | 'rooms' | 'terms' | 'emoji';
  readonly limit?: number | undefined;
}

export interface SummaryQuery extends RangeQuery {
  readonly measures?: readonly OracleMeasure[] | undefined;
}

interface Span {
  readonly from: string;
  readonly to: string;
}

export interface SummaryPart extends Span {
  readonly measures: MeasureValues;
}

export interface Oracle {
  /** `from` and `to` of the answer are the edges around those asked. Ranked measures are whole lists. */
  series(
    query: SeriesQuery,
  ): Span & { readonly step: Step; readonly tz: string; readonly buckets: readonly ({ readonly t: string } & MeasureValues)[] };
  /** Exactly [from, to), and as long a range before it. */
  summary(query: SummaryQuery): SummaryPart & { readonly preceding: SummaryPart };
  /** The whole list without a `limit`. */
  top(query: TopQuery): Span & { readonly items: readonly Ranked[] };
  heatmap(query: ZonedQuery): { readonly tz: string; readonly cells: readonly (readonly number[])[] };
  /** Cohorts of the weeks that [from, to) touches, each with its share in these weeks; weeks without newcomers are left out. */
  retention(query: ZonedQuery): { readonly tz: string; readonly cohorts: readonly Cohort[] };
  active(query: ZonedQuery): { readonly tz: string; readonly days: readonly ActiveDay[] };
  /** Those that start in [from, to). `terms` are all of the moment's terms, those that rose most first. */
  moments(query: ZonedQuery): { readonly moments: readonly Moment[] };
}

export interface Cohort {
  readonly week: string;
  readonly size: number;
  readonly retained: readonly number[];
}

export interface ActiveDay {
  readonly day: string;
  readonly dau: number;
  readonly wau: number;
  readonly mau: number;
  readonly stickiness: number;
}

export interface Moment {
  readonly room: string;
  readonly start: string;
  readonly end: string;
  readonly messages: number;
  readonly peakPerSecond: number;
  readonly terms: readonly string[];
  readonly firstMessageId: string;
}

const MS = (instant: Instant): number => (typeof instant === 'number' ? instant : Date.parse(instant));
const ISO = (at: number): string => new Date(at).toISOString();
const pairs = (list: readonly number[]): (readonly [number, number])[] => list.slice(1).map((to, index) => [list[index] ?? to, to]);

/**
 * Answers the questions of the analytics API by counting the raw events: slow on purpose, kept apart from the implementation, written
 * from the definitions. `events` in any order; those that a server would refuse must not be among them.
 */
export function createOracle(events: readonly OracleEvent[], { deletedIds = [], stopWords = [] }: OracleOptions = {}): Oracle {
  const scopeOf = scopesOf(standing(events, deletedIds), { stopWords: new Set(stopWords) });
  const part = (wanted: readonly OracleMeasure[], scope: Scope, from: number, to: number): SummaryPart => ({
    from: ISO(from),
    to: ISO(to),
    measures: measure(wanted, scope, from, to),
  });
  return {
    series({ measures, room, from, to, step, tz = 'UTC' }) {
      const around = edges(MS(from), MS(to), step, tz);
      const buckets = pairs(around).map(([start, end]) => ({ t: ISO(start), ...measure(measures, scopeOf(room), start, end) }));
      return { from: ISO(around[0] ?? 0), to: ISO(around.at(-1) ?? 0), step, tz, buckets };
    },
    summary({ room, from, to, measures = ORACLE_MEASURES }) {
      const [start, end] = [MS(from), MS(to)];
      const scope = scopeOf(room);
      return { ...part(measures, scope, start, end), preceding: part(measures, scope, start - (end - start), start) };
    },
    top({ what, room, from, to, limit }) {
      const scope = scopeOf(room);
      const chats = between(scope.chats, MS(from), MS(to));
      return { from: ISO(MS(from)), to: ISO(MS(to)), items: rank(chats, keysOf(what, scope)).slice(0, limit) };
    },
    heatmap({ room, from, to, tz = 'UTC' }) {
      const cells = Array.from({ length: 7 }, () => Array.from({ length: 24 }, () => 0));
      for (const { at } of between(scopeOf(room).chats, MS(from), MS(to))) {
        const { date, hour } = localTime(at, tz);
        const row = cells[weekdayOf(date) - 1];
        if (row !== undefined) row[hour] = (row[hour] ?? 0) + 1;
      }
      return { tz, cells };
    },
    retention: ({ room, from, to, tz = 'UTC' }) => ({ tz, cohorts: cohortsOf(scopeOf(room), MS(from), MS(to), tz) }),
    active({ room, from, to, tz = 'UTC' }) {
      const starts = edges(MS(from), MS(to), '1d', tz);
      return { tz, days: pairs(starts).map(([start, end]) => activeDay(scopeOf(room).chats, start, end, tz)) };
    },
    moments({ room, from, to }) {
      const scope = scopeOf(room);
      const found = scope.bursts.filter(({ start }) => start >= MS(from) && start < MS(to));
      return { moments: found.map((each) => momentOf(each, scope)) };
    },
  };
}

function keysOf(what: TopQuery['what'], scope: Scope): (chat: Chat) => Iterable<string> {
  if (what === 'users') return ({ user }) => [user];
  if (what === 'rooms') return ({ room }) => [room];
  return what === 'terms' ? scope.terms : scope.emoji;
}

function cohortsOf(scope: Scope, from: number, to: number, tz: string): Cohort[] {
  const weeks = edges(from, to, '1w', tz)
    .slice(0, -1)
    .map((start) => mondayOf(dayOf(start, tz)));
  const weekOf = (at: number) => mondayOf(dayOf(at, tz));
  const seen = new Map<string, Set<string>>();
  for (const { at, user } of scope.chats) seen.set(weekOf(at), (seen.get(weekOf(at)) ?? new Set()).add(user));
  const newcomers = Map.groupBy(scope.firsts.keys(), (user) => weekOf(scope.firsts.get(user) ?? 0));
  return weeks.flatMap((week, index) => {
    const cohort = newcomers.get(week) ?? [];
    if (cohort.length === 0) return [];
    const retained = weeks.slice(index).map((later) => cohort.filter((user) => seen.get(later)?.has(user)).length / cohort.length);
    return [{ week: isoWeekOf(week), size: cohort.length, retained }];
  });
}

function activeDay(chats: readonly Chat[], start: number, end: number, tz: string): ActiveDay {
  const day = dayOf(start, tz);
  const near = between(chats, start - 30 * DAY_MS, end);
  const chattersSince = (first: string) => new Set(near.filter(({ at }) => dayOf(at, tz) >= first).map(({ user }) => user)).size;
  const [dau, wau, mau] = [chattersSince(day), chattersSince(addDays(day, -6)), chattersSince(addDays(day, -27))];
  return { day, dau, wau, mau, stickiness: mau === 0 ? 0 : dau / mau };
}

function momentOf({ room, start, end, chats, baseline, peakPerSecond }: Burst, scope: Scope): Moment {
  const before = new Map(rank(baseline, scope.terms).map(({ key, count }) => [key, count]));
  // Both sides as messages in the time of the moment.
  const expected = (term: string) => ((before.get(term) ?? 0) * (end - start)) / 900_000;
  const terms = rank(chats, scope.terms)
    .map(({ key, count }) => ({ key, rise: count - expected(key) }))
    .sort((a, b) => b.rise - a.rise)
    .map(({ key }) => key);
  return { room, start: ISO(start), end: ISO(end), messages: chats.length, peakPerSecond, terms, firstMessageId: chats[0]?.id ?? '' };
}
