import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { NoticeFact } from '../../../analytics/engine/ports.ts';
import type { QueryStore, RoomMoment } from '../../../analytics/query/ports.ts';
import { ALL_ROOMS } from '../../../analytics/rollup/port.ts';
import { TYPE, uuidText } from '../rows.ts';
import { type Columns, many, one, preparer } from '../statements.ts';
import { UserIds } from '../user-ids.ts';
import { ANALYTICS_STEP, type Counted, countedReader } from './counted.ts';
import { HeldRollups } from './held-rollups.ts';
import { BUCKET_MS, SqliteRoomHistory } from './room-history.ts';
import { Uncounted } from './uncounted.ts';

/** Entries that analytics may be behind: more are of an old log that is being taken in. */
const USUAL_LAG = 20_000;

/** What questions are answered from, on a connection of its own that only reads. */
export class SqliteQueryStore implements QueryStore {
  readonly rollups: HeldRollups;
  readonly history: SqliteRoomHistory;
  readonly #db: DatabaseSync;
  readonly #sql: ReturnType<typeof prepareAll>;
  readonly #uncounted: Uncounted;
  readonly #counted: () => Counted;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.rollups = new HeldRollups(db);
    this.history = new SqliteRoomHistory(db, new UserIds(db));
    this.#sql = prepareAll(db);
    this.#uncounted = new Uncounted(db);
    this.#counted = countedReader(db);
  }

  atOneInstant<T>(run: () => T): T {
    this.#db.exec('begin');
    try {
      this.history.counted = this.#counted();
      return run();
    } finally {
      this.#db.exec('commit');
    }
  }

  roomNumber(roomId: string): number | undefined {
    return one(this.#sql.roomNumber, roomId)?.[0] as number | undefined;
  }

  userNumber(userId: string): number | undefined {
    return one(this.#sql.userNumber, userId)?.[0] as number | undefined;
  }

  roomIds(rooms: readonly number[]): ReadonlyMap<number, string> {
    return named(this.#sql.roomId, rooms);
  }

  userIds(users: readonly number[]): ReadonlyMap<number, string> {
    return named(this.#sql.userId, users);
  }

  terms(terms: readonly number[]): ReadonlyMap<number, string> {
    return named(this.#sql.term, terms);
  }

  moments(room: number | undefined, fromT: number, toT: number, limit: number): readonly RoomMoment[] {
    const range = [Math.ceil(fromT / BUCKET_MS), Math.ceil(toT / BUCKET_MS)] as const;
    const found = room === undefined ? many(this.#sql.moments, ...range, limit) : many(this.#sql.momentsOf, ...range, limit, room);
    return found.map(momentFrom);
  }

  uncountedSince(): number | undefined {
    return this.#uncounted.since();
  }

  isAdjusting(room: number | undefined, fromT: number, toT: number): boolean {
    if ((one(this.#sql.lag)?.[0] as number) > USUAL_LAG || this.#uncounted.hasImported()) return true;
    const found = room === undefined ? one(this.#sql.dirt, fromT, toT) : one(this.#sql.dirtOf, fromT, toT, room);
    return found !== undefined;
  }

  isMomentOpen(room: number | undefined, fromT: number, toT: number): boolean {
    const found = room === undefined ? one(this.#sql.open, fromT, toT) : one(this.#sql.openOf, fromT, toT, room);
    return found !== undefined;
  }

  roomsBetween(fromT: number, toT: number): readonly number[] {
    const { through, ahead, room: lastRoom, row } = this.history.counted;
    return many(this.#sql.roomsBetween, fromT, toT, through, ahead, lastRoom, row).map(([room]) => room as number);
  }

  notices(room: number, fromT: number, toT: number): readonly NoticeFact[] {
    const uncounted = new Map<string, number>();
    for (const [type, t] of many(this.#sql.uncounted, room, fromT, toT))
      uncounted.set(`${type} ${t}`, (uncounted.get(`${type} ${t}`) ?? 0) + 1);
    const notices: NoticeFact[] = [];
    for (const [type, t] of many(this.#sql.notices, room, fromT, toT)) {
      const left = uncounted.get(`${type} ${t}`) ?? 0;
      if (left > 0) uncounted.set(`${type} ${t}`, left - 1);
      else notices.push({ room, kind: type === TYPE.join ? 'join' : 'leave', t: t as number });
    }
    return notices;
  }

  firstMessageOf(scope: number, user: number): number | undefined {
    return this.history.firstTime(user, scope === ALL_ROOMS ? undefined : scope);
  }
}

function prepareAll(db: DatabaseSync) {
  const prepare = preparer(db);
  const moments = 'select room, start_bucket, end_bucket, messages, peak, is_open, first_message, terms from moments';
  const inRange = 'start_bucket >= ?1 and start_bucket < ?2';
  const isDirty = 'from_t < ?2 and to_t > ?1';
  const isOpen = 'is_open = 1 and t >= ?1 and t < ?2';
  const inRoom = 'where room = ? and t >= ? and t < ?';
  return {
    lag: prepare(`select (select coalesce(max(row), 0) from messages) - through from merged where step = '${ANALYTICS_STEP}'`),
    roomNumber: prepare('select id from rooms where name = ?'),
    userNumber: prepare('select id from users where name = ?'),
    roomId: prepare('select name from rooms where id = ?'),
    userId: prepare('select name from users where id = ?'),
    term: prepare('select name from terms where id = ?'),
    moments: prepare(`${moments} where ${inRange} order by start_bucket, room limit ?3`),
    momentsOf: prepare(`${moments} where room = ?4 and ${inRange} order by start_bucket limit ?3`),
    dirt: prepare(`select 1 from dirt where ${isDirty} limit 1`),
    dirtOf: prepare(`select 1 from dirt where room = ?3 and ${isDirty} limit 1`),
    open: prepare(`select 1 from newest where ${isOpen} limit 1`),
    openOf: prepare(`select 1 from newest where ${isOpen} and room = ?3`),
    roomsBetween: prepare(
      `select id from rooms r where exists (
         select 1 from messages_by_room k cross join messages m on m.row = k.row
         where k.room = r.id and k.t >= ?1 and k.t < ?2 and m.type = 0
           and k.row <= case when r.id < ?5 then ?4 when r.id = ?5 then ?6 else ?3 end
       )
       or exists (select 1 from notices n where n.room = r.id and n.t >= ?1 and n.t < ?2) order by id`,
    ),
    notices: prepare(`select type, t from notices ${inRoom} order by t`),
    uncounted: prepare(`select type, t from uncounted_notices ${inRoom}`),
  };
}

function named(statement: StatementSync, numbers: readonly number[]): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  for (const number of numbers) {
    const name = one(statement, number)?.[0];
    if (typeof name === 'string') names.set(number, name);
  }
  return names;
}

function momentFrom([room, startBucket, endBucket, messages, peak, isOpen, firstMessage, terms]: Columns): RoomMoment {
  const [start, end, count, most] = [startBucket, endBucket, messages, peak] as [number, number, number, number];
  return {
    room: room as number,
    startBucket: start,
    endBucket: end,
    messages: count,
    peak: most,
    isOpen: isOpen === 1,
    firstMessageId: uuidText(firstMessage),
    terms: JSON.parse(terms as string) as readonly string[],
  };
}
