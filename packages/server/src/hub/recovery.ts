import { encodeJoined, LIMITS, type Position, type Ref } from '@hubbub/protocol';
import type { EventSink } from '../events.ts';
import { type Store, type StoredMessage, StoreUnavailable } from '../store/store.ts';
import type { Clock } from '../util/clock.ts';
import { frameText } from './framing.ts';
import type { Membership } from './membership.ts';
import type { Room } from './room.ts';
import { frameStored } from './stored-form.ts';

/** How a member comes to the head: frames to send first, then the sequence after `afterSeq`. */
interface Plan {
  readonly recovered: boolean;
  readonly first: Uint8Array[];
  readonly afterSeq: number;
  /** The epoch of `afterSeq`. */
  readonly epoch: string;
}

export interface RecoveryDeps {
  readonly store: Store;
  readonly clock: Clock;
  readonly events: EventSink;
  readonly onBug: (error: unknown) => void;
}

/** While more than this waits for the socket, a replay pauses. */
const REPLAY_BACKLOG_BYTES = 64 * 1024;
const PAGE = 256;
const STORE_RETRY_MS = 500;
/** Joins that wait for the end of a replay. */
const MAX_UNANSWERED = 8;
/** Reads of history that the ring may outrun before it is shown as it is. */
const MAX_HISTORY_READS = 3;

/** Joins, resumes and replays: what a member gets before it is live, read from ring and store, never queued. */
export class Recovery {
  readonly #deps: RecoveryDeps;

  constructor(deps: RecoveryDeps) {
    this.#deps = deps;
  }

  /**
   * Answers a join with `joined` and starts its replay. Asynchronous only when the store must be read.
   * Rejects with StoreUnavailable when a resume cannot be decided: then nothing was said.
   */
  start(membership: Membership, since: Position | undefined, history: number, ref: Ref | undefined): Promise<void> | undefined {
    const { room } = membership;
    const plan = since === undefined ? historyInRing(room, history) : resumeInRing(room, since);
    if (plan === undefined) return this.#startFromStore(membership, since, history, ref);
    if (since !== undefined && !plan.recovered) return this.#startAfresh(membership, history, ref);
    this.#begin(membership, plan, ref, since !== undefined);
    return undefined;
  }

  /**
   * Answers a join of a member without a position. `joined.seq` counts at once where nothing is replayed, so everything up to
   * it must have been sent before: what waits for the turn's end goes now, and during a replay the answer waits for its end.
   * False: too many wait already.
   */
  confirm(membership: Membership, ref: Ref | undefined): boolean {
    if (!membership.isBehind) {
      membership.room.flush();
      sayJoined(membership, true, 0, ref);
      return true;
    }
    membership.unanswered ??= [];
    return membership.unanswered.length < MAX_UNANSWERED && membership.unanswered.push(ref) > 0;
  }

  /** Sends a member what comes next until it has caught up or its socket has enough. */
  readonly pump = (membership: Membership): void => {
    const { room, subscriber } = membership;
    for (;;) {
      const progress = membership.progress;
      if (progress.kind !== 'behind' || progress.isReading) return;
      if (subscriber.backlog > REPLAY_BACKLOG_BYTES) return subscriber.whenWritable(() => this.pump(membership));
      const next = progress.first.pop();
      if (next !== undefined) {
        subscriber.send(next);
        continue;
      }
      const entry = room.ring.at(progress.afterSeq + 1);
      if (entry !== undefined) {
        subscriber.send(entry.frame);
        progress.afterSeq = entry.seq;
        progress.epoch = room.epoch;
      } else if (progress.afterSeq >= room.seq) {
        return this.#arrive(membership);
      } else {
        this.#readPage(membership, progress.afterSeq).catch(this.#deps.onBug);
      }
    }
  };

  /** Tells a member that its position is void and shows it the latest messages. */
  reset(membership: Membership, history: number): void {
    const fresh = this.#startAfresh(membership, history, undefined);
    if (fresh !== undefined) fresh.catch(this.#deps.onBug);
  }

  /** The member is at the head: it becomes live, and hears what it asked meanwhile. */
  #arrive(membership: Membership): void {
    membership.setLive();
    membership.room.addLive(membership);
    const unanswered = membership.unanswered;
    membership.unanswered = undefined;
    for (const ref of unanswered ?? []) sayJoined(membership, true, 0, ref);
  }

