import type { DatabaseSync } from 'node:sqlite';
import type { Order } from '../../../analytics/derive/order.ts';
import type { Dirt, EngineStore, Moment } from '../../../analytics/engine/ports.ts';
import { ALL_ROOMS } from '../../../analytics/rollup/port.ts';
import { many, one, preparer } from '../statements.ts';
import type { UserIds } from '../user-ids.ts';
import { SqliteFirsts } from './firsts.ts';
import { SqliteRoomHistory } from './room-history.ts';
import { SqliteRollups } from './sqlite-rollups.ts';
import { WordNumbers } from './word-numbers.ts';

/** As they stand in the file. */
const DIRT: Readonly<Record<Dirt['kind'], number>> = { slots: 0, moments: 1 };
const DIRT_KINDS = ['slots', 'moments'] as const;

/** What the engine keeps, on the writer's connection, in whatever transaction is open. */
export class SqliteEngineStore implements EngineStore {
  readonly rollups: SqliteRollups;
  readonly history: SqliteRoomHistory;
  readonly firsts: SqliteFirsts;
  readonly words: WordNumbers;
  readonly #users: UserIds;
  readonly #sql: ReturnType<typeof prepareAll>;

  constructor(db: DatabaseSync, users: UserIds) {
    this.rollups = new SqliteRollups(db);
    this.history = new SqliteRoomHistory(db, users);
    this.firsts = new SqliteFirsts(db);
    this.words = new WordNumbers(db);
    this.#users = users;
    this.#sql = prepareAll(db);
  }

  firstMessageOf(scope: number, user: number): number | undefined {
    return this.history.firstTime(user, scope === ALL_ROOMS ? undefined : scope);
  }

  nameOf(what: 'user' | 'room' | 'word', number: number): string | undefined {
    const { roomName, userName, termName } = this.#sql;
    if (what === 'word') this.words.settle();
    return one({ room: roomName, user: userName, word: termName }[what], number)?.[0] as string | undefined;
  }

  lastRoom(): number {
    return (one(this.#sql.lastRoom)?.[0] ?? 0) as number;
  }

  newest(room: number): Order | undefined {
    const found = one(this.#sql.newest, room) as [number, number, number] | undefined;
    return found && { t: found[0], seq: found[1], row: found[2] };
  }

  setNewest(room: number, { t, seq, row }: Order, isOpen: boolean): void {
    this.#sql.setNewest.run(room, t, seq, row, isOpen ? 1 : 0);
  }

  openRooms(): readonly number[] {
    return many(this.#sql.openRooms).map(([room]) => room as number);
  }

  dirtOf(room: number): readonly Dirt[] {
    return (many(this.#sql.dirtOf, room) as DirtColumns[]).map(dirtFrom);
  }

  firstDirt(): Dirt | undefined {
    const found = one(this.#sql.firstDirt) as DirtColumns | undefined;
    return found && dirtFrom(found);
  }

  setDirt(room: number, dirt: readonly Dirt[]): void {
    this.#sql.removeDirt.run(room);
    for (const { kind, fromT, toT } of dirt) this.#sql.addDirt.run(room, DIRT[kind], fromT, toT);
  }

  momentCovering(room: number, bucket: number): Omit<Moment, 'terms' | 'firstMessageId'> | undefined {
    const found = one(this.#sql.momentBefore, room, bucket) as [number, number, number, number, number] | undefined;
    if (found === undefined || found[1] <= bucket) return undefined;
    const [startBucket, endBucket, messages, peak, isOpen] = found;
    return { startBucket, endBucket, messages, peak, isOpen: isOpen === 1 };
  }

  putMoment(room: number, startBucket: number, moment: Moment | undefined): void {
    if (moment === undefined) {
      this.#sql.removeMoment.run(room, startBucket);
      return;
    }
    const { endBucket, messages, peak, isOpen, firstMessageId, terms } = moment;
    this.#sql.putMoment.run(room, startBucket, endBucket, messages, peak, isOpen ? 1 : 0, firstMessageId, JSON.stringify(terms));
  }

  momentsIn(room: number, fromBucket: number, toBucket: number): readonly number[] {
    return many(this.#sql.momentsIn, room, fromBucket, toBucket).map(([start]) => start as number);
  }

  pruneMinutes(beforeContainer: number): void {
    this.rollups.pruneMinutes(beforeContainer);
  }

  /** Writes what was not written yet; before the transaction ends. */
  settle(): void {
    this.words.settle();
  }

  /** After a rollback: what is remembered of it is not there. */
  forget(): void {
    for (const each of [this.rollups, this.firsts, this.words, this.#users]) each.forget();
  }
}

type DirtColumns = readonly [kind: number, room: number, fromT: number, toT: number];

function prepareAll(db: DatabaseSync) {
  const prepare = preparer(db);
  return {
    roomName: prepare('select name from rooms where id = ?'),
    userName: prepare('select name from users where id = ?'),
    termName: prepare('select name from terms where id = ?'),
    lastRoom: prepare('select coalesce(max(id), 0) from rooms'),
    newest: prepare('select t, seq, row from newest where room = ?'),
    setNewest: prepare(
      `insert or rollback into newest values (?, ?, ?, ?, ?)
       on conflict (room) do update set t = excluded.t, seq = excluded.seq, row = excluded.row, is_open = excluded.is_open`,
    ),
    openRooms: prepare('select room from newest where is_open = 1'),
    dirtOf: prepare('select kind, room, from_t, to_t from dirt where room = ? order by id'),
    firstDirt: prepare('select kind, room, from_t, to_t from dirt order by id limit 1'),
    removeDirt: prepare('delete from dirt where room = ?'),
    addDirt: prepare('insert into dirt values (null, ?, ?, ?, ?)'),
    momentBefore: prepare(
      `select start_bucket, end_bucket, messages, peak, is_open from moments where room = ? and start_bucket <= ?
       order by start_bucket desc limit 1`,
    ),
    putMoment: prepare('insert or replace into moments values (?, ?, ?, ?, ?, ?, unhex(?), ?)'),
    removeMoment: prepare('delete from moments where room = ? and start_bucket = ?'),
    momentsIn: prepare('select start_bucket from moments where room = ? and start_bucket >= ? and start_bucket < ?'),
  };
}

function dirtFrom([kind, room, fromT, toT]: DirtColumns): Dirt {
  return { kind: DIRT_KINDS[kind] as Dirt['kind'], room, fromT, toT };
}
