import { LIMITS, type Position } from '@hubbub/protocol';
import { comparePlaces, type Place } from './cursor.ts';
import { replayBytes } from './replay-size.ts';
import type { AppendResult, Missed, StoredMessage } from './store.ts';

export interface Entry {
  readonly place: Place;
  readonly message: StoredMessage;
}

export interface EpochRecord {
  readonly epoch: string;
  readonly firstSeq: number;
  readonly generation: number;
  lastSeq: number;
}

/** One room of the memory store. */
export class MemoryRoom {
  /** Messages of the history, chronological. */
  readonly entries: Entry[] = [];
  /** Everything that holds a `seq`, ascending; repeats included. */
  readonly sequenced: StoredMessage[] = [];
  readonly epochs: EpochRecord[] = [];
  readonly noticeIds = new Set<string>();
  importedThrough = 0;
  readonly #byId = new Map<string, Entry>();

  find(messageId: string): StoredMessage | undefined {
    return this.#byId.get(messageId)?.message;
  }

  /** Undefined: it was there already, at the same position. */
  append(message: StoredMessage, position: Position, row: number): { readonly result: AppendResult; readonly entry: Entry | undefined } {
    const first = this.#byId.get(message.messageId)?.message;
    if (first !== undefined && isSame(first.position, position)) return { result: { kind: 'inserted' }, entry: undefined };
    this.#sequence(message, position);
    if (first !== undefined) return { result: { kind: 'repeat', first }, entry: undefined };
    return { result: { kind: 'inserted' }, entry: this.#list(message, row) };
  }

  importMessage(message: StoredMessage, row: number): Entry | undefined {
    if (this.#byId.has(message.messageId)) return undefined;
    this.importedThrough = Math.max(this.importedThrough, message.timestamp);
    return this.#list(message, row);
  }

  missed(since: Position, throughSeq: number): Missed {
    const epoch = this.epochs.findLast((each) => each.epoch === since.epoch);
    if (epoch === undefined) return { kind: 'unknown' };
    // A replay that crossed epochs may have been cut off before its client reached the epoch that it was told.
    const holder = this.epochs.findLast((each) => each.firstSeq <= epoch.firstSeq && each.firstSeq <= since.seq + 1);
    if (holder !== undefined && since.seq > holder.lastSeq) return { kind: 'unknown' };
    let [count, bytes] = [0, 0];
    for (const message of this.after(since.seq, throughSeq)) {
      count += 1;
      bytes += replayBytes(message);
      if (count > LIMITS.replayMessages || bytes > LIMITS.replayBytes) break;
    }
    return { kind: 'covered', count, bytes };
  }

  *after(afterSeq: number, throughSeq: number): Generator<StoredMessage> {
    for (let i = lowerBound(this.sequenced, (each) => seqOf(each) > afterSeq); i < this.sequenced.length; i += 1) {
      const message = this.sequenced[i];
      if (message === undefined || seqOf(message) > throughSeq) return;
      yield message;
    }
  }

  #sequence(message: StoredMessage, position: Position): void {
    const at = lowerBound(this.sequenced, (each) => seqOf(each) >= position.seq);
    const present = this.sequenced[at];
    if (present !== undefined && seqOf(present) === position.seq) return;
    this.sequenced.splice(at, 0, message);
    const epoch = this.epochs.findLast((each) => each.epoch === position.epoch);
    if (epoch !== undefined) epoch.lastSeq = Math.max(epoch.lastSeq, position.seq);
  }

  #list(message: StoredMessage, row: number): Entry {
    const entry = { message, place: { timestamp: message.timestamp, seq: message.position?.seq ?? 0, row } };
    this.#byId.set(message.messageId, entry);
    insertEntry(this.entries, entry);
    return entry;
  }
}

export function insertEntry(entries: Entry[], entry: Entry): void {
  entries.splice(
    lowerBound(entries, (each) => comparePlaces(each.place, entry.place) > 0),
    0,
    entry,
  );
}

/** The first index for which `isBeyond` holds; it holds for all after it. Looks at the end first: most rows are the newest. */
export function lowerBound<T>(sorted: readonly T[], isBeyond: (each: T) => boolean): number {
  let [low, high] = [0, sorted.length];
  const last = sorted[high - 1];
  if (last !== undefined && !isBeyond(last)) return high;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBeyond(sorted[middle] as T)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function seqOf(message: StoredMessage): number {
  return message.position?.seq ?? 0;
}

function isSame(a: Position | undefined, b: Position): boolean {
  return a !== undefined && a.epoch === b.epoch && a.seq === b.seq;
}