  #startAfresh(membership: Membership, history: number, ref: Ref | undefined): Promise<void> | undefined {
    const plan = historyInRing(membership.room, history);
    if (plan === undefined) return this.#startFromStore(membership, undefined, history, ref, true);
    this.#begin(membership, plan, ref, true);
    return undefined;
  }

  async #startFromStore(
    membership: Membership,
    since: Position | undefined,
    history: number,
    ref: Ref | undefined,
    isResume = false,
  ): Promise<void> {
    const { room } = membership;
    if (since === undefined) {
      const page = await this.#latest(room, history);
      return this.#begin(membership, mergeHistory(room, page, history), ref, isResume);
    }
    const through = (room.ring.firstSeq ?? room.seq + 1) - 1;
    const missed = await this.#deps.store.missed(room.id, since, through);
    // What was published meanwhile is in the ring, or was stored and is dense up to the head.
    const isCovered =
      missed.kind === 'covered' &&
      // Within an epoch the store is dense, or it has lost something.
      (since.epoch !== room.epoch || missed.count === through - since.seq) &&
      missed.count + (room.seq - through) <= LIMITS.replayMessages &&
      missed.bytes + room.ring.bytesAfter(through) <= LIMITS.replayBytes;
    if (!isCovered) return this.#startAfresh(membership, history, ref);
    const plan = { recovered: true, first: [], afterSeq: since.seq, epoch: since.epoch };
    this.#begin(membership, plan, ref, true, missed.count + (room.seq - through));
  }

  /** The newest stored messages, down from where the ring begins; none when the store is away, since chat goes on without its past. */
  async #latest(room: Room, limit: number): Promise<readonly StoredMessage[]> {
    try {
      for (let reads = 1; ; reads++) {
        const through = room.storedSeq;
        const { messages } = await this.#deps.store.roomMessages(room.id, { limit });
        // While the store was read the ring may have given up what was stored meanwhile.
        const isJoined = (room.ring.firstSeq ?? room.seq + 1) <= through + 1;
        if (isJoined || reads === MAX_HISTORY_READS) return messages;
      }
    } catch (error) {
      if (error instanceof StoreUnavailable) return [];
      throw error;
    }
  }

  #begin(membership: Membership, plan: Plan, ref: Ref | undefined, isResume: boolean, replay?: number): void {
    const { room, subscriber } = membership;
    if (!subscriber.isOpen || !membership.isEntered) return;
    if (membership.progress.kind === 'live') room.removeLive(membership);
    const replayed = replay ?? plan.first.length + (room.seq - plan.afterSeq);
    if (isResume) this.#deps.events.resumed(plan.recovered, replayed);
    sayJoined(membership, plan.recovered, replayed, ref);
    // Taken from the end, so that sending does not shift.
    membership.progress = { kind: 'behind', first: plan.first.reverse(), afterSeq: plan.afterSeq, epoch: plan.epoch, isReading: false };
    this.pump(membership);
  }

  async #readPage(membership: Membership, afterSeq: number): Promise<void> {
    const { room } = membership;
    const progress = membership.progress;
    if (progress.kind !== 'behind') return;
    progress.isReading = true;
    const through = (room.ring.firstSeq ?? room.seq + 1) - 1;
    let rows: readonly StoredMessage[];
    try {
      rows = await this.#deps.store.sequencedAfter(room.id, afterSeq, through, PAGE);
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) throw error;
      this.#deps.clock.after(STORE_RETRY_MS, () => {
        progress.isReading = false;
        this.pump(membership);
      });
      return;
    }
    if (membership.progress !== progress) return;
    progress.isReading = false;
    if (hasHole(rows, { epoch: progress.epoch, seq: afterSeq }, { epoch: room.epoch, seq: through }))
      return this.reset(membership, membership.subscriber.history);
    for (let i = rows.length - 1; i >= 0; i--) {
      const row = rows[i];
      if (row !== undefined) progress.first.push(frameStored(row));
    }
    const last = rows.length < PAGE ? undefined : rows.at(-1)?.position;
    progress.afterSeq = last?.seq ?? through;
    progress.epoch = last?.epoch ?? room.epoch;
    this.pump(membership);
  }
}

function sayJoined({ room, subscriber }: Membership, recovered: boolean, replay: number, ref: Ref | undefined): void {
  const { epoch, seq } = room;
  subscriber.send(frameText(encodeJoined({ roomId: room.id, epoch, seq, recovered, replay, ref })));
}

/** The whole missed part is in the ring, or certainly lost; undefined: ask the store. */
function resumeInRing(room: Room, since: Position): Plan | undefined {
  if (since.epoch !== room.epoch) return undefined;
  const count = room.seq - since.seq;
  const isImpossible = count < 0 || count > LIMITS.replayMessages;
  if (isImpossible) return { recovered: false, first: [], afterSeq: room.seq, epoch: room.epoch };
  const first = room.ring.firstSeq;
  if (count > 0 && (first === undefined || first > since.seq + 1)) return undefined;
  if (room.ring.bytesAfter(since.seq) > LIMITS.replayBytes) return { recovered: false, first: [], afterSeq: room.seq, epoch: room.epoch };
  return { recovered: true, first: [], afterSeq: since.seq, epoch: since.epoch };
}

/** The newest messages, when the ring certainly holds them; undefined: ask the store. */
function historyInRing(room: Room, limit: number): Plan | undefined {
  const plan = (first: Uint8Array[]): Plan => ({ recovered: false, first, afterSeq: room.seq, epoch: room.epoch });
  if (limit === 0) return plan([]);
  const newest = room.ring.newest(limit);
  const oldest = newest[0];
  const isFull = oldest !== undefined && newest.length === limit && oldest.timestamp > room.importedThrough;
  const isAll = room.isWholeInRing && room.importedThrough === 0;
  return isFull || isAll ? plan(newest.map((entry) => entry.frame)) : undefined;
}

/** The newest messages of store and ring together, in time order: the ring has what is not stored yet. */
function mergeHistory(room: Room, page: readonly StoredMessage[], limit: number): Plan {
  const ids = new Set(page.map((message) => message.messageId));
  const entries = page.map((message) => ({ timestamp: message.timestamp, seq: message.position?.seq ?? 0, frame: frameStored(message) }));
  for (const entry of room.ring.newest(limit)) if (!ids.has(entry.messageId)) entries.push(entry);
  entries.sort((a, b) => a.timestamp - b.timestamp || a.seq - b.seq);
  return { recovered: false, first: entries.slice(-limit).map((entry) => entry.frame), afterSeq: room.seq, epoch: room.epoch };
}

/** True when the store does not have what it must have: no epoch has holes, and the present one reaches to the ring. */
function hasHole(rows: readonly StoredMessage[], after: Position, through: Position): boolean {
  let last = after;
  for (const { position } of rows) {
    if (position === undefined || (position.epoch === last.epoch && position.seq !== last.seq + 1)) return true;
    last = position;
  }
  return rows.length < PAGE && last.epoch === through.epoch && last.seq !== through.seq;
}
