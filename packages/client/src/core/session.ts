import { type ClientFrame, decodeServerFrame, type ErrorFrame, type ServerFrame } from '@hubbub/protocol';
import type { Random } from '../random.ts';
import type { Settings } from '../settings.ts';
import { Connection } from './connection.ts';
import { Outbox } from './outbox.ts';
import { Report } from './report.ts';
import type { RoomCore } from './room-core.ts';
import type { ConnectionState, LeftReason, Pending, RoomEvent, SendOutcome } from './states.ts';
import type { Effect, OwnMessage, Step } from './steps.ts';

export interface SessionDeps {
  readonly settings: Settings;
  readonly random: Random;
  /** A token can be had anew for each attempt. */
  readonly renewsToken: boolean;
}

/**
 * The state machine (docs/client.md): steps in, effects out. It has no socket, no timer and no clock; whoever drives it says what time it
 * is, carries out the effects in their order, and comes back with a `tick` at `nextAt`.
 */
export class Session {
  readonly #connection: Connection;
  readonly #rooms = new Map<string, RoomCore>();
  readonly #outbox: Outbox;
  readonly #report = new Report();
  #isUp = false;
  #refs = 0;
  #effects: Effect[] = [];

  constructor({ settings, random, renewsToken }: SessionDeps) {
    this.#connection = new Connection({ settings, random, renewsToken, emit: (effect) => this.#effects.push(effect) });
    this.#outbox = new Outbox(settings);
  }

  get connection(): ConnectionState {
    return this.#connection.state;
  }

  room(roomId: string): RoomCore | undefined {
    return this.#rooms.get(roomId);
  }

  pendingOf(roomId: string): readonly Pending[] {
    return this.#outbox.pendingOf(roomId);
  }

  /** The first step. */
  start(now: number): readonly Effect[] {
    this.#connection.open(now);
    return this.#take();
  }

  step(step: Step, now: number): readonly Effect[] {
    this.#apply(step, now);
    if (this.#connection.tick(now)) this.#probe(now);
    this.#settle(now);
    if (this.#isUp) this.#say(now);
    for (const room of this.#rooms.values()) if (room.typing.expire(now)) this.#tell(room, { kind: 'typing' });
    this.#tellStates();
    return this.#take();
  }

  /** When something is due: a `tick` then. Infinity: never. */
  get nextAt(): number {
    let at = this.#connection.nextAt;
    for (const room of this.#rooms.values()) {
      at = Math.min(at, room.typing.nextAt);
      if (this.#isUp) at = Math.min(at, room.isLive ? this.#outbox.nextAt(room.id) : room.nextAt);
    }
    return this.#isUp && this.#rooms.size > 0 ? Math.min(at, this.#report.nextAt) : at;
  }

  #apply(step: Step, now: number): void {
    switch (step.kind) {
      case 'opened':
        return this.#connection.isCurrent(step.socket) ? this.#connection.opened(now) : undefined;
      case 'text':
        return this.#connection.isCurrent(step.socket) ? this.#hear(step.text, now) : undefined;
      case 'ended':
        return this.#connection.isCurrent(step.socket) ? this.#connection.ended(step.closeCode, now) : undefined;
      case 'tick':
        return undefined;
      case 'wake':
        return this.#connection.wake(now) ? this.#probe(now) : undefined;
      case 'join':
        return this.#join(step.room, now);
      case 'leave':
        return this.#leave(step.roomId, { kind: 'asked' });
      case 'send':
        return this.#send(step.message, now);
      case 'retry':
        return this.#outbox.retry(step.messageId) ? this.#tellPending(this.#outbox.roomOf(step.messageId)) : undefined;
      case 'discard':
        return this.#discard(step.messageId);
      case 'type':
        return this.#type(step.roomId, now);
      case 'close':
        return this.#close(now);
    }
  }

  #hear(text: string, now: number): void {
    this.#connection.heard(now);
    const frame = decodeServerFrame(text);
    if (frame.type === 'error') return this.#refused(frame, now);
    if (frame.type === 'unknown' || frame.type === 'authed') return;
    const room = this.#rooms.get(frame.roomId);
    if (room !== undefined) this.#hearOf(room, frame, now);
  }

  #hearOf(room: RoomCore, frame: Extract<ServerFrame, { readonly roomId: string }>, now: number): void {
    switch (frame.type) {
      case 'chat':
      case 'system':
        return this.#tellAll(room, room.message(frame, now));
      case 'join':
      case 'leave':
        return this.#tellAll(room, room.noticed(frame));
      case 'joined':
        return this.#tellAll(room, room.joined(frame, now));
      case 'left':
        // With a `ref` it answers us, who have forgotten the room or joined it again.
        return frame.ref === undefined ? this.#leave(room.id, { kind: 'removed' }) : undefined;
      case 'typing':
        return room.typing.noticed(frame, now) ? this.#tell(room, { kind: 'typing' }) : undefined;
      case 'presence':
        room.presence.counted(frame.members);
        return this.#tell(room, { kind: 'presence' });
      case 'ack':
        return this.#conclude({ kind: 'stored', messageId: frame.messageId, position: { epoch: frame.epoch, seq: frame.seq } });
    }
  }

  #refused(error: ErrorFrame, now: number): void {
    const messageId = String(error.ref);
    const roomId = this.#outbox.roomOf(messageId);
    if (error.ref === undefined) this.#effects.push({ kind: 'refusal', code: error.code, message: error.message });
    if (roomId === undefined) return this.#joinRefused(error, now);
    const isForGood = this.#outbox.refused(messageId, error, now);
    if (error.code === 'not_in_room') this.#rooms.get(roomId)?.rejoin(now);
    if (isForGood) this.#effects.push({ kind: 'settled', outcome: refusal(messageId, error) });
    this.#tellPending(roomId);
  }

