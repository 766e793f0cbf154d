import { StoreUnavailable } from '../store/store.ts';
import type { Clock } from '../util/clock.ts';
import type { NamedRepair } from './engine/ports.ts';
import type { LiveOverlay, LiveSeconds } from './live/ports.ts';
import { type AnswerContext, wholeSecond } from './query/answer.ts';
import type { Question, Reply } from './query/question.ts';
import type { RecountQuestion } from './query/recounts.ts';
import type { Questions, Repairing } from './questions.ts';
import type { RawQuery } from './request/fields.ts';
import { QUERY_LIMITS } from './request/limits.ts';
import { parseRecount, parseSeries } from './request/parse.ts';
import { type Problem, quote } from './request/problem.ts';
import { type Asker, type Busy, Turns } from './turns.ts';

export { STEPS } from './calendar/steps.ts';
export { CATALOGUE } from './catalogue/catalogue.ts';
export { SERIES_MEASURES } from './catalogue/ids.ts';
export type { NamedRepair } from './engine/ports.ts';
export type { Question, QuestionPath, Reply } from './query/question.ts';
export type { RecountQuestion } from './query/recounts.ts';
export { inWords, QUERY_LIMITS } from './request/limits.ts';
export { DEFAULT_MEASURES } from './request/measures.ts';
export { FORMATS, parseSnapshot } from './request/parse.ts';
export { sentenceOf } from './request/problem.ts';
export { RANKINGS } from './request/requests.ts';

/** What HTTP may ask of analytics. Rejects with StoreUnavailable where there is no answer now. */
export interface AnalyticsQuestions {
  /** `busy`: too many questions wait. */
  ask(question: Question, asker: Asker): Promise<Reply | Busy>;
  /** One at a time. */
  recount(question: RecountQuestion): Promise<Reply | { readonly kind: 'busy' }>;
  /** Begins a repair; `running`: the one that there is. */
  repair(query: RawQuery): Promise<RepairReply>;
  /** The last one since the start. */
  lastRepair(): Promise<NamedRepair | undefined>;
}

export type RepairReply =
  | { readonly kind: 'begun' | 'running'; readonly repair: NamedRepair }
  | { readonly kind: 'problem'; readonly problem: Problem };

export interface AnalyticsParts {
  readonly questions: Questions;
  readonly repairing: Repairing;
  /** Undefined: nothing is counted live, and there are no seconds. */
  readonly live: (LiveOverlay & LiveSeconds) | undefined;
  /** The time (ms) of the oldest message that was accepted and is not in the store. */
  oldestQueued(): number | undefined;
  readonly clock: Pick<Clock, 'now'>;
}

/**
 * How far `completeUntil` is behind when nothing waits: longer than it usually takes until a message is counted, so that it goes on
 * steadily. Where messages wait for longer, the oldest of them says how far it may go.
 */
const LAG_MS = 2000;

/** Puts questions with what is true now. */
export function askingAnalytics({ questions, repairing, live, oldestQueued, clock }: AnalyticsParts): AnalyticsQuestions {
  const turns = new Turns();
  let isRecounting = false;
  return {
    async ask(question, asker) {
      await questions.ready();
      return turns.take(asker, () => questions.ask(question, contextOf(question, live, { now: clock.now(), queuedSince: oldestQueued() })));
    },
    async recount(question) {
      if (isRecounting) return { kind: 'busy' };
      isRecounting = true;
      try {
        await questions.ready();
        let step = await questions.beginRecount(question, { now: clock.now(), limits: QUERY_LIMITS });
        while (step.kind === 'going') step = await questions.stepRecount();
        return step.reply;
      } finally {
        isRecounting = false;
      }
    },
    async repair(query) {
      const request = parseRecount(query, { now: clock.now(), limits: QUERY_LIMITS });
      if (request.kind === 'problem') return request;
      const { room, from, to } = request.value;
      const beginning = await repairing.beginRepair({ room, fromT: from, toT: to });
      if (beginning === 'unknown room')
        return {
          kind: 'problem',
          problem: { parameter: 'room', message: `There is no room ${quote(room ?? '')}.`, allowed: 'a room that somebody wrote in' },
        };
      const repair = await repairing.lastRepair();
      if (repair === undefined) throw new StoreUnavailable('the repair was lost with its thread');
      return { kind: beginning, repair };
    },
    lastRepair: () => repairing.lastRepair(),
  };
}

interface Now {
  readonly now: number;
  readonly queuedSince: number | undefined;
}

function contextOf({ path, query }: Question, live: AnalyticsParts['live'], { now, queuedSince = now }: Now): AnswerContext {
  const completeUntil = wholeSecond(Math.min(now - LAG_MS, queuedSince, live?.writtenUntil ?? now));
  const context = { now, completeUntil, limits: QUERY_LIMITS };
  if (live === undefined) return context;
  const room = typeof query.room === 'string' ? query.room : undefined;
  if (path === 'summary') return { ...context, unwritten: live.open(room) };
  if (path !== 'series') return context;
  const request = parseSeries(query, context);
  if (request.kind === 'problem') return { ...context, seconds: [] };
  const { step, from, to } = request.value;
  return { ...context, ...(step === '1s' ? { seconds: live.seconds(room, from, to) } : { seconds: [], unwritten: live.open(room) }) };
}
