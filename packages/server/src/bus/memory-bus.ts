import { LIMITS, type Position } from '@hubbub/protocol';
import type { Clock } from '../util/clock.ts';
import type { AppendOutcome, Bus, BusListener, Draft, KnownId, Publication, RoomSeed } from './bus.ts';
import { KnownIds } from './known-ids.ts';

interface Sequence {
  readonly epoch: string;
  seq: number;
  timestamp: number;
  readonly ids: KnownIds;
}

/** Ids remembered over all rooms, about 150 bytes each; above it the oldest are left to the store's look-up. */
const MAX_KNOWN_IDS = 1_000_000;

/** Order within one process. Appending is synchronous: listener first, then the outcome. */
export class MemoryBus implements Bus {
  readonly #clock: Clock;
  readonly #maxKnownIds: number;
  readonly #sequences = new Map<string, Sequence>();
  #listener: BusListener | undefined;
  #knownIds = 0;

  constructor(clock: Clock, maxKnownIds: number = MAX_KNOWN_IDS) {
    this.#clock = clock;
    this.#maxKnownIds = maxKnownIds;
  }

  listen(listener: BusListener): void {
    this.#listener = listener;
  }

  async open(roomId: string, seed: RoomSeed): Promise<Position> {
    const ids = new KnownIds(LIMITS.idMemoryMs, this.#clock.now(), seed.knownIds, seed.knownSince);
    this.#knownIds += ids.size;
    this.#sequences.set(roomId, { epoch: seed.epoch, seq: seed.seq, timestamp: seed.timestamp, ids });
    return { epoch: seed.epoch, seq: seed.seq };
  }

  close(roomId: string): void {
    this.#knownIds -= this.#sequences.get(roomId)?.ids.size ?? 0;
    this.#sequences.delete(roomId);
  }

  append(draft: Draft, settle: (outcome: AppendOutcome) => void): void {
    const sequence = this.#sequences.get(draft.roomId);
    if (sequence === undefined || this.#listener === undefined) throw new Error(`append to a room that is not open: ${draft.roomId}`);
    if (draft.isClientId) {
      const known = sequence.ids.get(draft.messageId);
      if (known !== undefined) return settle(known.userId === draft.userId ? { kind: 'repeat', known } : { kind: 'taken' });
    }
    const publication = this.#order(sequence, draft);
    this.#listener.onPublication(publication);
    settle({ kind: 'accepted', publication });
  }

  knownSince(roomId: string): number {
    return this.#sequences.get(roomId)?.ids.knownSince ?? Number.POSITIVE_INFINITY;
  }

  isAvailable(): boolean {
    return true;
  }

  async stop(): Promise<void> {
    this.#sequences.clear();
  }

  #order(sequence: Sequence, draft: Draft): Publication {
    sequence.seq += 1;
    const now = this.#clock.now();
    // A clock that jumps back is held at the last value, so that text order stays time order.
    if (now > sequence.timestamp) sequence.timestamp = now;
    if (draft.isClientId) {
      this.#remember(sequence, { messageId: draft.messageId, userId: draft.userId, epoch: sequence.epoch, seq: sequence.seq }, now);
    }
    return { draft, epoch: sequence.epoch, seq: sequence.seq, timestamp: sequence.timestamp };
  }

  #remember(sequence: Sequence, id: KnownId, now: number): void {
    this.#knownIds += sequence.ids.add(id, now);
    if (this.#knownIds <= this.#maxKnownIds) return;
    // Rare: every room gives up its older half; knownSince says so, and repeats from before it are looked up.
    for (const other of this.#sequences.values()) this.#knownIds += other.ids.forgetOlder(now);
  }
}
