import { type ErrorCode, LIMITS, type Position, type Ref, type SequencedType } from '@hubbub/protocol';
import type { AppendOutcome, Bus, Draft, KnownId, Publication } from '../bus/bus.ts';
import type { EventSink } from '../events.ts';
import { type Admission, type AppendResult, type Store, StoreUnavailable, type WriteQueue } from '../store/store.ts';
import type { Clock } from '../util/clock.ts';
import { looksServerMade, makeMessageId } from './message-id.ts';
import type { Room } from './room.ts';
import type { Rooms } from './rooms.ts';
import { toStored } from './stored-form.ts';
import type { Author } from './subscriber.ts';

/** A message that a user wants to publish; its content has been checked. */
export interface PublishRequest {
  readonly type: SequencedType;
  readonly userId: string;
  readonly username: string;
  /** `encodeAuthor` of both. */
  readonly authorJson: string;
  readonly content: string;
  /** Lower-case UUIDs. */
  readonly messageId: string | undefined;
  readonly replyTo: string | undefined;
  /** The sender resends: its id is looked up however old it is. */
  readonly retry: boolean;
  readonly ref: Ref | undefined;
  /** `clock.monotonic()`. */
  readonly arrivedAt: number;
}

export interface PublisherDeps {
  readonly bus: Bus;
  readonly store: Store;
  readonly queue: WriteQueue;
  readonly rooms: Rooms;
  readonly events: EventSink;
  readonly clock: Clock;
  readonly onBug: (error: unknown) => void;
}

/** One draft on its way. */
interface Passage {
  readonly room: Room;
  readonly draft: Draft;
  readonly ref: Ref | undefined;
  readonly author: Author;
  /** As taken from the write queue. */
  readonly bytes: number;
}

/** Fixed cost of a queued message beside its text; an estimate for the queue's byte bound. */
const MESSAGE_OVERHEAD_BYTES = 400;

const REFUSALS: Readonly<Record<Exclude<Admission, 'admitted'>, string>> = {
  overloaded: 'The server has more messages waiting to be stored than it may; try again shortly.',
  storage_unavailable: 'The store is away and the queue before it is full; try again when it is back.',
};

/** From a request to an ordered, durable message: room in the queue, known ids, order, store, and only then the ack. */
export class Publisher {
  readonly #deps: PublisherDeps;

  constructor(deps: PublisherDeps) {
    this.#deps = deps;
  }

  /**
   * Publishes to an open room. Every request ends in exactly one `author.acked` or `author.refused`, perhaps much later.
   * Returns a promise when something had to be asked of the store before ordering, or when the store lags: what the same sender
   * says next must wait for it.
   */
  publish(room: Room, request: PublishRequest, author: Author): Promise<void> | undefined {
    const { queue, clock } = this.#deps;
    const bytes = request.content.length * 2 + MESSAGE_OVERHEAD_BYTES;
    const admission = queue.admit(bytes);
    if (admission !== 'admitted') {
      author.refused(request.ref, admission, REFUSALS[admission]);
      return undefined;
    }
    const now = clock.now();
    const passage: Passage = { room, draft: toDraft(room.id, request, now), ref: request.ref, author, bytes };
    room.pending += 1;
    const mustLookUp = request.messageId !== undefined && this.#mustLookUp(room, request.messageId, request.retry, now);
    if (room.isRegistered && !mustLookUp && request.replyTo === undefined) {
      this.#append(passage);
      return queue.lag();
    }
    return this.#prepare(passage, mustLookUp).then(() => queue.lag());
  }

