import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { LIMITS } from '@hubbub/protocol';
import { cursorsAround, decodeName, decodePlace, encodeName, type Listing, type Place } from '../cursor.ts';
import { FRAME_OVERHEAD_BYTES } from '../replay-size.ts';
import type { Cursor, MinuteActivity, Missed, PageQuery, RoomPage, RoomRecord, StoreTotals } from '../store.ts';
import { type FlatRows, uuidText } from './rows.ts';
import { type Columns, many, one, prepareReads } from './statements.ts';

type FlatPage = { readonly rows: FlatRows; readonly before: Cursor | undefined; readonly after: Cursor | undefined };

interface Epoch {
  readonly epoch: string;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly lastTime: number;
  readonly isOfThisRun: boolean;
  /** What could be sent and unstored in the run that opened it. */
  readonly bound: number;
}

const FARTHEST: Place = { timestamp: Number.MAX_SAFE_INTEGER, seq: Number.MAX_SAFE_INTEGER, row: Number.MAX_SAFE_INTEGER };

/** All reads, in the reader's thread. Arguments and results are what may cross threads. */
export class Reader {
  readonly #db: DatabaseSync;
  readonly #sql: ReturnType<typeof prepareReads>;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#sql = prepareReads(db);
  }

  room(roomId: string, options: { readonly idsSince: number; readonly maxIds: number; readonly tail: number }) {
    return this.#atOneInstant(() => {
      const found = one(this.#sql.room, roomId);
      if (found === undefined) return { head: undefined, knownIds: [], knownSince: options.idsSince, tail: [], importedThrough: 0 };
      const [room, importedThrough] = found as [number, number];
      const head = headOf(this.#epochs(room));
      const tail = head === undefined ? [] : this.#tail(room, head.seq, options.tail);
      return { head, ...this.#knownIds(room, importedThrough, options), tail, importedThrough };
    });
  }

  find(roomId: string, messageId: string): FlatRows {
    const room = this.#room(roomId);
    return room === undefined ? [] : flatten(many(this.#sql.find, room, messageId));
  }

  missed(roomId: string, since: { readonly epoch: string; readonly seq: number }, throughSeq: number): Missed {
    return this.#atOneInstant((): Missed => {
      const room = this.#room(roomId);
      if (room === undefined) return { kind: 'unknown' };
      const epochs = this.#epochs(room);
      const index = epochs.findIndex((each) => each.epoch === since.epoch);
      if (index < 0) return { kind: 'unknown' };
      // A replay that crossed epochs may have been cut off before its client reached the epoch that it was told.
      const holder = epochs.slice(0, index + 1).findLast((each) => each.firstSeq <= since.seq + 1);
      if (holder !== undefined && since.seq > holder.lastSeq) return { kind: 'unknown' };
      const range = this.#range(room, since.seq, throughSeq, LIMITS.replayMessages + 1);
      const [count, size] = one(this.#sql.rangeSize, ...range) as [number, number];
      const [repeats, repeatsSize] = one(this.#sql.repeatsSize, ...range) as [number, number];
      return { kind: 'covered', count: count + repeats, bytes: size + repeatsSize + (count + repeats) * FRAME_OVERHEAD_BYTES };
    });
  }

  sequencedAfter(roomId: string, afterSeq: number, throughSeq: number, limit: number): FlatRows {
    return this.#atOneInstant(() => {
      const room = this.#room(roomId);
      return room === undefined ? [] : flatten(this.#sequenced(room, afterSeq, throughSeq, limit));
    });
  }

  roomMessages(roomId: string, query: PageQuery): FlatPage {
    return this.#atOneInstant(() => this.#page('room', this.#room(roomId), query, this.#sql.roomUp, this.#sql.roomDown));
  }

  userMessages(userId: string, query: PageQuery): FlatPage {
    return this.#atOneInstant(() => {
      const user = one(this.#sql.user, userId)?.[0] as number | undefined;
      return this.#page('user', user, query, this.#sql.userUp, this.#sql.userDown);
    });
  }

  rooms(limit: number, after: Cursor | undefined): RoomPage {
    const found = many(this.#sql.rooms, after === undefined ? '' : decodeName(after), limit + 1);
    const rooms = found
      .slice(0, limit)
      .map(([roomId, lastMessageAt]) => ({ roomId: roomId as string, lastMessageAt: lastMessageAt as number }));
    const last = rooms.at(-1);
    return { rooms, next: last !== undefined && found.length > limit ? encodeName(last.roomId) : undefined };
  }

  totals(): StoreTotals {
    return { chatMessages: Number(one(this.#sql.count)?.[0] ?? 0), deletedMessages: 0 };
  }

  activitySince(time: number): readonly MinuteActivity[] {
    return many(this.#sql.activity, time).map(([minute, userId, messages, lastAt]) => ({
      minute: minute as number,
      userId: userId as string,
      messages: messages as number,
      lastAt: lastAt as number,
    }));
  }

  stop(): void {
    this.#db.close();
  }

  #room(roomId: string): number | undefined {
    return one(this.#sql.room, roomId)?.[0] as number | undefined;
  }

  #epochs(room: number): readonly Epoch[] {
    return many(this.#sql.epochs, room).map((columns) => {
      const [epoch, firstSeq, lastSeq, lastTime, isOfThisRun, bound] = columns as [string, number, number, number, number, number];
      return { epoch, firstSeq, lastSeq, lastTime, isOfThisRun: isOfThisRun === 1, bound };
    });
  }

  #knownIds(
    room: number,
    importedThrough: number,
    options: { idsSince: number; maxIds: number },
  ): { readonly knownIds: FlatRows; readonly knownSince: number } {
    const found = many(this.#sql.knownIds, room, options.idsSince, options.maxIds + 1);
    const oldestFirst = found.slice(0, options.maxIds).reverse();
    const knownIds = oldestFirst.flatMap(([id, userId, epoch, seq]) => [uuidText(id), userId, epoch, seq]) as FlatRows;
    const beyondCut = found.length > options.maxIds ? (found.at(-1)?.[4] as number) + 1 : 0;
    // Imported messages have no position to be known by: from their time on the store must be asked.
    const beyondImports = importedThrough >= options.idsSince ? importedThrough + 1 : 0;
    return { knownIds, knownSince: Math.max(options.idsSince, beyondCut, beyondImports) };
  }

  #tail(room: number, headSeq: number, limit: number): FlatRows {
    const rows = this.#sequenced(room, headSeq - limit, headSeq, limit);
    let whole = 0;
    while (whole < rows.length && rows[rows.length - 1 - whole]?.[9] === headSeq - whole) whole += 1;
    return flatten(rows.slice(rows.length - whole));
  }

  #sequenced(room: number, afterSeq: number, throughSeq: number, limit: number): Columns[] {
    const range = this.#range(room, afterSeq, throughSeq, limit);
    const repeats = many(this.#sql.rangeRepeats, ...range);
    const rows = many(this.#sql.range, ...range);
    if (repeats.length === 0) return rows;
    return [...rows, ...repeats].sort((a, b) => (a[9] as number) - (b[9] as number)).slice(0, limit);
  }

  /** Bounds for a statement: within a room time never goes back as `seq` grows, so the marks around say where to look. */
  #range(room: number, afterSeq: number, throughSeq: number, limit: number): [number, number, number, number, number, number] {
    const from = one(this.#sql.markBefore, room, afterSeq + 1)?.[0] ?? Number.MIN_SAFE_INTEGER;
    const to = one(this.#sql.markAfter, room, throughSeq)?.[0] ?? Number.MAX_SAFE_INTEGER;
    // Never below 0, which is what imported rows have.
    return [room, from as number, to as number, Math.max(0, afterSeq), throughSeq, limit];
  }

  #page(listing: Listing, key: number | undefined, query: PageQuery, up: StatementSync, down: StatementSync): FlatPage {
    const before = query.before === undefined ? undefined : decodePlace(listing, query.before);
    const after = query.after === undefined ? undefined : decodePlace(listing, query.after);
    if (key === undefined) return { rows: [], before: undefined, after: undefined };
    const read = (statement: StatementSync, { timestamp, seq, row }: Place, limit: number) =>
      many(statement, key, timestamp, seq, row, limit);
    const isUp = after !== undefined;
    const found = read(isUp ? up : down, after ?? before ?? FARTHEST, query.limit + 1);
    const rows = found.slice(0, query.limit);
    if (!isUp) rows.reverse();
    const [first, last] = [placeOf(listing, rows[0]), placeOf(listing, rows.at(-1))];
    // Nothing found: the entry that was asked from is the neighbour, one row back.
    const nearest = isUp ? (first ?? { ...after, row: after.row + 1 }) : (last ?? (before && { ...before, row: before.row - 1 }));
    const isOther = nearest !== undefined && (isUp || before !== undefined) && read(isUp ? down : up, nearest, 1).length > 0;
    const isMore = found.length > query.limit;
    const ends = { first, last, hasOlder: isUp ? isOther : isMore, hasNewer: isUp ? isMore : isOther };
    return { rows: flatten(rows), ...cursorsAround(listing, { before, after }, ends) };
  }

  #atOneInstant<T>(run: () => T): T {
    this.#db.exec('begin');
    try {
      return run();
    } finally {
      this.#db.exec('commit');
    }
  }
}

