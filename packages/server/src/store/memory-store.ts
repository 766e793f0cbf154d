import type { Position } from '@hubbub/protocol';
import { comparePlaces, cursorsAround, decodeName, decodePlace, encodeName, type Listing } from './cursor.ts';
import { type Entry, insertEntry, lowerBound, MemoryRoom } from './memory-room.ts';
import {
  type AppendResult,
  type Cursor,
  MAX_UNSTORED,
  type MessagePage,
  type MinuteActivity,
  type Missed,
  type PageQuery,
  type RoomPage,
  type RoomRecord,
  type Store,
  type StoredMessage,
  type StoredNotice,
  StoreUnavailable,
} from './store.ts';

/** What outlives a memory store when it is closed: give it to the next one, as a restart gives a file to the next process. */
export class MemoryContents {
  readonly rooms = new Map<string, MemoryRoom>();
  readonly users = new Map<string, Entry[]>();
  rows = 0;
  chatMessages = 0;
  generation = 1;
  isClean = true;
}

/** Everything in this process, gone with it: for tests and trials. */
export class MemoryStore implements Store {
  readonly kind = 'memory';
  readonly #contents: MemoryContents;
  readonly #onInserted: (events: readonly (StoredMessage | StoredNotice)[]) => void;
  #isOpen = true;

  /** `onInserted` is told what was inserted, in the order of the log; it must not throw. */
  constructor(contents = new MemoryContents(), onInserted: (events: readonly (StoredMessage | StoredNotice)[]) => void = () => {}) {
    this.#contents = contents;
    this.#onInserted = onInserted;
    if (!contents.isClean) contents.generation += 1;
    contents.isClean = false;
  }

