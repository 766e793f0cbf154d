/** A question as it stands in a URL. */
export interface Question {
  readonly what: 'series' | 'summary' | 'top' | 'heatmap' | 'retention' | 'moments' | 'active';
  readonly query: Readonly<Record<string, string>>;
}

export type Step = '1m' | '5m' | '15m' | '1h' | '1d' | '1w' | '1M';

export interface Asked {
  /** Undefined: all rooms. */
  readonly rooms: readonly (string | undefined)[];
  readonly zones: readonly string[];
  readonly steps: readonly Step[];
  /** ms since 1970. */
  readonly from: number;
  readonly to: number;
  /** The clock of the server: fine steps can be asked for the 30 days before it. */
  readonly now: number;
}

const DAY_MS = 86_400_000;
const STEP_MS: Readonly<Record<Step, number>> = {
  '1m': 60_000,
  '5m': 300_000,
  '15m': 900_000,
  '1h': 3_600_000,
  '1d': DAY_MS,
  '1w': 7 * DAY_MS,
  '1M': 31 * DAY_MS,
};
/** Below the limits of the API, since edges are floored and ceiled, and clocks change. */
const BUCKETS = 1990;
const RANKED_BUCKETS = 360;
const ACTIVE_DAYS = 398;
const KEPT_FINE_MS = 29 * DAY_MS;

const PLAIN = [
  ...['messages', 'activeUsers', 'participation', 'newUsers', 'returningUsers', 'joins', 'leaves', 'messageLength'],
  ...['replies', 'questions', 'links', 'emoji', 'mentions', 'responseTime', 'sessions'],
];
const RANKED = ['topUsers', 'topRooms', 'topTerms', 'topEmoji'];
const RANKINGS = ['users', 'rooms', 'terms', 'emoji'];

/** Every question that a log can answer: all measures by all steps, in pieces as long as may be asked, and what is derived. */
export function questionsOf({ rooms, zones, steps, from, to, now }: Asked): Question[] {
  const questions: Question[] = [];
  for (const room of rooms) {
    const scope: Record<string, string> = room === undefined ? {} : { room };
    const ask = (what: Question['what'], [start, end]: readonly [number, number], more: Record<string, string> = {}): void => {
      questions.push({ what, query: { ...scope, from: iso(start), to: iso(end), ...more } });
    };
    for (const tz of zones) {
      for (const step of steps) {
        const isFine = step === '1m' || step === '5m';
        const plainFrom = isFine ? Math.max(from, now - KEPT_FINE_MS) : from;
        for (const piece of pieces(plainFrom, to, BUCKETS * STEP_MS[step])) ask('series', piece, { step, tz, measures: PLAIN.join() });
        const rankedFrom = step === '1h' ? Math.max(from, now - KEPT_FINE_MS) : from;
        if (isFine || step === '15m') continue;
        for (const piece of pieces(rankedFrom, to, RANKED_BUCKETS * STEP_MS[step]))
          ask('series', piece, { step, tz, measures: RANKED.join() });
      }
      ask('heatmap', [from, to], { tz });
      ask('retention', [from, to], { tz });
      for (const piece of pieces(from, to, ACTIVE_DAYS * DAY_MS)) ask('active', piece, { tz });
    }
    ask('summary', [from, to]);
    ask('summary', [from + Math.floor((to - from) / 3), to - Math.floor((to - from) / 3)]);
    for (const what of RANKINGS) ask('top', [from, to], { what, limit: '100' });
    for (const what of RANKINGS) ask('top', [from + Math.floor((to - from) / 2), to], { what, limit: '7' });
    for (const piece of pieces(from, to, 1000 * DAY_MS)) ask('moments', piece);
  }
  return questions;
}

function pieces(from: number, to: number, most: number): [number, number][] {
  const found: [number, number][] = [];
  for (let start = from; start < to; start += most) found.push([start, Math.min(to, start + most)]);
  return found;
}

const iso = (t: number): string => new Date(t).toISOString();
