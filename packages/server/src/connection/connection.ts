import {
  CLOSE_CODES,
  type CloseName,
  type ErrorCode,
  encodeAck,
  encodeAuthor,
  encodeError,
  encodeLeft,
  LIMITS,
  type Ref,
} from '@hubbub/protocol';
import type { Identity } from '../admission/identity.ts';
import { TokenBucket } from '../admission/token-bucket.ts';
import type { ConnectionFact, EventSink } from '../events.ts';
import type { Delivery } from '../hub/delivery.ts';
import { frameText } from '../hub/framing.ts';
import type { Hub } from '../hub/hub.ts';
import type { Membership } from '../hub/membership.ts';
import type { Author, Stored, Subscriber } from '../hub/subscriber.ts';
import type { Turn } from '../hub/turn.ts';
import type { Clock } from '../util/clock.ts';
import { Flood } from './flood.ts';
import { Outbound } from './outbound.ts';
import type { Socket, SocketListener } from './socket.ts';

export interface ConnectionOptions {
  readonly ratePerSec: number;
  readonly rateBurst: number;
  readonly maxRoomsPerConnection: number;
}

/** What all connections of a node share. */
export interface ConnectionDeps {
  readonly hub: Hub;
  readonly turn: Turn;
  readonly events: EventSink;
  readonly clock: Clock;
  readonly options: ConnectionOptions;
  readonly onBug: (error: unknown) => void;
  /** The way in of a frame's text. */
  readonly receive: (connection: Connection, text: string) => void;
  readonly onClosed: (connection: Connection) => void;
}

export interface ConnectionStart {
  readonly id: string;
  readonly identity: Identity;
  /** Messages replayed on a join that resumes nothing. */
  readonly history: number;
  readonly now: number;
}

/**
 * `open`: frames are handled as they come. `waiting`: one is being answered by the store; what follows is kept in order
 * (the socket is paused, so that is one read's worth at most).
 * `closing`: nothing is heard or said any more, the handshake runs. `closed`: the socket is gone.
 */
interface Arrived {
  readonly text: string;
  /** Monotonic. */
  readonly at: number;
}

type State =
  | { readonly kind: 'open' }
  | { readonly kind: 'waiting'; readonly texts: Arrived[] }
  | { readonly kind: 'closing'; readonly code: number }
  | { readonly kind: 'closed' };

const OPEN: State = { kind: 'open' };
const JOIN_RATE = { perSecond: 10, burst: 100 } as const;

/** One socket: its identity, its rooms, its limits, and the state of its conversation. */
export class Connection implements Subscriber, Author, SocketListener {
  readonly deps: ConnectionDeps;
  readonly connectionId: string;
  readonly identity: Identity;
  readonly authorJson: string;
  readonly history: number;
  readonly memberships = new Map<string, Membership>();
  readonly outbound: Outbound;
  /** Where frames without a room go: the first room of the query. */
  firstRoom: string | undefined;
  /** Monotonic: when the frame that is being handled came in. */
  arrivedAt = 0;
  /** Monotonic, coarse: the last time anything came in. */
  seenAt: number;
  readonly #socket: Socket;
  readonly #connectedAt: number;
  #state: State = OPEN;
  #isDeaf = false;
  #flood: Flood | undefined;
  #chatBucket: TokenBucket | undefined;
  #joinBucket: TokenBucket | undefined;

