import type { ClientFrame, ErrorFrame, JoinedFrame, MessageFrame } from '@hubbub/protocol';
import type { Settings } from '../settings.ts';
import { ceilingOf } from './backoff.ts';
import { Presence } from './presence.ts';
import { type Advance, Sequence } from './sequence.ts';
import type { LeftReason, Reset, RoomEvent, RoomState } from './states.ts';
import { Timeline } from './timeline.ts';
import { Typing } from './typing.ts';

const LONGEST_WAIT_MS = 60_000;

/** One room as the client knows it. Methods return what is to be told, in order. */
export class RoomCore {
  readonly id: string;
  readonly timeline: Timeline;
  readonly typing = new Typing();
  readonly presence = new Presence();
  readonly #sequence = new Sequence();
  readonly #settings: Settings;
  #reset: Reset | undefined;
  #left: LeftReason | undefined;
  #toldKind: RoomState['kind'] | undefined;
  /** Asks since the room was last live, and when the next one is due. */
  #asks = 0;
  #dueAt = 0;
  #isKnownThere = false;
  /** A join without a position gets no history on a connection that is in the room already. */
  #mustLeaveFirst = false;
  #probe: string | undefined;

  constructor(id: string, settings: Settings) {
    this.id = id;
    this.#settings = settings;
    this.timeline = new Timeline(settings.keepMessages);
  }

  get state(): RoomState {
    const { position } = this.#sequence;
    if (this.#left !== undefined) return { kind: 'left', reason: this.#left };
    if (position === undefined) return { kind: 'joining' };
    return this.isLive ? { kind: 'live', position } : { kind: 'resuming', since: position };
  }

  /** True once for each change of the state's kind. */
  hasNewState(): boolean {
    const { kind } = this.state;
    const isNew = kind !== this.#toldKind;
    this.#toldKind = kind;
    return isNew;
  }

  get isLive(): boolean {
    return this.#sequence.stage === 'live';
  }

  get reset(): Reset | undefined {
    return this.#reset;
  }

  get position(): Sequence['position'] {
    return this.#sequence.position;
  }

  /** The server may count us in: it was asked to, on this connection. */
  get isKnownThere(): boolean {
    return this.#isKnownThere;
  }

  /** When there is something to ask, on a connection. */
  get nextAt(): number {
    return this.isLive ? Number.POSITIVE_INFINITY : this.#dueAt;
  }

  /** What is to be asked now. `ref`: one that was never used. */
  ask(ref: string, now: number): readonly ClientFrame[] {
    this.#asks += 1;
    this.#dueAt = now + ceilingOf(this.#asks, this.#settings.answerMs, LONGEST_WAIT_MS);
    this.#isKnownThere = true;
    this.#sequence.asked(ref);
    const leave: ClientFrame[] = this.#mustLeaveFirst ? [this.leaving()] : [];
    this.#mustLeaveFirst = false;
    return [...leave, { type: 'join', roomId: this.id, since: this.#sequence.position, ref }];
  }

  /** With a `ref` of its own, so that what answers it is nobody's answer. */
  leaving(): ClientFrame {
    return { type: 'leave', roomId: this.id, ref: 'leave' };
  }

  /** A question that is answered with where the room is: are we there too? */
  probe(ref: string): ClientFrame {
    this.#probe = ref;
    return { type: 'join', roomId: this.id, since: undefined, ref };
  }

  /** The connection is gone; the next one may be asked at once. */
  lost(now: number): readonly RoomEvent[] {
    this.#sequence.lost();
    this.#isKnownThere = false;
    this.#asks = 0;
    this.#dueAt = now;
    return this.typing.clear() ? [{ kind: 'typing' }] : [];
  }

  /** It is to be asked for again, on this connection. */
  rejoin(now: number): void {
    this.#sequence.lost();
    this.#dueAt = now;
  }

  joined(frame: JoinedFrame, now: number): readonly RoomEvent[] {
    if (frame.ref !== undefined && frame.ref === this.#probe) return this.#probed(frame, now);
    const { stage } = this.#sequence;
    const isAnswer = this.#sequence.isAskedWith(frame.ref);
    // Without `ref` the server tells a member that its epoch has ended; what we asked ourselves is answered after that.
    const isTold = frame.ref === undefined && (stage === 'live' || stage === 'replaying');
    if (!isAnswer && !isTold) return [];
    if (isAnswer) this.presence.clear();
    this.#dueAt = now + this.#settings.answerMs;
    return [...(isAnswer ? [{ kind: 'presence' } as const] : []), ...this.#advanced(this.#sequence.joined(frame), now)];
  }

  message(message: MessageFrame, now: number): readonly RoomEvent[] {
    // A replay that goes on is not asked for again.
    if (this.#sequence.stage === 'replaying') this.#dueAt = now + this.#settings.answerMs;
    return this.#advanced(this.#sequence.message(message), now);
  }

  noticed(notice: MessageFrame): readonly RoomEvent[] {
    if (this.#sequence.stage === 'away') return [];
    this.presence.noticed(notice);
    const typed: RoomEvent[] = notice.type === 'leave' && this.typing.ended(notice.userId) ? [{ kind: 'typing' }] : [];
    return [{ kind: 'notice', notice }, { kind: 'presence' }, ...typed];
  }

  /** A join was refused. */
  refused(error: ErrorFrame, now: number): void {
    if (error.ref !== undefined && error.ref === this.#probe) return this.rejoin(now);
    if (!this.#sequence.isAskedWith(error.ref)) return;
    if (!error.retryable) return this.leave({ kind: 'refused', code: error.code, message: error.message });
    this.#sequence.lost();
    this.#dueAt = now + (error.retryAfterMs ?? ceilingOf(this.#asks, this.#settings.retryBaseMs, LONGEST_WAIT_MS));
  }

  leave(reason: LeftReason): void {
    this.#left ??= reason;
  }

  /** Where the server is, and we are not: something did not arrive. */
  #probed({ epoch, seq }: JoinedFrame, now: number): readonly RoomEvent[] {
    this.#probe = undefined;
    const { position } = this.#sequence;
    if (this.isLive && (position?.epoch !== epoch || position.seq !== seq)) this.rejoin(now);
    return [];
  }

  #advanced(advance: Advance, now: number): readonly RoomEvent[] {
    if (this.isLive) this.#asks = 0;
    switch (advance.kind) {
      case 'none':
        return [];
      case 'broken':
        this.#dueAt = now;
        this.#mustLeaveFirst = this.#sequence.position === undefined;
        return [];
      case 'messages':
        return advance.messages.flatMap((message) => this.#added(message));
      case 'afresh':
        return this.#afresh(advance, now);
    }
  }

  #added(message: MessageFrame): readonly RoomEvent[] {
    if (!this.timeline.add(message)) return [];
    const ended: RoomEvent[] = this.typing.ended(message.userId) ? [{ kind: 'typing' }] : [];
    return [{ kind: 'message', message }, ...ended];
  }

  #afresh({ messages, lost }: Extract<Advance, { kind: 'afresh' }>, now: number): readonly RoomEvent[] {
    this.timeline.clear();
    for (const message of messages) this.timeline.add(message);
    if (lost === undefined) return [{ kind: 'history', messages }];
    this.#reset = { lost, at: now };
    return [{ kind: 'reset', reset: this.#reset, messages }];
  }
}
