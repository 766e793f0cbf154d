import { checkContent, type MessageFrame } from '@hubbub/protocol';
import type { RoomCore } from './core/room-core.ts';
import type { Pending, Reset, RoomEvent, RoomState, SendOutcome } from './core/states.ts';
import type { Step } from './core/steps.ts';
import type { Typist } from './core/typing.ts';
import { type Listener, Listeners } from './listeners.ts';

/** A room at one moment. The same object until something happens in the room. */
export interface RoomSnapshot {
  readonly roomId: string;
  readonly state: RoomState;
  /** The newest messages, oldest first, without a gap since the history or reset that they begin with. */
  readonly messages: readonly MessageFrame[];
  /** True when older messages were here and had to go (`keepMessages`). */
  readonly isTrimmed: boolean;
  /** Ours that are not among the messages yet, in the order in which they were written. */
  readonly pending: readonly Pending[];
  /** The last time that something may have been missed, if ever. */
  readonly reset: Reset | undefined;
  readonly typists: readonly Typist[];
  /** Those who came since we did, user id → username; empty in large rooms. */
  readonly seen: ReadonlyMap<string, string>;
  /** Users in a large room; undefined in others. */
  readonly members: number | undefined;
}

export interface SendOptions {
  /** The id of a message of this room. */
  readonly replyTo?: string;
}

export interface RoomDeps {
  readonly core: RoomCore;
  readonly step: (step: Step) => void;
  readonly pendingOf: (roomId: string) => readonly Pending[];
  readonly makeId: () => string;
  /** Resolves with what becomes of a message. */
  readonly settled: (messageId: string) => Promise<SendOutcome>;
}

/** One room of a client, from `client.join` to `leave`. */
export class Room {
  readonly id: string;
  readonly #deps: RoomDeps;
  readonly #listeners = new Listeners<RoomEvent>();
  #snapshot: RoomSnapshot | undefined;

  constructor(deps: RoomDeps) {
    this.id = deps.core.id;
    this.#deps = deps;
  }

  get state(): RoomState {
    return this.#deps.core.state;
  }

  readonly snapshot = (): RoomSnapshot => {
    const { timeline, typing, presence, state, reset } = this.#deps.core;
    this.#snapshot ??= Object.freeze({
      roomId: this.id,
      state,
      messages: timeline.messages,
      isTrimmed: timeline.isTrimmed,
      pending: this.#deps.pendingOf(this.id),
      reset,
      typists: typing.typists,
      seen: presence.seen,
      members: presence.members,
    });
    return this.#snapshot;
  };

  /** Calls `listener` with everything that happens; the returned function ends it. */
  readonly subscribe = (listener: Listener<RoomEvent>): (() => void) => this.#listeners.add(listener);

  /**
   * Sends a message, now or when there is a connection. Resolves once it is stored or will not be; never rejects. Its text is shown among
   * `pending` meanwhile.
   */
  send(content: string, { replyTo }: SendOptions = {}): Promise<SendOutcome> {
    const messageId = this.#deps.makeId();
    const wrong = checkContent(content);
    if (wrong !== undefined) return Promise.resolve({ kind: 'refused', messageId, ...wrong });
    const outcome = this.#deps.settled(messageId);
    this.#deps.step({ kind: 'send', message: { roomId: this.id, messageId, content, replyTo } });
    return outcome;
  }

  /** Sends a failed message again, under its id. Undefined: there is no such one. */
  retry(messageId: string): Promise<SendOutcome> | undefined {
    const failed = this.#deps.pendingOf(this.id).some((each) => each.messageId === messageId && each.status.kind === 'failed');
    if (!failed) return undefined;
    const outcome = this.#deps.settled(messageId);
    this.#deps.step({ kind: 'retry', messageId });
    return outcome;
  }

  /** Forgets a failed message. */
  discard(messageId: string): void {
    this.#deps.step({ kind: 'discard', messageId });
  }

  /** Tells the others that we type. May be called for each key: it is said once in 2 s at most. */
  typing(): void {
    this.#deps.step({ kind: 'type', roomId: this.id });
  }

  /** Messages that are not acked by now resolve with `left`. */
  leave(): void {
    this.#deps.step({ kind: 'leave', roomId: this.id });
  }

  /** @internal Something changed. */
  tell(event: RoomEvent): void {
    this.#snapshot = undefined;
    this.#listeners.tell(event);
  }
}
