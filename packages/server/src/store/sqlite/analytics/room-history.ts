import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { BucketCount, NameUse, RoomHistory } from '../../../analytics/derive/history.ts';
import type { Order } from '../../../analytics/derive/order.ts';
import type { MessageFact } from '../../../analytics/engine/ports.ts';
import { type Columns, many, one, preparer } from '../statements.ts';
import type { UserIds } from '../user-ids.ts';
import { type Counted, countedIn, countedUpTo } from './counted.ts';

/** Of a row `m`, in the order of `factOf`. */
export const FACT_COLUMNS =
  'm.room, m.user, m.username, m.content, m.t, m.seq, m.row, hex(m.id), iif(m.reply_to is null, null, hex(m.reply_to))';

/** Ids as 32 hexadecimal digits: two of them are equal where the UUIDs are. */
export function factOf([room, user, username, content, t, seq, row, id, replyTo]: Columns, users: UserIds): MessageFact {
  return {
    room: room as number,
    user: user as number,
    userId: users.of(user as number),
    username: username as string,
    content: content as string,
    t: t as number,
    seq: seq as number,
    row: row as number,
    id: id as string,
    replyTo: replyTo === null ? undefined : (replyTo as string),
  };
}

const AFTER = '(?2, ?3, ?4)';
const BEFORE = '(?5, ?6, ?7)';
/** AFTER < place < BEFORE, of rows up to ?8. The table is sought by the whole place: of one time there may be very many. */
const IN_ROOM = `from messages_by_room k cross join messages m on m.row = k.row where k.room = ?1
  and (k.t, k.seq, k.row) > ${AFTER} and (k.t, k.seq, k.row) < ${BEFORE} and k.row <= ?8 and m.type = 0`;
/** The same of a user's, which are sought by time. */
const OF_USER = `from messages_by_user k cross join messages m on m.row = k.row where k.user = ?1 and m.room = ?10
  and k.t >= ?2 and k.t <= ?5 and (k.t, m.seq, k.row) > ${AFTER} and (k.t, m.seq, k.row) < ${BEFORE} and k.row <= ?8 and m.type = 0`;
export const BUCKET_MS = 10_000;
/** Division that rounds down, before 1970 too. */
const BUCKET = `(k.t - ((k.t % ${BUCKET_MS}) + ${BUCKET_MS}) % ${BUCKET_MS}) / ${BUCKET_MS}`;

/** The chat messages of a file that are counted. */
export class SqliteRoomHistory implements RoomHistory {
  counted: Counted = countedUpTo(0);
  readonly #users: UserIds;
  readonly #messages: StatementSync;
  readonly #messagesOf: StatementSync;
  readonly #messagesBackOf: StatementSync;
  readonly #names: StatementSync;
  readonly #lastTime: StatementSync;
  readonly #counts: StatementSync;
  readonly #first: StatementSync;
  readonly #firstInRoom: StatementSync;

  constructor(db: DatabaseSync, users: UserIds) {
    this.#users = users;
    const prepare = preparer(db);
    this.#messages = prepare(`select ${FACT_COLUMNS} ${IN_ROOM} order by k.t, k.seq, k.row limit ?9`);
    this.#messagesOf = prepare(`select ${FACT_COLUMNS} ${OF_USER} order by k.t, m.seq, k.row limit ?9`);
    this.#messagesBackOf = prepare(`select ${FACT_COLUMNS} ${OF_USER} order by k.t desc, m.seq desc, k.row desc limit ?9`);
    this.#names = prepare(`select m.user, m.username, max(k.t) ${IN_ROOM} group by m.user, m.username`);
    this.#lastTime = prepare(`select k.t ${IN_ROOM} order by k.t desc, k.seq desc, k.row desc limit 1`);
    this.#counts = prepare(
      `select ${BUCKET}, count(*) from messages_by_room k cross join messages m on m.row = k.row
       where k.room = ?1 and k.t >= ?2 and k.t < ?3 and k.row <= ?4 and m.type = 0 group by 1 order by 1`,
    );
    const first = 'select k.t from messages_by_user k cross join messages m on m.row = k.row where k.user = ?1 and m.type = 0';
    this.#first = prepare(`${first} and (k.row <= ?2 or k.row <= ?3 and (m.room, k.row) <= (?4, ?5)) order by k.t limit 1`);
    this.#firstInRoom = prepare(`${first} and k.row <= ?2 and m.room = ?3 order by k.t limit 1`);
  }

  messages(room: number, after: Order, before: Order, limit: number): readonly MessageFact[] {
    return this.#facts(many(this.#messages, ...this.#range(room, after, before), limit));
  }

  messagesOf(room: number, user: number, after: Order, before: Order, limit: number): readonly MessageFact[] {
    return this.#facts(many(this.#messagesOf, ...this.#range(user, after, before, room), limit, room));
  }

  messagesBackOf(room: number, user: number, after: Order, before: Order, limit: number): readonly MessageFact[] {
    return this.#facts(many(this.#messagesBackOf, ...this.#range(user, after, before, room), limit, room));
  }

  names(room: number, after: Order, before: Order): readonly NameUse[] {
    const found = many(this.#names, ...this.#range(room, after, before)) as [number, string, number][];
    return found.map(([user, username, t]) => ({ user, userId: this.#users.of(user), username, t }));
  }

  lastTime(room: number, before: Order): number | undefined {
    return one(this.#lastTime, ...this.#range(room, EARLIEST, before))?.[0] as number | undefined;
  }

  counts(room: number, fromBucket: number, toBucket: number): readonly BucketCount[] {
    const found = many(this.#counts, room, whole(fromBucket * BUCKET_MS), whole(toBucket * BUCKET_MS), countedIn(this.counted, room)) as [
      number,
      number,
    ][];
    return found.map(([bucket, count]) => ({ bucket, count }));
  }

  /** The time of the user's first message in a room, or anywhere. */
  firstTime(user: number, room: number | undefined): number | undefined {
    if (room !== undefined) return one(this.#firstInRoom, user, countedIn(this.counted, room), room)?.[0] as number | undefined;
    const { through, ahead, room: lastRoom, row } = this.counted;
    return one(this.#first, user, through, ahead, lastRoom, row)?.[0] as number | undefined;
  }

  #facts(rows: readonly Columns[]): MessageFact[] {
    return rows.map((columns) => factOf(columns, this.#users));
  }

  #range(key: number, after: Order, before: Order, room = key): number[] {
    const [from, to] = [after, before].map(({ t, seq, row }) => [whole(t), whole(seq), whole(row)]) as [number[], number[]];
    return [key, ...from, ...to, countedIn(this.counted, room)];
  }
}

const EARLIEST: Order = { t: Number.NEGATIVE_INFINITY, seq: Number.NEGATIVE_INFINITY, row: Number.NEGATIVE_INFINITY };

/** Places before and after everything are those of ±∞. */
function whole(n: number): number {
  return Math.max(Number.MIN_SAFE_INTEGER, Math.min(Number.MAX_SAFE_INTEGER, n));
}
