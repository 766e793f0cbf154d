import { checkContent, checkUsername, type ErrorCode, encodeAuthor, type Position, type Ref } from '@hubbub/protocol';
import type { Bus, BusListener, Publication } from '../bus/bus.ts';
import type { EventSink } from '../events.ts';
import { type Store, StoreUnavailable, type WriteQueue } from '../store/store.ts';
import type { Clock } from '../util/clock.ts';
import { Attendance } from './attendance.ts';
import type { Directory, MemberView, PostOutcome, PostRequest } from './directory.ts';
import { Membership } from './membership.ts';
import { Publisher, type PublishRequest } from './publisher.ts';
import { Recovery } from './recovery.ts';
import type { Room } from './room.ts';
import { Rooms, type RoomsOptions } from './rooms.ts';
import { toMessageFrame, toStored } from './stored-form.ts';
import type { Author, Stored, Subscriber } from './subscriber.ts';
import type { Turn } from './turn.ts';

export interface HubDeps {
  readonly bus: Bus;
  readonly store: Store;
  readonly queue: WriteQueue;
  readonly events: EventSink;
  readonly clock: Clock;
  readonly turn: Turn;
  readonly options: RoomsOptions;
  /** A bug that cost one operation: to be logged once. */
  readonly onBug: (error: unknown) => void;
}

export interface JoinRequest {
  readonly roomId: string;
  readonly since: Position | undefined;
  /** Messages to replay when nothing can be resumed. */
  readonly history: number;
  readonly ref: Ref | undefined;
}

export type JoinOutcome =
  | { readonly kind: 'joined'; readonly membership: Membership }
  | { readonly kind: 'refused'; readonly code: ErrorCode; readonly message: string };

const PRESENCE_TICK_MS = 250;
const SWEEP_MS = 5000;
const AWAY: JoinOutcome = {
  kind: 'refused',
  code: 'storage_unavailable',
  message: 'The store is away, so the room cannot be resumed just now.',
};
const BEHIND: JoinOutcome = {
  kind: 'refused',
  code: 'overloaded',
  message: 'A replay of this room is under way; its end answers your joins.',
};

/** One node's registry and fan-out: the way of a message from a connection to all members of its room. */
export class Hub implements BusListener, Directory {
  readonly rooms: Rooms;
  readonly #deps: HubDeps;
  readonly #publisher: Publisher;
  readonly #recovery: Recovery;
  readonly #attendance: Attendance;
  readonly #stops: (() => void)[];

  constructor(deps: HubDeps) {
    this.#deps = deps;
    this.rooms = new Rooms(deps.bus, deps.store, deps.clock, deps.turn, deps.options);
    this.#publisher = new Publisher({ ...deps, rooms: this.rooms });
    this.#recovery = new Recovery(deps);
    this.#attendance = new Attendance(deps.clock, deps.events);
    deps.bus.listen(this);
    this.#stops = [deps.clock.every(PRESENCE_TICK_MS, () => this.#attendance.tick()), deps.clock.every(SWEEP_MS, () => this.rooms.sweep())];
  }