  /** Ids of the last ten minutes are known here; older ones, resends, server-made ones, and all after an import are asked of the store. */
  #mustLookUp(room: Room, messageId: string, retry: boolean, now: number): boolean {
    const horizon = now - LIMITS.idMemoryMs;
    return retry || looksServerMade(messageId, now) || this.#deps.bus.knownSince(room.id) > horizon || room.importedAt > horizon;
  }

  async #prepare(passage: Passage, mustLookUp: boolean): Promise<void> {
    const { room, draft } = passage;
    try {
      if (mustLookUp && (await this.#isAnsweredAsRepeat(passage))) return;
      if (draft.replyTo !== undefined && !(await this.#exists(room, draft.replyTo))) {
        return this.#refuse(passage, 'not_found', 'replyTo: there is no such message in this room.');
      }
      if (!room.isRegistered && !(await this.#deps.rooms.register(room))) {
        return this.#refuse(passage, 'storage_unavailable', 'The store is away, so this room cannot take its first message just now.');
      }
      this.#append(passage);
    } catch (error) {
      if (error instanceof StoreUnavailable) {
        return this.#refuse(passage, 'storage_unavailable', 'The store is away, so it cannot be asked about this message just now.');
      }
      this.#deps.onBug(error);
      this.#refuse(passage, 'internal', 'Something went wrong on our side.');
    }
  }

  async #isAnsweredAsRepeat(passage: Passage): Promise<boolean> {
    const { room, draft } = passage;
    const inRing = room.ring.find(draft.messageId);
    if (inRing !== undefined) {
      this.#answerRepeat(passage, { messageId: draft.messageId, userId: inRing.userId, epoch: room.epoch, seq: inRing.seq });
      return true;
    }
    const stored = await this.#deps.store.find(room.id, draft.messageId);
    if (stored === undefined) return false;
    if (stored.userId !== draft.userId) this.#refuseTaken(passage);
    else {
      this.#release(passage);
      ack(passage, stored.position);
    }
    return true;
  }

  async #exists(room: Room, messageId: string): Promise<boolean> {
    return room.ring.find(messageId) !== undefined || (await this.#deps.store.find(room.id, messageId)) !== undefined;
  }

  #append(passage: Passage): void {
    this.#deps.bus.append(passage.draft, (outcome) => this.#settle(passage, outcome));
  }

  #settle(passage: Passage, outcome: AppendOutcome): void {
    switch (outcome.kind) {
      case 'accepted':
        return this.#toStore(passage, outcome.publication);
      case 'repeat':
        return this.#answerRepeat(passage, outcome.known);
      case 'taken':
        return this.#refuseTaken(passage);
      case 'unavailable':
        return this.#refuse(passage, 'overloaded', 'The bus is away; try again shortly.');
    }
  }

  #toStore(passage: Passage, publication: Publication): void {
    const { queue, events } = this.#deps;
    passage.room.pending -= 1;
    queue.push({ message: toStored(publication), onStored: (result) => this.#stored(passage, publication, result) }, passage.bytes);
    events.accepted(publication);
  }

  #stored(passage: Passage, publication: Publication, result: AppendResult): void {
    const { room, draft, ref, author } = passage;
    this.#deps.rooms.account(room, room.markStored(publication.seq));
    if (result.kind === 'inserted') ack(passage, publication, publication);
    else if (result.first.userId === draft.userId) ack(passage, result.first.position);
    else author.refused(ref, 'id_taken', TAKEN);
  }

  /** A repeat is acked with the first one's position, once that one is stored. */
  #answerRepeat(passage: Passage, known: KnownId): void {
    const { room, draft } = passage;
    if (known.userId !== draft.userId) return this.#refuseTaken(passage);
    const isStored = known.epoch !== room.epoch || known.seq <= room.storedSeq;
    // Until then it keeps its room in the queue, so that repeats are bounded like what they repeat.
    const answer = () => {
      this.#release(passage);
      ack(passage, known);
    };
    if (isStored) answer();
    else room.whenStored(known.seq, answer);
  }

  #refuseTaken(passage: Passage): void {
    this.#refuse(passage, 'id_taken', TAKEN);
  }

  #refuse(passage: Passage, code: ErrorCode, message: string): void {
    this.#release(passage);
    passage.author.refused(passage.ref, code, message);
  }

  #release(passage: Passage): void {
    passage.room.pending -= 1;
    this.#deps.queue.release(passage.bytes);
  }
}

const TAKEN = 'messageId: another message of this room has this id.';

/** The repeat of an imported message, which has no position, is acked with the one before the first. */
function ack({ ref, author, draft, room }: Passage, known: Position | undefined, publication?: Publication): void {
  const position = known ?? { epoch: room.epoch, seq: 0 };
  if (ref !== undefined) author.acked(ref, { messageId: draft.messageId, roomId: room.id, position, publication });
}

function toDraft(roomId: string, request: PublishRequest, now: number): Draft {
  return {
    roomId,
    type: request.type,
    userId: request.userId,
    username: request.username,
    authorJson: request.authorJson,
    content: request.content,
    messageId: request.messageId ?? makeMessageId(now),
    isClientId: request.messageId !== undefined,
    replyTo: request.replyTo,
    arrivedAt: request.arrivedAt,
  };
}
