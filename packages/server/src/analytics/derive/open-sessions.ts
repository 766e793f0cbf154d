import type { DerivedSink } from './derived-sink.ts';
import { SESSION_GAP_MS } from './spans.ts';

/** In a list by `lastT`, oldest first. */
interface Session {
  readonly user: number;
  startT: number;
  lastT: number;
  messages: number;
  older: Session | undefined;
  newer: Session | undefined;
}

/** The sessions of a room whose last message is at most 30 minutes old. Times never go back. */
export class OpenSessions {
  readonly #byUser = new Map<number, Session>();
  #oldest: Session | undefined;
  #newest: Session | undefined;

  get size(): number {
    return this.#byUser.size;
  }

  /** The users whose session a message at `t` would continue. */
  users(t: number): number[] {
    this.#expire(t);
    return [...this.#byUser.keys()];
  }

  /** The user has a message at `t`. */
  continue(user: number, t: number, sink: DerivedSink): void {
    this.#expire(t);
    const session = this.#byUser.get(user);
    if (session === undefined) {
      this.#begin(user, t);
      sink.session(t, 0, 1, 0, 0);
      return;
    }
    const { startT, lastT } = session;
    session.lastT = t;
    session.messages++;
    if (session !== this.#newest) {
      this.#unlink(session);
      this.#append(session);
    }
    sink.session(startT, t - startT, session.messages, lastT - startT, session.messages - 1);
  }

  /** What is known of an open session is this. */
  correct(user: number, startT: number, messages: number): void {
    const session = this.#byUser.get(user);
    if (session === undefined) return;
    session.startT = startT;
    session.messages = messages;
  }

  #begin(user: number, t: number): void {
    const session: Session = { user, startT: t, lastT: t, messages: 1, older: undefined, newer: undefined };
    this.#byUser.set(user, session);
    this.#append(session);
  }

  #expire(now: number): void {
    const since = now - SESSION_GAP_MS;
    for (let session = this.#oldest; session !== undefined && session.lastT < since; session = this.#oldest) {
      this.#unlink(session);
      this.#byUser.delete(session.user);
    }
  }

  #append(session: Session): void {
    session.older = this.#newest;
    session.newer = undefined;
    if (this.#newest === undefined) this.#oldest = session;
    else this.#newest.newer = session;
    this.#newest = session;
  }

  #unlink(session: Session): void {
    if (session.older === undefined) this.#oldest = session.newer;
    else session.older.newer = session.newer;
    if (session.newer === undefined) this.#newest = session.older;
    else session.newer.older = session.older;
  }
}
