import type { NameUse, RoomMessage } from './history.ts';
import { fold, NameIndex } from './name-index.ts';
import { NameWindow, type Use } from './name-window.ts';
import { compareOrder, type Order } from './order.ts';
import { DAY_MS, SESSION_GAP_MS } from './spans.ts';
import { Unanswered } from './unanswered.ts';

/** Where derived values go. Times are those of the slot they belong to, ms since 1970. */
export interface DerivedSink {
  mention(t: number): void;
  /** A message was answered at `t`. */
  response(t: number, seconds: number): void;
  /** The session that began at `startT` stands like this now; it stood like `old…` (0 messages: it is new). */
  session(startT: number, durationMs: number, messages: number, oldDurationMs: number, oldMessages: number): void;
}

export const MUTE: DerivedSink = { mention: () => {}, response: () => {}, session: () => {} };

/** A user who wrote in the room within the last 24 hours. */
interface Author {
  username: string;
  idUse: Use;
  nameUse: Use;
  lastT: number;
  /** The time of the message before the last. */
  wasT: number;
  sessionStart: number;
  sessionMessages: number;
}

/**
 * What a room's newest messages make of those before: mentions, answers, sessions. Messages come in order; memory holds the names of the last
 * 24 hours, the unanswered messages of the last 10 minutes, and the last session of each of these users.
 */
export class RoomFlow {
  readonly #index = new NameIndex();
  readonly #names = new NameWindow({ entered: (name) => this.#index.enter(name), gone: (name) => this.#index.leave(name) });
  readonly #authors = new Map<number, Author>();
  readonly #unanswered = new Unanswered();
  readonly #newest = { t: Number.NEGATIVE_INFINITY, seq: 0, row: 0 };
  /** The message in work, for the callbacks below, which are made once. */
  readonly #current: { user: number; t: number; mentions: number; sink: DerivedSink } = { user: 0, t: 0, mentions: 0, sink: MUTE };

  /** Users whose names are known. */
  get authors(): number {
    return this.#authors.size;
  }

  /** A message that does not come after all before is none for `advance`: it makes dirty ranges. */
  isInOrder(message: Order): boolean {
    return compareOrder(message, this.#newest) > 0;
  }

  /**
   * Whether a late, deleted or edited message may have a part in what is kept here: then this flow is to be dropped, and restored
   * before its next use.
   */
  isTouchedBy(user: number, t: number): boolean {
    const author = this.#authors.get(user);
    return t >= this.#newest.t - DAY_MS || (author !== undefined && t >= author.sessionStart - SESSION_GAP_MS);
  }

  /** Takes in the next message, and tells the sink what comes of it. */
  advance(message: RoomMessage, sink: DerivedSink): void {
    const { t, user } = message;
    this.#newest.t = t;
    this.#newest.seq = message.seq;
    this.#newest.row = message.row;
    this.#names.expire(t, this.#forget);
    this.#unanswered.expire(t);
    const current = this.#current;
    current.user = user;
    current.t = t;
    current.mentions = 0;
    current.sink = sink;
    if (message.replyTo !== undefined) this.#unanswered.answer(message.replyTo, user, this.#answered);
    this.#index.find(message.content, this.#isOfAnother, this.#mentioned);
    current.sink = MUTE;
    if (current.mentions > 0) sink.mention(t);
    this.#continueSession(this.#seen(message), t, sink);
    this.#unanswered.add(message.id, user, t);
  }

  /** Before the first `advance`, for a restored flow: names by ascending time. */
  rememberName({ user, userId, username, t }: NameUse): void {
    this.#seen({ user, userId, username, t });
  }

  /** For a restored flow: the users whose session is open for a message at `t`. */
  *openSessions(t: number): Generator<number> {
    for (const [user, author] of this.#authors) if (t - author.lastT <= SESSION_GAP_MS) yield user;
  }

  /** For a restored flow: how the user's open session stands. */
  rememberSession(user: number, startT: number, messages: number): void {
    const author = this.#authors.get(user);
    if (author === undefined) return;
    author.sessionStart = startT;
    author.sessionMessages = messages;
  }

  readonly #isOfAnother = (name: string): boolean => this.#names.isOfAnother(name, this.#current.user);

  readonly #mentioned = (name: string): void => {
    const { user } = this.#current;
    this.#current.mentions++;
    for (const mentioned of this.#names.usersOf(name)) if (mentioned !== user) this.#unanswered.answerAllOf(mentioned, this.#answered);
  };

  readonly #answered = (questionT: number): void => {
    const { t, sink } = this.#current;
    sink.response(t, (t - questionT) / 1000);
  };

  readonly #forget = (use: Use): void => {
    if (this.#authors.get(use.user)?.idUse === use) this.#authors.delete(use.user);
  };

  #seen({ user, userId, username, t }: NameUse): Author {
    const author = this.#authors.get(user);
    if (author === undefined) return this.#enter({ user, userId, username, t });
    if (author.username !== username) {
      author.username = username;
      author.nameUse = this.#names.use(fold(username), user, t);
    } else {
      this.#names.touch(author.nameUse, t);
    }
    if (author.idUse !== author.nameUse) this.#names.touch(author.idUse, t);
    author.wasT = author.lastT;
    author.lastT = t;
    return author;
  }

  #enter({ user, userId, username, t }: NameUse): Author {
    const idUse = this.#names.use(fold(userId), user, t);
    const nameUse = this.#names.use(fold(username), user, t);
    const author = { username, idUse, nameUse, lastT: t, wasT: Number.NEGATIVE_INFINITY, sessionStart: t, sessionMessages: 0 };
    this.#authors.set(user, author);
    return author;
  }

  #continueSession(author: Author, t: number, sink: DerivedSink): void {
    if (t - author.wasT > SESSION_GAP_MS) {
      author.sessionStart = t;
      author.sessionMessages = 1;
      sink.session(t, 0, 1, 0, 0);
      return;
    }
    const { sessionStart, wasT } = author;
    const messages = ++author.sessionMessages;
    sink.session(sessionStart, t - sessionStart, messages, wasT - sessionStart, messages - 1);
  }
}