function headOf(epochs: readonly Epoch[]): RoomRecord['head'] {
  const last = epochs.at(-1);
  if (last === undefined) return undefined;
  const highest = (of: (epoch: Epoch) => number) => epochs.reduce((most, each) => Math.max(most, of(each)), 0);
  const floor = last.isOfThisRun ? highest((each) => each.lastSeq) : highest((each) => each.lastSeq + (each.isOfThisRun ? 0 : each.bound));
  return {
    epoch: last.epoch,
    seq: last.lastSeq,
    timestamp: highest((each) => each.lastTime),
    isContinued: last.isOfThisRun,
    seqFloor: floor,
  };
}

function placeOf(listing: Listing, row: Columns | undefined): Place | undefined {
  if (row === undefined) return undefined;
  return { timestamp: row[6] as number, seq: listing === 'room' ? (row[9] as number) : 0, row: row[10] as number };
}

function flatten(rows: readonly Columns[]): FlatRows {
  const flat: (string | number)[] = [];
  for (const [room, id, type, user, username, content, time, replyTo, epoch, seq] of rows as (string | number)[][])
    flat.push(
      room ?? '',
      uuidText(id),
      type ?? 0,
      user ?? '',
      username ?? '',
      content ?? '',
      time ?? 0,
      uuidText(replyTo),
      epoch ?? '',
      seq ?? 0,
    );
  return flat;
}
