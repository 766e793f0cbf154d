import { DAY_MS } from './calendar.ts';
import type { Chat } from './events.ts';
import { fold, type Span } from './text.ts';

/** Whom a message mentions, and where its folded text does. */
export interface Mention {
  readonly users: ReadonlySet<string>;
  readonly spans: readonly Span[];
}

const NAME_GOES_ON = /^[\p{L}\p{M}\p{N}_]/u;
const NONE: Mention = { users: new Set(), spans: [] };

interface Name {
  readonly name: string;
  readonly user: string;
}

/** Of every message of a room, in order: who else wrote in the 24 h before, and is called by a name of theirs. */
export function mentionsIn(chats: readonly Chat[]): ReadonlyMap<Chat, Mention> {
  const names = chats.map(({ user, username }) => [...new Set([fold(username), fold(user)])].map((name) => ({ name, user })));
  return new Map(chats.map((chat, index) => [chat, mentionsOf(chat, index, chats, names)]));
}

function mentionsOf(chat: Chat, index: number, chats: readonly Chat[], names: readonly (readonly Name[])[]): Mention {
  const text = fold(chat.content);
  const calls = [...text.matchAll(/@/g)].map(({ index: at }) => at);
  if (calls.length === 0 && !/[:,]/.test(text)) return NONE;
  // The longest name found so far at each place: -1 stands for the beginning of the text.
  const longest = new Map<number, string>();
  const called = new Map<string, Set<string>>();
  for (let j = index - 1; j >= 0; j -= 1) {
    const earlier = chats[j];
    if (earlier === undefined || chat.at - earlier.at > DAY_MS) break;
    if (earlier.user === chat.user) continue;
    for (const { name, user } of names[j] ?? []) {
      if (name === '') continue;
      for (const at of [-1, ...calls]) {
        if (!isNamedAt(text, at, name)) continue;
        if (name.length > (longest.get(at)?.length ?? 0)) longest.set(at, name);
        called.set(name, (called.get(name) ?? new Set()).add(user));
      }
    }
  }
  const users = [...longest.values()].flatMap((name) => [...(called.get(name) ?? [])]);
  const spans = [...longest].map(([at, name]) => ({ start: Math.max(at, 0), end: at + 1 + name.length }));
  return { users: new Set(users), spans };
}

function isNamedAt(text: string, at: number, name: string): boolean {
  if (!text.startsWith(name, at + 1)) return false;
  const rest = text.slice(at + 1 + name.length);
  return at === -1 ? /^[:,]/.test(rest) : !NAME_GOES_ON.test(rest);
}
