import { SERIES_MEASURES, type SeriesMeasure } from '../../packages/server/src/analytics/catalogue/ids.ts';
import type { Random } from './chat/random.ts';
import { DAY_MS, HOUR_MS, MINUTE_MS } from './chat/rhythm.ts';

export const ENDPOINTS = ['series', 'summary', 'top', 'heatmap', 'retention', 'moments', 'active'] as const;
export type Endpoint = (typeof ENDPOINTS)[number];

export interface Question {
  readonly endpoint: Endpoint;
  /** `/api/analytics/…` with its query. */
  readonly path: string;
}

export interface Asked {
  readonly rooms: number;
  readonly startT: number;
  /** Now: ages count back from here. */
  readonly endT: number;
}

/** Asked for before what is measured: the first question in a zone reads the rules of the zone. */
export const ZONES = ['UTC', 'Asia/Kolkata', 'America/New_York', 'Europe/Berlin', 'Australia/Lord_Howe'] as const;
/** Never asked for before. */
export const NEW_ZONES = ['Asia/Kathmandu', 'America/St_Johns', 'Pacific/Chatham', 'Africa/Cairo', 'America/Sao_Paulo'] as const;

const RANKINGS = ['users', 'rooms', 'terms', 'emoji'];
const RANKED: ReadonlySet<SeriesMeasure> = new Set(['topUsers', 'topRooms', 'topTerms', 'topEmoji'] as const);
const COUNTED = SERIES_MEASURES.filter((measure) => !RANKED.has(measure));
/** As long as a series may be with each step, less what a zone's edges add. The years are cut off where there are fewer of them. */
const STEPS = [
  { step: '1m', ms: MINUTE_MS, most: 1998, age: 29 * DAY_MS },
  { step: '5m', ms: 5 * MINUTE_MS, most: 1998, age: 29 * DAY_MS },
  { step: '15m', ms: 15 * MINUTE_MS, most: 1998, age: Number.POSITIVE_INFINITY },
  { step: '1h', ms: HOUR_MS, most: 1998, age: Number.POSITIVE_INFINITY },
  { step: '1d', ms: DAY_MS, most: 1998, age: Number.POSITIVE_INFINITY },
  { step: '1w', ms: 7 * DAY_MS, most: 1998, age: Number.POSITIVE_INFINITY },
  { step: '1M', ms: 30 * DAY_MS, most: 1998, age: Number.POSITIVE_INFINITY },
];
const RANKED_STEPS = [
  { step: '1h', ms: HOUR_MS, most: 364, age: 29 * DAY_MS },
  { step: '1d', ms: DAY_MS, most: 364, age: Number.POSITIVE_INFINITY },
  { step: '1w', ms: 7 * DAY_MS, most: 364, age: Number.POSITIVE_INFINITY },
  { step: '1M', ms: 30 * DAY_MS, most: 364, age: Number.POSITIVE_INFINITY },
];
const MOST_ACTIVE_DAYS = 399;

interface Range {
  readonly from: number;
  readonly to: number;
}

/**
 * One round of question shapes, more than 200: each endpoint, over everything as often as over some part of it, of all rooms and of one,
 * in each of ZONES. Ranges and rooms are drawn anew with each round, so that no answer is given twice.
 */
export function questionsOfRound(asked: Asked, random: Random): readonly Question[] {
  const questions: Question[] = [];
  const add = (endpoint: Endpoint, range: Range, more: Record<string, string> = {}): void => {
    questions.push({ endpoint, path: pathOf(endpoint, range, { ...aRoom(asked, random), tz: random.pick(ZONES), ...more }) });
  };
  for (const { step, ms, most, age } of STEPS) {
    const range = (): Range => (random.chance(0.5) ? longest(asked, ms * most, age) : someRange(asked, ms * most, age, random));
    for (const measure of COUNTED) if (random.chance(0.6)) add('series', range(), { measures: measure, step });
    for (let i = 0; i < 3; i++) add('series', range(), { measures: someOf(COUNTED, random), step });
    add('series', longest(asked, ms * most, age), { measures: COUNTED.join(), step });
  }
  for (const { step, ms, most, age } of RANKED_STEPS)
    for (const measure of RANKED) add('series', longest(asked, ms * most, age), { measures: measure, step });
  for (let i = 0; i < 30; i++) add('summary', aRange(asked, random));
  for (const what of RANKINGS)
    for (let i = 0; i < 10; i++) add('top', aRange(asked, random), { what, limit: String(random.pick([1, 10, 100])) });
  for (let i = 0; i < 25; i++) {
    add('heatmap', aRange(asked, random));
    add('retention', aRange(asked, random));
    add('moments', aRange(asked, random));
    add(
      'active',
      random.chance(0.5) ? longest(asked, MOST_ACTIVE_DAYS * DAY_MS) : someRange(asked, MOST_ACTIVE_DAYS * DAY_MS, undefined, random),
    );
  }
  return shuffled(questions, random);
}