  stop(): void {
    for (const stop of this.#stops) stop();
  }

  /** Joins a connection to a room and begins its replay. `joined` has been queued when this ends with a membership. */
  join(subscriber: Subscriber, request: JoinRequest): JoinOutcome | Promise<JoinOutcome> {
    const opened = this.rooms.open(request.roomId);
    if (opened instanceof Promise)
      return opened.then((outcome) => (outcome.kind === 'open' ? this.#enter(outcome.room, subscriber, request) : outcome));
    return opened.kind === 'open' ? this.#enter(opened.room, subscriber, request) : opened;
  }

  /** A join of a room that the connection is in: with a position a resume, without one only an answer. */
  rejoin(membership: Membership, request: JoinRequest): JoinOutcome | Promise<JoinOutcome> {
    if (request.since !== undefined) return this.#recover(membership, request);
    const isTaken = this.#recovery.confirm(membership, request.ref);
    return isTaken ? { kind: 'joined', membership } : BEHIND;
  }

  leave(membership: Membership): void {
    if (!membership.isEntered) return;
    if (membership.progress.kind === 'live') {
      // What was published before it left is still its own.
      if (membership.subscriber.isOpen) membership.room.flush();
      membership.room.removeLive(membership);
    }
    membership.setGone();
    membership.isEntered = false;
    this.#attendance.exit(membership.room, membership.subscriber);
  }

  publish(membership: Membership, request: PublishRequest, author: Author): Promise<void> | undefined {
    return this.#publisher.publish(membership.room, request, author);
  }

  /** False: too soon after the last one. */
  typing(membership: Membership): boolean {
    return this.#attendance.typing(membership);
  }

  onPublication(publication: Publication): void {
    const room = this.rooms.get(publication.draft.roomId);
    if (room !== undefined) this.rooms.account(room, room.publish(publication));
  }

  onNewEpoch(roomId: string, head: Position): void {
    const room = this.rooms.get(roomId);
    if (room === undefined) return;
    room.epoch = head.epoch;
    room.seq = head.seq;
    for (const member of [...room.liveMembers]) if (member instanceof Membership) this.#recovery.reset(member, 0);
  }

  members(roomId: string): readonly MemberView[] {
    return this.rooms.get(roomId)?.presence.present() ?? [];
  }

  memberCount(roomId: string): number {
    return this.rooms.get(roomId)?.presence.presentUsers ?? 0;
  }

  *liveRooms(): Iterable<{ roomId: string; members: number; lastMessageAt: number }> {
    for (const room of this.rooms.all()) {
      const members = room.presence.presentUsers;
      if (members > 0) yield { roomId: room.id, members, lastMessageAt: room.lastMessageAt };
    }
  }

  async post(request: PostRequest): Promise<PostOutcome> {
    const arrivedAt = this.#deps.clock.monotonic();
    const problem = checkContent(request.content) ?? checkName(request.username);
    if (problem !== undefined) return { kind: 'refused', ...problem };
    const opened = await this.rooms.open(request.roomId);
    if (opened.kind === 'refused') return opened;
    return this.#publishPost(opened.room, request, arrivedAt);
  }

  imported(through: ReadonlyMap<string, number>): void {
    for (const [roomId, timestamp] of through) {
      const room = this.rooms.get(roomId);
      if (room === undefined) continue;
      room.importedAt = this.#deps.clock.now();
      if (timestamp > room.importedThrough) room.importedThrough = timestamp;
    }
  }

  isReady(): boolean {
    return this.#deps.bus.isAvailable();
  }

  #enter(room: Room, subscriber: Subscriber, request: JoinRequest): JoinOutcome | Promise<JoinOutcome> {
    const membership = new Membership(room, subscriber);
    if (!subscriber.isOpen) return { kind: 'joined', membership };
    this.#attendance.enter(room, subscriber);
    membership.isEntered = true;
    return this.#recover(membership, request);
  }

  #recover(membership: Membership, request: JoinRequest): JoinOutcome | Promise<JoinOutcome> {
    const outcome: JoinOutcome = { kind: 'joined', membership };
    const started = this.#recovery.start(membership, request.since, request.history, request.ref);
    if (started === undefined) return outcome;
    return started.then(
      () => outcome,
      (error: unknown) => {
        if (membership.progress.kind === 'gone') this.leave(membership);
        if (!(error instanceof StoreUnavailable)) throw error;
        return AWAY;
      },
    );
  }

  async #publishPost(room: Room, request: PostRequest, arrivedAt: number): Promise<PostOutcome> {
    const { promise, resolve } = Promise.withResolvers<Stored | Extract<PostOutcome, { kind: 'refused' }>>();
    const author: Author = {
      acked: (_ref, stored) => resolve(stored),
      refused: (_ref, code, message) => resolve({ kind: 'refused', code, message }),
    };
    const authorJson = encodeAuthor(request.userId, request.username);
    // The ref is what asks for an ack; its value goes nowhere.
    this.#publisher.publish(room, { ...request, authorJson, retry: request.messageId !== undefined, ref: 0, arrivedAt }, author);
    const outcome = await promise;
    if ('kind' in outcome) return outcome;
    const { publication } = outcome;
    if (publication !== undefined) return { kind: 'stored', isRepeat: false, message: toMessageFrame(toStored(publication)) };
    const first = await this.#deps.store.find(room.id, outcome.messageId);
    if (first === undefined) return { kind: 'refused', code: 'internal', message: 'The message was stored and cannot be read back.' };
    return { kind: 'stored', isRepeat: true, message: toMessageFrame(first) };
  }
}

function checkName(username: string): { code: ErrorCode; message: string } | undefined {
  const problem = checkUsername(username);
  return problem === undefined ? undefined : { code: 'username_invalid', message: problem.message };
}
