import { STOP_WORDS } from '../../packages/server/src/analytics/text/stop-words.ts';
import { compareAnswers } from '../../packages/server/test/oracle/compare.ts';
import type { OracleEvent } from '../../packages/server/test/oracle/events.ts';
import { ORACLE_MEASURES } from '../../packages/server/test/oracle/measures.ts';
import { createOracle, type Oracle } from '../../packages/server/test/oracle/oracle.ts';
import type { Question } from './analytics-questions.ts';
import { get, post } from './http.ts';
import type { ServerProcess } from './server-process.ts';
import { eventually } from './wait.ts';

type Target = Pick<ServerProcess, 'url'>;
type Row = Readonly<Record<string, unknown>>;

/** Names in a ranked list of a bucket. */
const LISTED = 10;
/** No log knows these. */
const LIVE_ONLY = ['presentUsers', 'connections', 'deliveryLatency', 'dropped'];
/** Beside the numbers. */
const BESIDE = ['from', 'to', 'tz'];
const FEW = 12;
const HOUR_MS = 3_600_000;

export const oracleOf = (events: readonly OracleEvent[]): Oracle => createOracle(events, { stopWords: STOP_WORDS });

export const pathOf = ({ what, query }: Question): string => `/api/analytics/${what}?${new URLSearchParams(query)}`;

export async function ask(target: Target, question: Question): Promise<Row> {
  const once = () => get<Row>(target, pathOf(question));
  // A connection that waited while the oracle counted may have been closed.
  const { status, body } = await once().catch(once);
  if (status !== 200) throw new Error(`${pathOf(question)} was answered with ${status}: ${JSON.stringify(body)}`);
  return body;
}

/** Where the answers are not the oracle's, but for the measures `without`: a line each, the first ones of each question. */
export async function findingsBeside(
  target: Target,
  oracle: Oracle,
  questions: Iterable<Question>,
  without: readonly string[] = [],
): Promise<string[]> {
  const findings: string[] = [];
  for (const question of questions) {
    const answer = await ask(target, question);
    const limit = Number(question.query.limit ?? LISTED);
    const found = compareAnswers(answer, truthOf(oracle, question, answer, without), {
      limit,
      ignore: [...LIVE_ONLY, ...BESIDE, ...without],
    });
    const lines = found.slice(0, FEW).map((each) => `${pathOf(question)} ${JSON.stringify(each)}`);
    findings.push(...lines, ...(found.length > FEW ? [`… and ${found.length - FEW} more`] : []));
  }
  return findings;
}

/** The oracle is asked for the range that the answer says it used. */
function truthOf(oracle: Oracle, { what, query }: Question, { from, to, buckets }: Row, without: readonly string[]): unknown {
  const asked = (query.measures ?? ORACLE_MEASURES.join()).split(',');
  const measures = ORACLE_MEASURES.filter((id) => asked.includes(id) && !without.includes(id));
  const range = { room: query.room, from: String(from), to: String(to), tz: query.tz };
  switch (what) {
    case 'series':
      if (query.step === '1h') return byHours(oracle, { ...range, measures }, buckets);
      return oracle.series({ ...range, measures, step: query.step as Parameters<Oracle['series']>[0]['step'] });
    case 'summary':
      return oracle.summary({ ...range, measures });
    case 'top':
      return oracle.top({ ...range, what: query.what as Parameters<Oracle['top']>[0]['what'] });
    default:
      return oracle[what](range);
  }
}

/** Hours are those of the zone's clock, which the oracle's are not: they are asked for one by one. */
function byHours(oracle: Oracle, query: Parameters<Oracle['summary']>[0] & { tz?: string | undefined }, buckets: unknown): unknown {
  const { from, to, tz = 'UTC' } = query;
  const starts = (Array.isArray(buckets) ? buckets : []).map(({ t }) => Date.parse(t));
  const ends = [...starts.slice(1), Date.parse(String(to))];
  const isWhole =
    starts[0] === Date.parse(String(from)) && starts.every((start, i) => start < (ends[i] ?? 0) && (ends[i] ?? 0) - start <= HOUR_MS);
  if (!isWhole) throw new Error(`buckets that are no hours: ${starts.map((start) => new Date(start).toISOString())}`);
  return {
    ...{ from, to, tz, step: '1h' },
    buckets: starts.map((start, i) => ({
      t: new Date(start).toISOString(),
      ...oracle.summary({ ...query, from: start, to: ends[i] ?? start }).measures,
    })),
  };
}

