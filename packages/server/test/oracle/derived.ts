import { type Chat, isBefore } from './events.ts';
import type { Mentioned } from './mentions.ts';

const ANSWER_MS = 600_000;
const GAP_MS = 1_800_000;

/** `at`: of the response. */
export interface Response {
  readonly at: number;
  readonly seconds: number;
}

/** `at`: of its first message. */
export interface Session {
  readonly at: number;
  readonly seconds: number;
  readonly messages: number;
}

/** One for each answered message of a room. */
export function responsesIn(chats: readonly Chat[], mentions: ReadonlyMap<Chat, Mentioned>): Response[] {
  const found: Response[] = [];
  for (const [index, asked] of chats.entries()) {
    for (let j = index + 1; j < chats.length; j += 1) {
      const later = chats[j];
      if (later === undefined || later.at - asked.at > ANSWER_MS) break;
      if (later.user === asked.user || !isBefore(asked, later)) continue;
      const isReply = asked.id !== '' && later.replyTo === asked.id;
      if (!isReply && mentions.get(later)?.has(asked.user) !== true) continue;
      found.push({ at: later.at, seconds: (later.at - asked.at) / 1000 });
      break;
    }
  }
  return found;
}

/** The sessions of a room. */
export function sessionsIn(chats: readonly Chat[]): Session[] {
  const byUser = Map.groupBy(chats, ({ user }) => user);
  return [...byUser.values()].flatMap((own) => {
    const runs: Chat[][] = [];
    for (const chat of own) {
      const run = runs.at(-1);
      const last = run?.at(-1);
      if (run === undefined || last === undefined || chat.at - last.at > GAP_MS) runs.push([chat]);
      else run.push(chat);
    }
    return runs.map((run) => {
      const [first, last] = [run[0]?.at ?? 0, run.at(-1)?.at ?? 0];
      return { at: first, seconds: (last - first) / 1000, messages: run.length };
    });
  });
}