  #joinRefused(error: ErrorFrame, now: number): void {
    for (const room of this.#rooms.values()) {
      room.refused(error, now);
      if (room.state.kind === 'left') this.#leave(room.id, room.state.reason);
    }
  }

  #join(room: RoomCore, now: number): void {
    if (this.#rooms.has(room.id)) return;
    room.lost(now);
    this.#rooms.set(room.id, room);
  }

  #leave(roomId: string, reason: LeftReason): void {
    const room = this.#rooms.get(roomId);
    if (room === undefined) return;
    if (this.#isUp && room.isKnownThere && reason.kind === 'asked') this.#write(room.leaving());
    room.leave(reason);
    const why =
      reason.kind === 'refused' ? reason : { code: LEFT_CODES[reason.kind], message: 'The room was left before the message was acked.' };
    for (const messageId of this.#outbox.idsOf(roomId)) this.#conclude(refusal(messageId, why));
    this.#tell(room, { kind: 'state', state: room.state });
    this.#rooms.delete(roomId);
  }

  #send(message: OwnMessage, now: number): void {
    const isHere = this.#rooms.has(message.roomId);
    if (!isHere || this.#outbox.isFull || this.#outbox.has(message.messageId)) {
      const why = isHere ? QUEUE_FULL : { code: 'left', message: 'The room was left.' };
      this.#effects.push({ kind: 'settled', outcome: refusal(message.messageId, why) });
      return;
    }
    this.#outbox.add(message, now);
    this.#tellPending(message.roomId);
  }

  #discard(messageId: string): void {
    const roomId = this.#outbox.roomOf(messageId);
    if (roomId === undefined || !this.#outbox.hasFailed(messageId)) return;
    this.#outbox.remove(messageId);
    this.#tellPending(roomId);
  }

  #type(roomId: string, now: number): void {
    const room = this.#rooms.get(roomId);
    if (this.#isUp && room?.isLive && room.typing.maySay(now)) this.#write({ type: 'typing', roomId, ref: undefined });
  }

  #close(now: number): void {
    if (this.#isUp) for (const frame of this.#report.frames(this.#rooms.values(), now)) this.#write(frame);
    this.#connection.close({ kind: 'asked' });
  }

  /** Makes rooms and messages what the connection has become. */
  #settle(now: number): void {
    const { isConnected, state } = this.#connection;
    if (isConnected && !this.#isUp) this.#report.begin(now);
    if (!isConnected && this.#isUp) {
      this.#outbox.lost(now);
      for (const room of this.#rooms.values()) this.#tellAll(room, [...room.lost(now), { kind: 'pending' }]);
    }
    this.#isUp = isConnected;
    if (state.kind === 'closed') for (const roomId of [...this.#rooms.keys()]) this.#leave(roomId, { kind: 'closed' });
  }

  /** Everything that is due on a connection. */
  #say(now: number): void {
    for (const room of this.#rooms.values()) {
      if (room.nextAt <= now) for (const frame of room.ask(this.#nextRef(), now)) this.#write(frame, now);
      for (let frame = this.#nextOf(room, now); frame !== undefined; frame = this.#nextOf(room, now)) {
        this.#write(frame, now);
        this.#tell(room, { kind: 'pending' });
      }
    }
    if (this.#report.nextAt <= now) for (const frame of this.#report.frames(this.#rooms.values(), now)) this.#write(frame);
  }

  #nextOf(room: RoomCore, now: number): ClientFrame | undefined {
    return room.isLive ? this.#outbox.next(room.id, now) : undefined;
  }

  /** Asks a living server something that it answers: where a room is. Without any room nothing can be missed. */
  #probe(now: number): void {
    const room = [...this.#rooms.values()].find((each) => each.isLive);
    if (room === undefined) this.#connection.heard(now);
    else this.#write(room.probe(this.#nextRef()), now);
  }

  #nextRef(): string {
    this.#refs += 1;
    return `join ${this.#refs}`;
  }

  /** `askedAt`: the frame will be answered. */
  #write(frame: ClientFrame, askedAt?: number): void {
    this.#effects.push({ kind: 'write', frame });
    if (askedAt !== undefined) this.#connection.asked(askedAt);
  }

  #conclude(outcome: SendOutcome): void {
    const { messageId } = outcome;
    const roomId = this.#outbox.roomOf(messageId);
    if (roomId === undefined) return;
    const isSettled = this.#outbox.hasFailed(messageId);
    this.#outbox.remove(messageId);
    if (!isSettled) this.#effects.push({ kind: 'settled', outcome });
    this.#tellPending(roomId);
  }

  #tellAll(room: RoomCore, events: readonly RoomEvent[]): void {
    for (const event of events) {
      if (event.kind === 'history' || event.kind === 'reset') this.#outbox.reset(room.id);
      const messages = event.kind === 'message' ? [event.message] : 'messages' in event ? event.messages : [];
      const hasEcho = messages.filter(({ messageId }) => this.#outbox.echoed(messageId)).length > 0;
      this.#tell(room, event);
      if (hasEcho || event.kind === 'reset') this.#tell(room, { kind: 'pending' });
    }
  }

  #tellPending(roomId: string | undefined): void {
    const room = this.#rooms.get(roomId ?? '');
    if (room !== undefined) this.#tell(room, { kind: 'pending' });
  }

  #tellStates(): void {
    for (const room of this.#rooms.values()) if (room.hasNewState()) this.#tell(room, { kind: 'state', state: room.state });
  }

  #tell(room: RoomCore, event: RoomEvent): void {
    this.#effects.push({ kind: 'room', room, event });
  }

  #take(): readonly Effect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }
}

const LEFT_CODES = { asked: 'left', removed: 'left', closed: 'closed' } as const;
const QUEUE_FULL = { code: 'queue_full', message: 'Too many messages wait for the server.' };

function refusal(messageId: string, { code, message }: { readonly code: string; readonly message: string }): SendOutcome {
  return { kind: 'refused', messageId, code, message };
}