/** All answers, without what is said about when they were given and without `ignored` names. */
export async function answersOf(
  target: Target,
  questions: Iterable<Question>,
  ignored: readonly string[] = [],
): Promise<Map<string, unknown>> {
  const isLeftOut = new Set(['completeUntil', 'partial', ...ignored]);
  const answers = new Map<string, unknown>();
  for (const question of questions) {
    const answer = JSON.stringify(await ask(target, question), (key, value: unknown) => (isLeftOut.has(key) ? undefined : value));
    answers.set(pathOf(question), JSON.parse(answer));
  }
  return answers;
}

/** The questions whose answers differ, with both. */
export function differingAnswers(some: ReadonlyMap<string, unknown>, others: ReadonlyMap<string, unknown>): string[] {
  return [...some].flatMap(([path, answer]) => {
    const [a, b] = [JSON.stringify(answer), JSON.stringify(others.get(path))];
    if (a === b) return [];
    const at = [...a].findIndex((character, i) => character !== b?.[i]);
    const near = (text = ''): string => text.slice(Math.max(0, at - 200), at + 200);
    return [`${path}\n  ${near(a)}\n  ${near(b)}`];
  });
}

interface RecountAnswer {
  readonly isEqual: boolean;
}

/** What a recount finds otherwise than what is kept: of all rooms, and of each of them. */
export async function recountFindings(target: Target, rooms: readonly string[], range: Range): Promise<string[]> {
  const findings: string[] = [];
  for (const room of [undefined, ...rooms]) {
    const path = `/api/analytics/recount?${new URLSearchParams({ ...queryOf(range), ...(room === undefined ? {} : { room }) })}`;
    const { status, body } = await post<RecountAnswer>(target, path, {});
    if (status !== 200) findings.push(`${path} was answered with ${status}: ${JSON.stringify(body)}`);
    else if (!body.isEqual) findings.push(`${path}: ${JSON.stringify(body).slice(0, 2000)}`);
  }
  return findings;
}

interface Expected {
  readonly messages: number;
  readonly joins?: number;
  readonly leaves?: number;
}

interface Range {
  readonly from: number;
  readonly to: number;
}

interface Patience {
  readonly timeoutMs?: number;
  /** Waits for open moments too. Default true. */
  readonly withMoments?: boolean;
}

/** Waits until everything is counted and repaired, and all moments are over. */
export async function settled(target: Target, range: Range, expected: Expected, patience: Patience = {}): Promise<void> {
  const { timeoutMs = 60_000, withMoments = true } = patience;
  const query = queryOf(range);
  let seen: unknown;
  const look = async (): Promise<true | undefined> => {
    const { measures, adjusting } = (await ask(target, { what: 'summary', query })) as { measures: Row; adjusting?: true };
    const found = (await ask(target, { what: 'moments', query })) as { moments: readonly { partial?: true }[]; adjusting?: true };
    const isOpen = withMoments && (found.adjusting === true || found.moments.some(({ partial }) => partial));
    seen = { messages: measures.messages, joins: measures.joins, leaves: measures.leaves, adjusting, isOpen };
    const isCounted = Object.entries(expected).every(([id, count]) => measures[id] === count);
    return isCounted && adjusting === undefined && !isOpen ? true : undefined;
  };
  await eventually(`analytics settles at ${JSON.stringify(expected)}`, look, timeoutMs).catch((error: unknown) => {
    throw new Error(`${String(error)}, but has ${JSON.stringify(seen)}`);
  });
}

const queryOf = ({ from, to }: Range) => ({ from: new Date(from).toISOString(), to: new Date(to).toISOString() });
