import { type Response, responsesIn, type Session, sessionsIn } from './derived.ts';
import type { Chat, Facts, Passage } from './events.ts';
import { type Mentioned, mentionsIn } from './mentions.ts';
import { type Burst, burstsIn } from './moments.ts';
import { emojiOf, type TextRules, termsOf } from './text.ts';

/** All that is counted in one room, or in all of them; every list by time. */
export interface Scope {
  readonly chats: readonly Chat[];
  readonly joins: readonly Passage[];
  readonly leaves: readonly Passage[];
  /** The time of each user's first message. */
  readonly firsts: ReadonlyMap<string, number>;
  readonly responses: readonly Response[];
  readonly sessions: readonly Session[];
  readonly bursts: readonly Burst[];
  readonly mentions: ReadonlyMap<Chat, Mentioned>;
  readonly terms: (chat: Chat) => ReadonlySet<string>;
  readonly emoji: (chat: Chat) => ReadonlySet<string>;
}

const byTime = (a: { readonly at: number }, b: { readonly at: number }): number => a.at - b.at;

/** What each part needs is worked out when it is first asked for. */
function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

export function scopesOf(facts: Facts, rules: TextRules): (room?: string) => Scope {
  const rooms = Map.groupBy(facts.chats, ({ room }) => room);
  const parts = new Map([...rooms].map(([room, chats]) => [room, lazily(() => deriveRoom(chats))]));
  const terms = remembered((chat) => termsOf(chat.content, rules));
  const emoji = remembered((chat) => emojiOf(chat.content));
  const scopes = new Map<string | undefined, Scope>();
  return (room) => {
    const known = scopes.get(room);
    if (known !== undefined) return known;
    const isIn = (each: { readonly room: string }) => room === undefined || each.room === room;
    const of = room === undefined ? [...parts.values()] : [parts.get(room)].filter((part) => part !== undefined);
    const chats = facts.chats.filter(isIn);
    const responses = lazily(() => of.flatMap((part) => part().responses()).sort(byTime));
    const sessions = lazily(() => of.flatMap((part) => part().sessions()).sort(byTime));
    const bursts = lazily(() => of.flatMap((part) => part().bursts()).sort((a, b) => a.start - b.start));
    const mentions = lazily(() => new Map(of.flatMap((part) => [...part().mentions()])));
    const scope: Scope = {
      chats,
      joins: facts.joins.filter(isIn),
      leaves: facts.leaves.filter(isIn),
      firsts: firstsOf(chats),
      get responses() {
        return responses();
      },
      get sessions() {
        return sessions();
      },
      get bursts() {
        return bursts();
      },
      get mentions() {
        return mentions();
      },
      terms,
      emoji,
    };
    scopes.set(room, scope);
    return scope;
  };
}

/** What is worked out from the order of one room's messages. */
function deriveRoom(chats: readonly Chat[]) {
  const mentions = lazily(() => mentionsIn(chats));
  return {
    mentions,
    responses: lazily(() => responsesIn(chats, mentions())),
    sessions: lazily(() => sessionsIn(chats)),
    bursts: lazily(() => burstsIn(chats)),
  };
}

function remembered<T extends object>(make: (chat: Chat) => T): (chat: Chat) => T {
  const made = new WeakMap<Chat, T>();
  return (chat) => {
    const known = made.get(chat) ?? make(chat);
    made.set(chat, known);
    return known;
  };
}

function firstsOf(chats: readonly Chat[]): ReadonlyMap<string, number> {
  const firsts = new Map<string, number>();
  for (const { user, at } of chats) firsts.set(user, Math.min(at, firsts.get(user) ?? at));
  return firsts;
}
