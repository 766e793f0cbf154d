import { fold } from '../text/fold.ts';
import { findMentions, NameIndex } from '../text/index.ts';
import type { DerivedSink } from './derived-sink.ts';
import type { RoomMessage } from './history.ts';
import { compareOrder, isBefore } from './order.ts';

const DAY = 24 * 3600_000;
const TEN_MINUTES = 600_000;
const HALF_AN_HOUR = 1_800_000;

/** Derived values as a multiset, by what they are and where they belong. For tests. */
export class Derived implements DerivedSink {
  readonly #weights = new Map<string, { readonly t: number; weight: number }>();

  mention(t: number): void {
    this.#add(t, 'mention', 1);
  }

  response(t: number, seconds: number): void {
    this.#add(t, `response ${seconds}`, 1);
  }

  session(startT: number, durationMs: number, messages: number, oldDurationMs: number, oldMessages: number): void {
    if (oldMessages > 0) this.#add(startT, `session ${oldDurationMs} ${oldMessages}`, -1);
    this.#add(startT, `session ${durationMs} ${messages}`, 1);
  }

  /** `isCounted` chooses by time. */
  list(isCounted: (t: number) => boolean = () => true): string[] {
    return [...this.#weights]
      .filter(([, { t, weight }]) => weight !== 0 && isCounted(t))
      .map(([key, { weight }]) => `${key} × ${weight}`)
      .sort();
  }

  #add(t: number, what: string, weight: number): void {
    const key = `${t} ${what}`;
    const entry = this.#weights.get(key);
    if (entry === undefined) this.#weights.set(key, { t, weight });
    else entry.weight += weight;
  }
}

/** The definitions, word by word, each message against all others. */
export function deriveByDefinition(history: readonly RoomMessage[]): Derived {
  const derived = new Derived();
  const messages = [...history].sort(compareOrder);
  const mentioned = messages.map((message, i) =>
    mentionedBy(
      message,
      messages.slice(0, i).filter((other) => isBefore(other, message)),
    ),
  );
  messages.forEach((message, i) => {
    if ((mentioned[i]?.size ?? 0) > 0) derived.mention(message.t);
    const answer = messages.findIndex(
      (other, j) =>
        isBefore(message, other) &&
        other.user !== message.user &&
        other.t - message.t <= TEN_MINUTES &&
        (other.replyTo === message.id || mentioned[j]?.has(message.user)),
    );
    const answering = messages[answer];
    if (answering !== undefined) derived.response(answering.t, (answering.t - message.t) / 1000);
  });
  for (const user of new Set(messages.map((message) => message.user))) {
    let session: number[] = [];
    const end = (): void => {
      const [first = 0] = session;
      if (session.length > 0) derived.session(first, (session.at(-1) ?? 0) - first, session.length, 0, 0);
    };
    for (const { t } of messages.filter((message) => message.user === user)) {
      if (t - (session.at(-1) ?? t) > HALF_AN_HOUR) {
        end();
        session = [];
      }
      session.push(t);
    }
    end();
  }
  return derived;
}

/** What a name is in a text, `findMentions` says; who has it, the messages of the 24 hours before. */
function mentionedBy(message: RoomMessage, before: readonly RoomMessage[]): Set<number> {
  const others = before.filter((other) => other.user !== message.user && other.t >= message.t - DAY);
  const index = new NameIndex();
  for (const { user, userId, username, t } of others) {
    index.note(user, userId, t);
    index.note(user, username, t);
  }
  const found = new Set(findMentions(message.content, index, message.user, message.t).map(({ name }) => name));
  return new Set(others.filter(({ userId, username }) => found.has(fold(userId)) || found.has(fold(username))).map(({ user }) => user));
}