  constructor(socket: Socket, deps: ConnectionDeps, start: ConnectionStart) {
    this.deps = deps;
    this.connectionId = start.id;
    this.identity = start.identity;
    this.authorJson = encodeAuthor(start.identity.userId, start.identity.username);
    this.history = start.history;
    this.seenAt = start.now;
    this.#connectedAt = deps.clock.now();
    this.#socket = socket;
    this.outbound = new Outbound(socket, deps.turn, LIMITS.outboundBytes, () => this.#closeSlow());
  }

  get userId(): string {
    return this.identity.userId;
  }

  get username(): string {
    return this.identity.username;
  }

  get isOpen(): boolean {
    return this.#state.kind === 'open' || this.#state.kind === 'waiting';
  }

  get backlog(): number {
    return this.outbound.backlog;
  }

  get fact(): ConnectionFact {
    return { connectionId: this.connectionId, userId: this.userId, username: this.username, connectedAt: this.#connectedAt };
  }

  send(bytes: Uint8Array, delivery?: Delivery): void {
    this.outbound.send(bytes, delivery);
  }

  whenWritable(run: () => void): void {
    this.outbound.whenWritable(run);
  }

  say(text: string): void {
    this.outbound.send(frameText(text));
  }

  onText(text: string): void {
    this.seenAt = this.deps.clock.monotonic();
    if (this.#isDeaf) return;
    switch (this.#state.kind) {
      case 'open':
        return this.#handle(text, this.seenAt);
      case 'waiting':
        this.#state.texts.push({ text, at: this.seenAt });
        return;
      case 'closing':
      case 'closed':
        return;
    }
  }

  onBinary(): void {
    this.refused(undefined, 'bad_frame', 'Binary frames are not understood; send one JSON object in a text frame.');
  }

  onTooBig(): void {
    if (!this.isOpen) return;
    this.deps.events.dropped('too_big');
    this.deps.events.closed('tooBig');
    this.#end(CLOSE_CODES.tooBig.code, CLOSE_CODES.tooBig.meaning);
  }

  onSign(): void {
    this.seenAt = this.deps.clock.monotonic();
  }

  onDrain(): void {
    this.outbound.drained();
  }

  onClose(heard: number): void {
    if (this.#state.kind === 'closed') return;
    // Ours is why it ended, whether or not the peer was still there to repeat it.
    const code = this.#state.kind === 'closing' ? this.#state.code : heard;
    this.#state = { kind: 'closed' };
    this.#leaveAll();
    this.outbound.stop();
    this.deps.events.disconnected(this.fact, code);
    this.deps.onClosed(this);
  }

  acked(ref: Ref, { messageId, roomId, position }: Stored): void {
    if (!this.isOpen) return;
    this.say(encodeAck({ ref, messageId, roomId, ...position }));
  }

  refused(ref: Ref | undefined, code: ErrorCode, message: string, retryAfterMs?: number): void {
    if (!this.isOpen) return;
    this.deps.events.dropped(code);
    this.say(encodeError({ code, message, ref, retryAfterMs }));
    this.#flood ??= new Flood();
    if (this.#flood.add(this.deps.clock.monotonic())) this.close('flooding');
  }

  /** Keeps what comes next until `done`; errors of `done` are bugs. Joins and look-ups use it, so that order is kept. */
  waitFor(done: Promise<unknown>): void {
    if (this.#state.kind !== 'open') return;
    const texts: Arrived[] = [];
    this.#state = { kind: 'waiting', texts };
    this.#socket.pause();
    done
      .catch(this.#bug)
      .finally(() => this.#goOn(texts))
      .catch(this.#bug);
  }

  /** 0: take it; otherwise after how many milliseconds. */
  takeChat(): number {
    const { ratePerSec, rateBurst } = this.deps.options;
    if (ratePerSec === 0) return 0;
    const now = this.deps.clock.monotonic();
    this.#chatBucket ??= new TokenBucket(rateBurst, now);
    return this.#chatBucket.take(now, ratePerSec, rateBurst);
  }

  takeJoin(): number {
    const now = this.deps.clock.monotonic();
    this.#joinBucket ??= new TokenBucket(JOIN_RATE.burst, now);
    return this.#joinBucket.take(now, JOIN_RATE.perSecond, JOIN_RATE.burst);
  }

  entered(membership: Membership): void {
    if (!this.isOpen) return this.deps.hub.leave(membership);
    this.memberships.set(membership.room.id, membership);
    this.firstRoom ??= membership.room.id;
  }

  leave(roomId: string, ref: Ref | undefined): void {
    const membership = this.memberships.get(roomId);
    if (membership === undefined) return this.refused(ref, 'not_in_room', `You are not in room ${roomId}.`);
    this.memberships.delete(roomId);
    if (this.firstRoom === roomId) this.firstRoom = undefined;
    this.deps.hub.leave(membership);
    this.say(encodeLeft({ roomId, ref }));
  }

  /** Hears nothing more: the process is stopping. What is on its way is still said. */
  deafen(): void {
    this.#isDeaf = true;
  }

  /** Says what is queued, then closes. */
  close(name: CloseName): void {
    if (!this.isOpen) return;
    const { code, meaning } = CLOSE_CODES[name];
    this.deps.events.closed(name);
    this.outbound.flush();
    this.#end(code, meaning);
  }

  /** Ends it at once: nothing came in for too long, or the process goes. */
  destroy(): void {
    this.#socket.destroy();
  }

  ping(): void {
    if (this.isOpen) this.#socket.ping();
  }

  #closeSlow(): void {
    if (!this.isOpen) return;
    this.deps.events.dropped('slow_reader');
    this.deps.events.closed('tooSlow');
    this.#end(CLOSE_CODES.tooSlow.code, CLOSE_CODES.tooSlow.meaning);
  }

  #end(code: number, reason: string): void {
    this.#state = { kind: 'closing', code };
    this.outbound.stop();
    this.#leaveAll();
    this.#socket.resume();
    this.#socket.close(code, reason);
  }

  #leaveAll(): void {
    for (const membership of this.memberships.values()) this.deps.hub.leave(membership);
    this.memberships.clear();
  }

  #handle(text: string, arrivedAt: number): void {
    this.arrivedAt = arrivedAt;
    try {
      this.deps.receive(this, text);
    } catch (error) {
      this.#bug(error);
    }
  }

  #goOn(texts: readonly Arrived[]): void {
    if (this.#state.kind !== 'waiting') return;
    this.#state = OPEN;
    for (let i = 0; i < texts.length; i++) {
      if (!this.#isIdle()) return this.#keep(texts.slice(i));
      const next = texts[i];
      if (next !== undefined) this.#handle(next.text, next.at);
    }
    // Handling may have begun another wait: then the socket stays paused.
    if (this.#isIdle()) this.#socket.resume();
  }

  #isIdle(): boolean {
    return this.#state.kind === 'open';
  }

  #keep(texts: readonly Arrived[]): void {
    if (this.#state.kind === 'waiting') this.#state.texts.push(...texts);
  }

  readonly #bug = (error: unknown): void => {
    this.deps.onBug(error);
    this.close('bug');
  };
}
