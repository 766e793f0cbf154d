import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Order } from '../../../analytics/derive/order.ts';
import type { Dirt, EngineStore, Firsts, Moment } from '../../../analytics/engine/ports.ts';
import { ALL_ROOMS } from '../../../analytics/rollup/port.ts';
import { Dictionary } from '../dictionary.ts';
import { Recent } from '../recent.ts';
import { many, one, preparer } from '../statements.ts';
import type { UserIds } from '../user-ids.ts';
import { SqliteRoomHistory } from './room-history.ts';
import { SqliteRollups } from './sqlite-rollups.ts';

const MAX_TERMS = 100_000;
const MAX_FIRSTS = 200_000;
/** As they stand in the file. */
const DIRT: Readonly<Record<Dirt['kind'], number>> = { slots: 0, moments: 1 };
const DIRT_KINDS = ['slots', 'moments'] as const;

/** What the engine keeps, on the writer's connection, in whatever transaction is open. */
export class SqliteEngineStore implements EngineStore {
  readonly rollups: SqliteRollups;
  readonly history: SqliteRoomHistory;
  readonly firsts: SqliteFirsts;
  readonly #terms: Dictionary;
  readonly #users: UserIds;
  readonly #sql: ReturnType<typeof prepareAll>;

  constructor(db: DatabaseSync, users: UserIds) {
    this.rollups = new SqliteRollups(db);
    this.history = new SqliteRoomHistory(db, users);
    this.firsts = new SqliteFirsts(db);
    this.#users = users;
    this.#sql = prepareAll(db);
    this.#terms = new Dictionary(this.#sql.term, this.#sql.addTerm, MAX_TERMS);
  }

  firstMessageOf(scope: number, user: number): number | undefined {
    return this.history.firstTime(user, scope === ALL_ROOMS ? undefined : scope);
  }

  nameOf(what: 'user' | 'room' | 'word', number: number): string | undefined {
    const { roomName, userName, termName } = this.#sql;
    return one({ room: roomName, user: userName, word: termName }[what], number)?.[0] as string | undefined;
  }

  lastRoom(): number {
    return (one(this.#sql.lastRoom)?.[0] ?? 0) as number;
  }

  termNumber(text: string): number {
    return this.#terms.number(text);
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

  /** After a rollback: what is remembered of it is not there. */
  forget(): void {
    for (const each of [this.rollups, this.firsts, this.#terms, this.#users]) each.forget();
  }
}

/** Each message asks for two of them, nearly always of a user who was here lately. */
class SqliteFirsts implements Firsts {
  readonly #get: StatementSync;
  readonly #set: StatementSync;
  readonly #remove: StatementSync;
  readonly #after: StatementSync;
  readonly #known = new Recent<number, number>(MAX_FIRSTS);

  constructor(db: DatabaseSync) {
    const prepare = preparer(db);
    this.#get = prepare('select t from firsts where scope = ? and user = ?');
    this.#set = prepare('insert or rollback into firsts values (?, ?, ?) on conflict (scope, user) do update set t = excluded.t');
    this.#remove = prepare('delete from firsts where scope = ? and user = ?');
    this.#after = prepare('select user, t from firsts where scope = ? and user > ? order by user limit ?');
  }

  get(scope: number, user: number): number | undefined {
    const key = keyOf(scope, user);
    const known = key === undefined ? undefined : this.#known.get(key);
    if (known !== undefined) return known;
    const t = one(this.#get, scope, user)?.[0] as number | undefined;
    if (t !== undefined && key !== undefined) this.#known.set(key, t);
    return t;
  }

  set(scope: number, user: number, t: number | undefined): void {
    const key = keyOf(scope, user);
    if (t === undefined) this.#remove.run(scope, user);
    else this.#set.run(scope, user, t);
    if (key === undefined) return;
    if (t === undefined) this.#known.delete(key);
    else this.#known.set(key, t);
  }

  after(scope: number, user: number, limit: number): readonly (readonly [user: number, t: number])[] {
    return many(this.#after, scope, user, limit) as unknown as [number, number][];
  }

  forget(): void {
    this.#known.clear();
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
    term: prepare('select id from terms where name = ?'),
    addTerm: prepare('insert into terms (name) values (?) returning id'),
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

const MAX_SCOPE = 2 ** 27;
const MAX_USER = 2 ** 26;

/** Two numbers in one, exactly; undefined beyond 134 million rooms or 67 million users, which are then not remembered. */
function keyOf(scope: number, user: number): number | undefined {
  return scope < MAX_SCOPE && user < MAX_USER ? scope * MAX_USER + user : undefined;
}
