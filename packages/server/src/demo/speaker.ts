import { WebSocket } from 'ws';
import type { Clock } from '../util/clock.ts';
import type { Tally } from './tally.ts';

const NORMAL = 1000;
/** What comes back to us alone; everything else is other people's and need not be read. */
const ANSWER = /^\{"type":"(ack|error)"/;
const ANSWER_HEAD_BYTES = 16;

export interface SpeakerDeps {
  /** `ws://host:port/ws`. */
  readonly url: string;
  readonly clock: Clock;
  readonly tally: Tally;
  onOpen(): void;
  /** Once for each message: there is an answer, or there will be none. */
  onEnd(ref: string, isAcked: boolean): void;
  onClose(hasOpened: boolean): void;
}

/** A chat or system frame, but for its room. `ref`: unique. */
export interface Saying {
  readonly type: string;
  readonly content: string;
  readonly messageId: string;
  readonly ref: string;
  readonly replyTo?: string;
}

/** A user's one connection, from its opening to its end; somebody who comes back gets another. */
export class Speaker {
  readonly #deps: SpeakerDeps;
  readonly #socket: WebSocket;
  readonly #rooms: Set<string>;
  /** Frames from before it was open. */
  #early: string[] = [];
  /** `ref` → when it was sent. */
  readonly #unanswered = new Map<string, number>();
  #isLeaving = false;
  #hasOpened = false;

  constructor(user: { readonly userId: string; readonly username: string }, firstRoom: string, deps: SpeakerDeps) {
    this.#deps = deps;
    this.#rooms = new Set([firstRoom]);
    const url = new URL(deps.url);
    url.search = new URLSearchParams({ userId: user.userId, username: user.username, room: firstRoom, history: '0' }).toString();
    this.#socket = new WebSocket(url, { perMessageDeflate: false });
    this.#listen();
  }

  get isLeaving(): boolean {
    return this.#isLeaving;
  }

  /** Messages that were neither acked nor refused. */
  get unanswered(): number {
    return this.#unanswered.size;
  }

  say(roomId: string, frame: Saying): void {
    if (!this.#rooms.has(roomId)) this.#send({ type: 'join', roomId });
    this.#rooms.add(roomId);
    this.#unanswered.set(frame.ref, this.#deps.clock.monotonic());
    this.#send({ ...frame, roomId });
  }

  /** Goes when everything that was said is answered. Any number of times. */
  leave(): void {
    this.#isLeaving = true;
    this.#closeIfDone();
  }

  /** Goes without waiting for answers; `cut`: without a goodbye. */
  end(isCut = false): void {
    this.#isLeaving = true;
    if (isCut) this.#socket.terminate();
    else this.#socket.close(NORMAL);
  }

  #listen(): void {
    const { tally } = this.#deps;
    this.#socket.on('open', () => {
      this.#hasOpened = true;
      this.#deps.onOpen();
      for (const text of this.#early.splice(0)) this.#socket.send(text);
      // What was said before waited for us, not for the server.
      for (const ref of this.#unanswered.keys()) this.#unanswered.set(ref, this.#deps.clock.monotonic());
      this.#closeIfDone();
    });
    this.#socket.on('message', (bytes: Buffer) => this.#take(bytes));
    this.#socket.on('unexpected-response', (request, response) => {
      tally.fail(`connection refused by the server with HTTP ${response.statusCode}`);
      request.destroy();
      this.#socket.terminate();
    });
    // A close follows each error.
    this.#socket.on('error', (error: Error & { readonly code?: string }) => {
      if (!this.#hasOpened && error.code !== undefined) tally.fail(`no connection: ${error.code}`);
    });
    this.#socket.on('close', (code: number) => {
      if (this.#hasOpened && !this.#isLeaving) tally.fail(`connection closed by the server with ${code}`);
      tally.unanswered += this.#unanswered.size;
      for (const ref of this.#unanswered.keys()) this.#deps.onEnd(ref, false);
      this.#unanswered.clear();
      this.#deps.onClose(this.#hasOpened);
    });
  }

  #send(frame: object): void {
    const text = JSON.stringify(frame);
    if (this.#hasOpened) this.#socket.send(text, () => {});
    else this.#early.push(text);
  }

  #take(bytes: Buffer): void {
    if (!ANSWER.test(bytes.toString('latin1', 0, ANSWER_HEAD_BYTES))) return;
    const { type, ref, code } = JSON.parse(bytes.toString()) as { readonly type: string; readonly ref?: string; readonly code?: string };
    const sentAt = ref === undefined ? undefined : this.#unanswered.get(ref);
    if (ref === undefined || sentAt === undefined) return;
    this.#unanswered.delete(ref);
    const { tally, clock } = this.#deps;
    if (type === 'ack') tally.ack(clock.monotonic() - sentAt);
    else tally.refuse(code ?? 'unknown');
    this.#deps.onEnd(ref, type === 'ack');
    this.#closeIfDone();
  }

  #closeIfDone(): void {
    if (this.#isLeaving && this.#hasOpened && this.#unanswered.size === 0) this.#socket.close(NORMAL);
  }
}
