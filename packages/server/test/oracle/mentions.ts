import { DAY_MS } from './calendar.ts';
import { type Chat, isBefore } from './events.ts';
import { fold, UNSPACED } from './text.ts';

/** The users that a message mentions. */
export type Mentioned = ReadonlySet<string>;

const NAME_GOES_ON = new RegExp(`^(?!${UNSPACED})[\\p{L}\\p{M}\\p{N}_\\u200c\\u200d]`, 'v');
const MOST_AT_SIGNS = 4;
const NOBODY: Mentioned = new Set();

interface Name {
  readonly name: string;
  readonly user: string;
}

/** Of every message of a room, in order: who else wrote in the 24 h before, and is called by a name of theirs. */
export function mentionsIn(chats: readonly Chat[]): ReadonlyMap<Chat, Mentioned> {
  const names = chats.map(({ user, username }) =>
    [...new Set([fold(username), fold(user)])].filter(isName).map((name) => ({ name, user })),
  );
  return new Map(chats.map((chat, index) => [chat, mentionedBy(chat, index, chats, names)]));
}

const isName = (name: string): boolean => name !== '' && name.split('@').length - 1 <= MOST_AT_SIGNS;

function mentionedBy(chat: Chat, index: number, chats: readonly Chat[], names: readonly (readonly Name[])[]): Mentioned {
  const text = fold(chat.content);
  const calls = [...text.matchAll(/@/g)].map((match) => match.index);
  if (calls.length === 0 && !/[:,]/.test(text)) return NOBODY;
  // The longest name found so far at each place: -1 stands for the beginning of the text.
  const longest = new Map<number, string>();
  const usersOf = new Map<string, Set<string>>();
  for (let j = index - 1; j >= 0; j -= 1) {
    const earlier = chats[j];
    if (earlier === undefined || chat.at - earlier.at > DAY_MS) break;
    if (earlier.user === chat.user || !isBefore(earlier, chat)) continue;
    for (const { name, user } of names[j] ?? []) {
      for (const at of [-1, ...calls]) {
        if (!isNamedAt(text, at, name)) continue;
        if (name.length > (longest.get(at)?.length ?? 0)) longest.set(at, name);
        usersOf.set(name, (usersOf.get(name) ?? new Set()).add(user));
      }
    }
  }
  return new Set([...longest.values()].flatMap((name) => [...(usersOf.get(name) ?? [])]));
}

function isNamedAt(text: string, at: number, name: string): boolean {
  if (!text.startsWith(name, at + 1)) return false;
  const rest = text.slice(at + 1 + name.length);
  return at === -1 ? /^[:,]/.test(rest) : !NAME_GOES_ON.test(rest);
}
