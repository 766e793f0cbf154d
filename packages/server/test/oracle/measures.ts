import { between, type Chat } from './events.ts';
import { mean, quantile } from './quantile.ts';
import type { Scope } from './scope.ts';
import { codePoints, hasLink, isQuestion } from './text.ts';

export interface Ranked {
  readonly key: string;
  readonly count: number;
}

/** [from, to) of a scope, in ms. */
interface Interval {
  readonly scope: Scope;
  readonly from: number;
  readonly to: number;
  readonly chats: readonly Chat[];
}

const usersOf = (chats: readonly Chat[]): ReadonlySet<string> => new Set(chats.map(({ user }) => user));

function newUsers({ scope, from, to, chats }: Interval): number {
  return [...usersOf(chats)].filter((user) => {
    const first = scope.firsts.get(user);
    return first !== undefined && first >= from && first < to;
  }).length;
}

function messageLength({ chats }: Interval) {
  const lengths = chats.map(({ content }) => codePoints(content));
  const max = lengths.reduce((most, each) => Math.max(most, each), 0);
  return { count: lengths.length, mean: mean(lengths), p50: quantile(lengths, 0.5), p95: quantile(lengths, 0.95), max };
}

function responseTime({ scope, from, to }: Interval) {
  const seconds = between(scope.responses, from, to).map((each) => each.seconds);
  return { count: seconds.length, p50: quantile(seconds, 0.5), p95: quantile(seconds, 0.95) };
}

function sessions({ scope, from, to }: Interval) {
  const found = between(scope.sessions, from, to);
  const p50Duration = quantile(
    found.map(({ seconds }) => seconds),
    0.5,
  );
  return { count: found.length, p50Duration, meanMessages: mean(found.map(({ messages }) => messages)) };
}

/** How many messages have each key; most first, ties by key in UTF-16 order. */
export function rank(chats: readonly Chat[], keysOf: (chat: Chat) => Iterable<string>): Ranked[] {
  const counts = new Map<string, number>();
  for (const chat of chats) for (const key of new Set(keysOf(chat))) counts.set(key, (counts.get(key) ?? 0) + 1);
  return [...counts].map(([key, count]) => ({ key, count })).sort((a, b) => b.count - a.count || (a.key < b.key ? -1 : 1));
}

const count = (isCounted: (chat: Chat, scope: Scope) => boolean) => (interval: Interval) =>
  interval.chats.filter((chat) => isCounted(chat, interval.scope)).length;

const MEASURES = {
  messages: ({ chats }: Interval) => chats.length,
  activeUsers: ({ chats }: Interval) => usersOf(chats).size,
  participation: () => null,
  newUsers,
  returningUsers: (interval: Interval) => usersOf(interval.chats).size - newUsers(interval),
  joins: ({ scope, from, to }: Interval) => between(scope.joins, from, to).length,
  leaves: ({ scope, from, to }: Interval) => between(scope.leaves, from, to).length,
  messageLength,
  replies: count(({ replyTo }) => replyTo !== undefined && replyTo !== ''),
  questions: count(({ content }) => isQuestion(content)),
  links: count(({ content }) => hasLink(content)),
  emoji: count((chat, scope) => scope.emoji(chat).size > 0),
  mentions: count((chat, scope) => (scope.mentions.get(chat)?.size ?? 0) > 0),
  responseTime,
  sessions,
  topUsers: ({ chats }: Interval) => rank(chats, ({ user }) => [user]),
  topRooms: ({ chats }: Interval) => rank(chats, ({ room }) => [room]),
  topTerms: ({ chats, scope }: Interval) => rank(chats, scope.terms),
  topEmoji: ({ chats, scope }: Interval) => rank(chats, scope.emoji),
} as const;

/** Presence, connections, latencies and drops are no facts of a log: the oracle cannot know them. */
export type OracleMeasure = keyof typeof MEASURES;
export type MeasureValues = { readonly [M in OracleMeasure]?: ReturnType<(typeof MEASURES)[M]> };

export const ORACLE_MEASURES = Object.keys(MEASURES) as readonly OracleMeasure[];

export function measure(wanted: readonly OracleMeasure[], scope: Scope, from: number, to: number): MeasureValues {
  const interval: Interval = { scope, from, to, chats: between(scope.chats, from, to) };
  return Object.fromEntries(wanted.map((id) => [id, MEASURES[id](interval)])) as MeasureValues;
}
