import { findMentions, NameIndex } from '../text/index.ts';
import { type DerivedSink, MUTE } from './derived-sink.ts';
import type { NameUse, RoomMessage } from './history.ts';
import { OpenSessions } from './open-sessions.ts';
import { compareOrder, isBefore, type Order } from './order.ts';
import { Unanswered } from './unanswered.ts';

export type { DerivedSink };

/**
 * What a room's newest messages make of those before: mentions, answers, sessions. Messages come in order; memory holds the names of the last
 * 24 hours, the unanswered messages of the last 10 minutes and the sessions of the last 30.
 */
export class RoomFlow {
  readonly #names = new NameIndex();
  readonly #sessions = new OpenSessions();
  readonly #unanswered = new Unanswered();
  readonly #newest = { t: Number.NEGATIVE_INFINITY, seq: 0, row: 0 };
  /** The newest message, and those that stand at its time and `seq`: none of them is before another. */
  readonly #simultaneous: RoomMessage[] = [];
  #answering: DerivedSink = MUTE;

  /** How much is held: names, unanswered messages, open sessions. */
  get size(): number {
    return this.#names.size + this.#unanswered.size + this.#sessions.size + this.#simultaneous.length;
  }

  /** A message that does not come after all before is none for `advance`: it makes dirty ranges. */
  isInOrder(message: Order): boolean {
    return compareOrder(message, this.#newest) > 0;
  }

  /** Takes in the next message, and tells the sink what comes of it. */
  advance(message: RoomMessage, sink: DerivedSink): void {
    const { t, user } = message;
    if (isBefore(this.#newest, message)) this.#passOn();
    this.#newest.t = t;
    this.#newest.seq = message.seq;
    this.#newest.row = message.row;
    this.#unanswered.expire(t);
    this.#answering = sink;
    if (message.replyTo !== undefined) this.#unanswered.answer(message.replyTo, user, this.#answered);
    const mentions = findMentions(message.content, this.#names, user, t);
    if (mentions.length > 0) {
      sink.mention(t);
      for (const name of mentions) this.#unanswered.answerNamed(name, user, t, this.#answered);
    }
    this.#answering = MUTE;
    this.#sessions.continue(user, t, sink);
    this.#simultaneous.push(message);
  }

  /** For a restored flow, before the first `advance`; by ascending time. */
  rememberName(use: NameUse): void {
    this.#note(use);
    this.#sessions.continue(use.user, use.t, MUTE);
  }

  /** For a restored flow: the users whose session a message at `t` would continue. */
  openSessions(t: number): readonly number[] {
    return this.#sessions.users(t);
  }

  /** For a restored flow: how the user's open session stands. */
  rememberSession(user: number, startT: number, messages: number): void {
    this.#sessions.correct(user, startT, messages);
  }

  /** From now on they can be named and answered. */
  #passOn(): void {
    for (const message of this.#simultaneous) {
      this.#note(message);
      this.#unanswered.add(message.id, message.user, message.t);
    }
    this.#simultaneous.length = 0;
  }

  #note({ user, userId, username, t }: NameUse): void {
    this.#names.note(user, userId, t);
    if (username !== userId) this.#names.note(user, username, t);
  }

  readonly #answered = (questionT: number): void => {
    const { t } = this.#newest;
    this.#answering.response(t, (t - questionT) / 1000);
  };
}