  async append(batch: readonly StoredMessage[]): Promise<readonly AppendResult[]> {
    this.#check();
    const positions = batch.map((message) => this.#positionOf(message));
    const inserted: StoredMessage[] = [];
    const results = batch.map((message, i) => {
      const { result, entry } = this.#room(message.roomId).append(message, positions[i] as Position, this.#contents.rows + 1);
      if (entry === undefined) return result;
      this.#count(entry);
      inserted.push(message);
      return result;
    });
    this.#onInserted(inserted);
    return results;
  }

  async importEvents(batch: readonly (StoredMessage | StoredNotice)[]): Promise<readonly boolean[]> {
    this.#check();
    const isNew = batch.map((event) => (isNotice(event) ? this.#importNotice(event) : this.#importMessage(event)));
    this.#onInserted(batch.filter((_, at) => isNew[at]));
    return isNew;
  }

  async room(roomId: string, options: { idsSince: number; maxIds: number; tail: number }): Promise<RoomRecord> {
    this.#check();
    const room = this.#contents.rooms.get(roomId);
    if (room === undefined) return { head: undefined, knownIds: [], knownSince: options.idsSince, tail: [], importedThrough: 0 };
    const { importedThrough } = room;
    return { head: this.#head(room), ...knownIds(room, options), tail: tailOf(room, options.tail), importedThrough };
  }

  async openEpoch(roomId: string, epoch: string, firstSeq: number): Promise<void> {
    this.#check();
    const { epochs } = this.#room(roomId);
    if (epochs.some((each) => each.epoch === epoch)) return;
    epochs.push({ epoch, firstSeq, generation: this.#contents.generation, lastSeq: firstSeq - 1 });
  }

  async find(roomId: string, messageId: string): Promise<StoredMessage | undefined> {
    this.#check();
    return this.#contents.rooms.get(roomId)?.find(messageId);
  }

  async missed(roomId: string, since: Position, throughSeq: number): Promise<Missed> {
    this.#check();
    return this.#contents.rooms.get(roomId)?.missed(since, throughSeq) ?? { kind: 'unknown' };
  }

  async sequencedAfter(roomId: string, afterSeq: number, throughSeq: number, limit: number): Promise<readonly StoredMessage[]> {
    this.#check();
    return [...(this.#contents.rooms.get(roomId)?.after(afterSeq, throughSeq) ?? [])].slice(0, limit);
  }

  async roomMessages(roomId: string, query: PageQuery): Promise<MessagePage> {
    this.#check();
    return pageOf('room', this.#contents.rooms.get(roomId)?.entries ?? [], query);
  }

  async userMessages(userId: string, query: PageQuery): Promise<MessagePage> {
    this.#check();
    return pageOf('user', this.#contents.users.get(userId) ?? [], query);
  }

  async rooms(limit: number, after: Cursor | undefined): Promise<RoomPage> {
    this.#check();
    const start = after === undefined ? undefined : decodeName(after);
    const named = [...this.#contents.rooms].filter(([name, room]) => room.entries.length > 0 && (start === undefined || name > start));
    const sorted = named.sort(([a], [b]) => (a < b ? -1 : 1)).slice(0, limit);
    const rooms = sorted.map(([roomId, room]) => ({ roomId, lastMessageAt: room.entries.at(-1)?.message.timestamp ?? 0 }));
    const last = rooms.at(-1);
    return { rooms, next: last !== undefined && named.length > rooms.length ? encodeName(last.roomId) : undefined };
  }

  async totals(): Promise<{ chatMessages: number; deletedMessages: number }> {
    this.#check();
    return { chatMessages: this.#contents.chatMessages, deletedMessages: 0 };
  }

  async activitySince(time: number): Promise<readonly MinuteActivity[]> {
    this.#check();
    const activity: MinuteActivity[] = [];
    for (const [userId, entries] of this.#contents.users) {
      const minutes = new Map<number, MinuteActivity>();
      for (const { message } of entries) {
        if (message.type !== 'chat' || message.timestamp < time) continue;
        const minute = Math.floor(message.timestamp / 60_000) * 60_000;
        minutes.set(minute, { minute, userId, messages: (minutes.get(minute)?.messages ?? 0) + 1, lastAt: message.timestamp });
      }
      activity.push(...minutes.values());
    }
    return activity;
  }

  async close(isClean: boolean): Promise<void> {
    this.#isOpen = false;
    this.#contents.isClean = isClean;
  }

  #check(): void {
    if (!this.#isOpen) throw new StoreUnavailable('the store is closed');
  }

  #room(roomId: string): MemoryRoom {
    const room = this.#contents.rooms.get(roomId) ?? new MemoryRoom();
    this.#contents.rooms.set(roomId, room);
    return room;
  }

  #positionOf(message: StoredMessage): Position {
    const { position, roomId } = message;
    if (position === undefined) throw new TypeError(`message ${message.messageId} has no position`);
    if (!this.#contents.rooms.get(roomId)?.epochs.some((each) => each.epoch === position.epoch))
      throw new TypeError(`epoch ${position.epoch} was never opened in ${roomId}`);
    return position;
  }

  #importMessage(message: StoredMessage): boolean {
    const entry = this.#room(message.roomId).importMessage({ ...message, position: undefined }, this.#contents.rows + 1);
    if (entry !== undefined) this.#count(entry);
    return entry !== undefined;
  }

  #importNotice(notice: StoredNotice): boolean {
    const { noticeIds } = this.#room(notice.roomId);
    if (noticeIds.has(notice.messageId)) return false;
    noticeIds.add(notice.messageId);
    return true;
  }

  #count(entry: Entry): void {
    this.#contents.rows = entry.place.row;
    if (entry.message.type === 'chat') this.#contents.chatMessages += 1;
    const entries = this.#contents.users.get(entry.message.userId) ?? [];
    this.#contents.users.set(entry.message.userId, entries);
    insertEntry(entries, { ...entry, place: { ...entry.place, seq: 0 } });
  }

  #head(room: MemoryRoom): RoomRecord['head'] {
    const epoch = room.epochs.at(-1);
    if (epoch === undefined) return undefined;
    const isContinued = epoch.generation === this.#contents.generation;
    const floor = Math.max(epoch.lastSeq, room.sequenced.at(-1)?.position?.seq ?? 0);
    const timestamp = room.sequenced.reduce((highest, each) => Math.max(highest, each.timestamp), 0);
    return { epoch: epoch.epoch, seq: epoch.lastSeq, timestamp, isContinued, seqFloor: isContinued ? floor : floor + MAX_UNSTORED };
  }
}

function isNotice(event: StoredMessage | StoredNotice): event is StoredNotice {
  return event.type === 'join' || event.type === 'leave';
}

function knownIds(room: MemoryRoom, options: { idsSince: number; maxIds: number }): Pick<RoomRecord, 'knownIds' | 'knownSince'> {
  const recent = room.entries.filter(({ message }) => message.timestamp >= options.idsSince && message.position !== undefined);
  const cut = Math.max(0, recent.length - options.maxIds);
  const knownIds = recent.slice(cut).map(({ message: { messageId, userId, position } }) => ({
    messageId,
    userId,
    epoch: position?.epoch ?? '',
    seq: position?.seq ?? 0,
  }));
  const beyondCut = cut === 0 ? 0 : (recent[cut - 1]?.message.timestamp ?? 0) + 1;
  // Imported messages have no position to be known by: from their time on the store must be asked.
  const beyondImports = room.importedThrough >= options.idsSince ? room.importedThrough + 1 : 0;
  return { knownIds, knownSince: Math.max(options.idsSince, beyondCut, beyondImports) };
}

function tailOf(room: MemoryRoom, limit: number): readonly StoredMessage[] {
  const tail: StoredMessage[] = [];
  let expected = room.epochs.at(-1)?.lastSeq ?? 0;
  for (let i = room.sequenced.length - 1; i >= 0 && tail.length < limit; i -= 1) {
    const message = room.sequenced[i];
    if (message?.position?.seq !== expected) break;
    tail.push(message);
    expected -= 1;
  }
  return tail.reverse();
}

function pageOf(listing: Listing, entries: readonly Entry[], query: PageQuery): MessagePage {
  const before = query.before === undefined ? undefined : decodePlace(listing, query.before);
  const after = query.after === undefined ? undefined : decodePlace(listing, query.after);
  const end = before === undefined ? entries.length : lowerBound(entries, (each) => comparePlaces(each.place, before) >= 0);
  const start = after === undefined ? Math.max(0, end - query.limit) : lowerBound(entries, (each) => comparePlaces(each.place, after) > 0);
  const stop = after === undefined ? end : Math.min(entries.length, start + query.limit);
  const page = entries.slice(start, stop);
  const bounds = { first: page[0]?.place, last: page.at(-1)?.place, hasOlder: start > 0, hasNewer: stop < entries.length };
  return { messages: page.map((each) => each.message), ...cursorsAround(listing, { before, after }, bounds) };
}
