import { decodeServerFrame, type ErrorFrame, type MessageFrame } from '@hubbub/protocol';
import type { FakeSocket } from '../kit/fake-socket.ts';
import type { Journal, Sending } from './journal.ts';
import { Link } from './link.ts';
import type { SimNode } from './node.ts';
import { View } from './view.ts';

type Asked = { readonly kind: 'chat'; readonly sending: Sending } | { readonly kind: 'join'; readonly roomId: string };

interface Answers {
  readonly link: Link;
  readonly asked: Asked;
  count: number;
}

/** Follows the protocol as the SDK does: positions, resumes, ids of its own, resends with `retry`. */
export class SimClient {
  readonly userId: string;
  readonly history: number;
  /** It never resumes and never resends: a client of the older system. */
  readonly isPlain: boolean;
  readonly wanted = new Set<string>();
  /** Rooms that it looked into and did not leave. */
  readonly visits = new Set<string>();
  readonly views = new Map<string, View>();
  /** Not acked, not refused for good. */
  readonly outbox = new Map<string, Sending>();
  link: Link | undefined;
  readonly links: Link[] = [];
  readonly answers = new Map<number, Answers>();
  readonly #journal: Journal;
  #refs = 0;

  constructor(userId: string, journal: Journal, options: { history: number; isPlain: boolean }) {
    this.userId = userId;
    this.history = options.history;
    this.isPlain = options.isPlain;
    this.#journal = journal;
  }

  connect(node: SimNode, socket: FakeSocket): void {
    const link = new Link(socket, { onText: (text) => this.#onText(link, text), onEnd: (code) => this.#onEnd(link, code) });
    this.link = link;
    this.links.push(link);
    const identity = { userId: this.userId, username: this.userId, problem: undefined };
    const opening = { identity, rooms: [], history: this.history, complaints: [], onClosed: () => {} };
    link.connection = node.connections.open(socket, socket.listen, opening);
  }

  view(roomId: string): View {
    const view = this.views.get(roomId) ?? new View();
    this.views.set(roomId, view);
    return view;
  }

  /** Asks for a room; `resumes: false` asks without a position. */
  join(roomId: string, resumes = !this.isPlain): void {
    const view = this.view(roomId);
    if (this.link === undefined || view.isAsking) return;
    view.isAsking = true;
    if (view.isJoined && resumes) view.asksToRewind = true;
    const ref = this.#ask({ kind: 'join', roomId });
    this.link.say({ type: 'join', roomId, ref, ...(resumes && view.position !== undefined ? { since: view.position } : {}) });
  }

  leave(roomId: string): void {
    const view = this.view(roomId);
    if (this.link === undefined || !view.isLive || view.isAsking) return;
    view.isAsking = true;
    this.wanted.delete(roomId);
    this.link.say({ type: 'leave', roomId });
  }

  /** Says it for the first time. */
  send(sending: Sending): void {
    this.#journal.sendings.push(sending);
    this.outbox.set(`${sending.roomId} ${sending.messageId}`, sending);
    this.say(sending, false);
  }

  say(sending: Sending, retry: boolean): void {
    if (this.link === undefined) return;
    sending.attempts += 1;
    const { roomId, messageId, content } = sending;
    const ref = this.#ask({ kind: 'chat', sending });
    this.link.say({ type: 'chat', roomId, messageId, content, ref, ...(retry ? { retry } : {}) });
  }

  /** What is not answered is said again. */
  resend(roomId?: string): void {
    for (const sending of this.outbox.values()) {
      const isHere = this.view(sending.roomId).isJoined;
      if (isHere && (roomId === undefined || sending.roomId === roomId)) this.say(sending, true);
    }
  }

  #ask(asked: Asked): number {
    this.#refs += 1;
    if (this.link !== undefined) this.answers.set(this.#refs, { link: this.link, asked, count: 0 });
    return this.#refs;
  }

  #onEnd(link: Link, code: number): void {
    this.#journal.count(`close ${code}`);
    if (this.link !== link) return;
    this.link = undefined;
    this.visits.clear();
    for (const view of this.views.values()) view.disconnected();
    if (this.isPlain) this.outbox.clear();
  }

  #onText(link: Link, text: string): void {
    if (this.link !== link) return;
    const frame = decodeServerFrame(text);
    switch (frame.type) {
      case 'chat':
      case 'system':
        return this.#onMessage(frame);
      case 'joined': {
        const view = this.view(frame.roomId);
        this.#answered(frame.ref);
        const wasJoined = view.isJoined;
        this.#check(frame.roomId, view.joined({ epoch: frame.epoch, seq: frame.seq }, frame.recovered, frame.replay));
        this.#journal.count(`joined ${frame.recovered}`);
        if (!wasJoined) this.resend(frame.roomId);
        return;
      }
      case 'left':
        this.view(frame.roomId).disconnected();
        return;
      case 'ack': {
        const asked = this.#answered(frame.ref);
        if (asked?.kind !== 'chat') return;
        const { sending } = asked;
        const isSame = sending.ack === undefined || (sending.ack.seq === frame.seq && sending.ack.epoch === frame.epoch);
        if (!isSame) this.#journal.violated(`P4: ${frame.messageId} acked at ${sending.ack?.seq} and ${frame.seq}`);
        sending.ack = { epoch: frame.epoch, seq: frame.seq };
        this.outbox.delete(`${sending.roomId} ${sending.messageId}`);
        this.#journal.count('ack');
        return;
      }
      case 'error':
        return this.#onError(frame);
      case 'unknown':
        return this.#journal.violated(`a frame that nobody knows: ${text.slice(0, 200)}`);
    }
  }

  #onMessage({ roomId, seq = 0, messageId }: MessageFrame): void {
    this.#journal.observe(roomId, seq, messageId);
    this.#check(roomId, this.view(roomId).message(seq));
  }

  #onError({ code, retryable, ref, message }: ErrorFrame): void {
    this.#journal.count(`error ${code}`);
    const asked = this.#answered(ref);
    if (asked?.kind === 'chat') {
      asked.sending.refusals += 1;
      if (!retryable && code !== 'not_in_room') this.outbox.delete(`${asked.sending.roomId} ${asked.sending.messageId}`);
    } else if (asked?.kind === 'join') this.view(asked.roomId).isAsking = false;
    if (code === 'internal' || code === 'bad_json') this.#journal.violated(`${code}: ${message}`);
  }

  #answered(ref: string | number | undefined): Asked | undefined {
    const answers = this.answers.get(Number(ref));
    if (ref === undefined || answers === undefined) return undefined;
    answers.count += 1;
    if (answers.count > 1) this.#journal.violated(`ACK-5: ref ${ref} of ${this.userId} was answered twice`);
    return answers.asked;
  }

  #check(roomId: string, wrong: string | undefined): void {
    if (wrong !== undefined) this.#journal.violated(`${this.userId} in ${roomId}: ${wrong}`);
  }
}