/** Over the whole range and all rooms. */
function wholeQuestions(asked: Asked, tz: string): readonly Question[] {
  const whole = longest(asked, Number.POSITIVE_INFINITY);
  return ENDPOINTS.map((endpoint) => ({
    endpoint,
    path: pathOf(endpoint, endpoint === 'active' ? longest(asked, MOST_ACTIVE_DAYS * DAY_MS) : whole, {
      tz,
      ...(endpoint === 'series' ? { measures: COUNTED.join(), step: '1d' } : {}),
    }),
  }));
}

/** What is asked in a zone before anything is measured there: each kind of question once. */
export function earlierQuestions(asked: Asked, tz: string): readonly Question[] {
  const lists = [...RANKED].flatMap((measures) =>
    [
      { step: '1d', mostMs: 364 * DAY_MS },
      { step: '1w', mostMs: Number.POSITIVE_INFINITY },
    ].map(({ step, mostMs }): Question => ({ endpoint: 'series', path: pathOf('series', longest(asked, mostMs), { measures, step, tz }) })),
  );
  return [...wholeQuestions(asked, tz), ...lists];
}

/** The first that is asked in zones that nobody asked for before: what has most to be read for it. */
export function firstQuestions(asked: Asked, zones: readonly string[]): readonly Question[] {
  return zones.map((tz, i) => {
    const whole = wholeQuestions(asked, tz);
    const ranked = (measures: string, step: string, mostMs: number): Question => ({
      endpoint: 'series',
      path: pathOf('series', longest(asked, mostMs), { measures, step, tz }),
    });
    const all = [whole[0], ranked('topTerms', '1d', 364 * DAY_MS), ranked('topUsers', '1d', 364 * DAY_MS), whole[6], whole[4]];
    return all[i % all.length] ?? ranked('topTerms', '1w', Number.POSITIVE_INFINITY);
  });
}

function pathOf(endpoint: Endpoint, { from, to }: Range, more: Record<string, string>): string {
  const query = new URLSearchParams({ from: new Date(from).toISOString(), to: new Date(to).toISOString(), ...more });
  return `/api/analytics/${endpoint}?${query}`;
}

const aRange = (asked: Asked, random: Random): Range =>
  random.chance(0.4) ? longest(asked, Number.POSITIVE_INFINITY) : someRange(asked, Number.POSITIVE_INFINITY, undefined, random);

function longest({ startT, endT }: Asked, mostMs: number, age = Number.POSITIVE_INFINITY): Range {
  return { from: Math.max(startT, endT - mostMs, endT - age), to: endT };
}

/** From an hour to the longest, the shorter the likelier; to the minute, since edges are not what people ask for. */
function someRange({ startT, endT }: Asked, mostMs: number, age = Number.POSITIVE_INFINITY, random: Random): Range {
  const first = Math.max(startT, endT - age);
  const longestMs = Math.min(mostMs, endT - first);
  const length = Math.max(HOUR_MS, longestMs * random.unit() ** 2);
  const from = Math.floor((first + random.unit() * (endT - first - length)) / MINUTE_MS) * MINUTE_MS;
  return { from, to: Math.min(endT, from + Math.ceil(length / MINUTE_MS) * MINUTE_MS) };
}

function aRoom({ rooms }: Asked, random: Random): { readonly room?: string } {
  if (random.chance(0.5)) return {};
  return { room: `room-${String(1 + Math.floor(rooms ** random.unit() - 1e-9)).padStart(3, '0')}` };
}

const someOf = (measures: readonly SeriesMeasure[], random: Random): string =>
  measures.filter(() => random.chance(0.25)).join() || 'messages';

function shuffled<T>(items: readonly T[], random: Random): readonly T[] {
  return items
    .map((item) => ({ item, at: random.unit() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
