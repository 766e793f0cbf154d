import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** `unhex(?, '-')` is null, and refused, for what is no UUID. */
const COLUMNS = columns('m');
const JOINS = 'cross join rooms r on r.id = m.room cross join users u on u.id = m.user left join epochs e on e.id = m.epoch';

export function prepareWrites(db: DatabaseSync) {
  const prepare = preparer(db);
  return {
    insert: prepare(
      `insert into messages values (null, ?, unhex(?, '-'), ?, ?, ?, ?, ?, unhex(nullif(?, ''), '-'), ?, ?) on conflict (id, room) do nothing`,
    ),
    insertRepeat: prepare(
      `insert into repeats values (?, ?, unhex(?, '-'), ?, ?, ?, ?, ?, unhex(nullif(?, ''), '-'), ?) on conflict do nothing`,
    ),
    insertNotice: prepare(`insert into notices values (?, unhex(?, '-'), ?, ?, ?, ?) on conflict do nothing`),
    addUncounted: prepare('insert into uncounted_notices values (null, ?, ?, ?)'),
    first: prepare(`select ${COLUMNS}, m.epoch from messages m ${JOINS} where m.room = ? and m.id = unhex(?, '-')`),
    roomId: prepare('select id from rooms where name = ?'),
    addRoom: prepare('insert into rooms (name) values (?) returning id'),
    userId: prepare('select id from users where name = ?'),
    addUser: prepare('insert into users (name) values (?) returning id'),
    imported: prepare('update rooms set imported_through = max(imported_through, ?) where id = ?'),
    epoch: prepare('select id from epochs where room = ? and epoch = ?'),
    addEpoch: prepare(
      'insert into epochs (room, epoch, generation, first_seq, last_seq) select ?, ?, max(id), ?, ? from generations where true on conflict do nothing',
    ),
    advanceEpoch: prepare('update epochs set last_seq = max(last_seq, ?), last_t = max(last_t, ?) where id = ?'),
    generation: prepare('select id, bound, is_clean from generations order by id desc limit 1'),
    addGeneration: prepare('insert into generations (bound, is_clean) values (?, 0)'),
    resumeGeneration: prepare('update generations set bound = max(bound, ?), is_clean = 0 where id = ?'),
    endGeneration: prepare('update generations set is_clean = 1 where id = (select max(id) from generations)'),
  };
}

export function prepareReads(db: DatabaseSync) {
  const prepare = preparer(db);
  const inRange = (k: Place) => `${k}.room = ?1 and ${k}.t >= ?2 and ${k}.t <= ?3 and ${k}.seq > ?4 and ${k}.seq <= ?5`;
  const repeatsInRange = 'm.room = ?1 and m.seq > ?4 and m.seq <= ?5';
  const known = 'cross join users u on u.id = m.user cross join epochs e on e.id = m.epoch';
  return {
    room: prepare('select id, imported_through from rooms where name = ?'),
    user: prepare('select id from users where name = ?'),
    epochs: prepare(
      `select e.epoch, e.first_seq, max(e.last_seq, coalesce(tail.seq, 0)), max(e.last_t, coalesce(tail.t, 0)),
         e.generation = (select max(id) from generations), g.bound
       from epochs e join generations g on g.id = e.generation left join (
         select m.epoch, max(m.seq) as seq, max(m.t) as t from messages m where ${inTail('heads')} and m.room = ?1 group by 1
       ) tail on tail.epoch = e.id where e.room = ?1 order by e.id`,
    ),
    knownIds: prepare(
      `${both('room', (k) => [`m.id, u.name, e.epoch, ${k}.seq, ${k}.t`, known, `${k}.room = ?1 and ${k}.t >= ?2 and ${k}.seq > 0`])}
       order by 5 desc, 4 desc limit ?3`,
    ),
    find: prepare(`select ${COLUMNS} from messages m ${JOINS} where m.room = ? and m.id = unhex(?, '-')`),
    markBefore: prepare('select t from marks where room = ? and seq <= ? order by seq desc limit 1'),
    markAfter: prepare('select t from marks where room = ? and seq >= ? order by seq limit 1'),
    range: prepare(`${both('room', (k) => [columns(k), JOINS, inRange(k)])} order by 7, 10 limit ?6`),
    rangeRepeats: prepare(`select ${COLUMNS} from repeats m ${JOINS} where ${repeatsInRange} and ?2 <= ?3 order by m.seq limit ?6`),
    rangeSize: prepare(
      `select count(*), coalesce(sum(octet_length(content)), 0) from (${both('room', (k) => ['m.content', '', inRange(k)])} limit ?6)`,
    ),
    repeatsSize: prepare(
      `select count(*), coalesce(sum(octet_length(content)), 0) from (select content from repeats m where ${repeatsInRange} and ?2 <= ?3 limit ?6)`,
    ),
    roomUp: prepare(page('room', '>', 'asc')),
    roomDown: prepare(page('room', '<', 'desc')),
    userUp: prepare(page('user', '>', 'asc')),
    userDown: prepare(page('user', '<', 'desc')),
    rooms: prepare(
      `with tail as materialized (select m.room, max(m.t) as t from messages m where ${inTail('room')} group by 1),
       named as (select r.name, (select max(k.t) from messages_by_room k where k.room = r.id) as merged, tail.t as waiting
         from rooms r left join tail on tail.room = r.id where r.name > ?)
       select name, max(coalesce(merged, waiting), coalesce(waiting, merged)) from named
       where coalesce(merged, waiting) is not null order by name limit ?`,
    ),
    count: prepare(
      `select value + (select count(*) from messages m where ${inTail('heads')} and m.type = 0) from counters where name = 'chat'`,
    ),
    activity: prepare(
      `select (t / 60000) * 60000, name, count(*), max(t) from (
         select k.t, m.user from rooms r cross join messages_by_room k on k.room = r.id and k.t >= ?1 cross join messages m on m.row = k.row
         where m.type = 0
         union all select m.t, m.user from messages m where ${inTail('room')} and m.t >= ?1 and m.type = 0
       ) cross join users u on u.id = user group by 1, user`,
    ),
  };
}

/** Where a row's place in an order is read: from the merged entries of that order, or from the log. */
type Place = 'k' | 'm';
type Order = 'room' | 'user';

/** The columns of FlatRows. */
function columns(place: Place, seqOf: Place = place): string {
  return `r.name, m.id, m.type, u.name, m.username, m.content, ${place}.t, m.reply_to, coalesce(e.epoch, ''), ${seqOf}.seq`;
}

/** What a step (derived.ts) has not taken in yet: a few thousand rows at the end of the log, which are looked through. */
function inTail(step: Order | 'heads'): string {
  return `m.row > (select through from merged where step = '${step}')`;
}

/**
 * A listing is what is merged, read in the order of its table, and the tail of the log beside it: each entry is in exactly one of them, at any
 * instant. To be followed by an order by the columns of the place, which then merges two sorted streams, and a limit.
 */
function both(order: Order, query: (place: Place) => readonly [columns: string, joins: string, condition: string]): string {
  const select = (place: Place, from: string, more = ''): string => {
    const [selected, joins, condition] = query(place);
    return `select ${selected} from ${from} ${joins} where ${condition}${more}`;
  };
  const merged = select('k', `messages_by_${order} k cross join messages m on m.row = k.row`);
  return `${merged} union all ${select('m', 'messages m not indexed', ` and ${inTail(order)}`)}`;
}

/** Bound as: key, time, seq (rooms) or 0 (users), row, limit. */
function page(order: Order, beyond: '<' | '>', direction: 'asc' | 'desc'): string {
  const query = (k: Place) => {
    // A room's table is sought by the whole place, a user's by time: the rows of that very time are then told apart.
    const [place, bound] =
      order === 'room' ? [`(${k}.t, ${k}.seq, ${k}.row)`, ''] : [`(${k}.t, ?3, ${k}.row)`, ` and ${k}.t ${beyond}= ?2`];
    const condition = `${k}.${order} = ?1${bound} and ${place} ${beyond} (?2, ?3, ?4)`;
    return [`${columns(k, order === 'room' ? k : 'm')}, ${k}.row`, JOINS, condition] as const;
  };
  const columnsOfPlace = order === 'room' ? [7, 10, 11] : [7, 11];
  return `${both(order, query)} order by ${columnsOfPlace.map((each) => `${each} ${direction}`).join(', ')} limit ?5`;
}

/** Statements whose rows are arrays. */
export function preparer(db: DatabaseSync): (sql: string) => StatementSync {
  return (sql) => {
    const statement = db.prepare(sql);
    statement.setReturnArrays(true);
    return statement;
  };
}

export type Columns = readonly unknown[];

export function one(statement: StatementSync, ...values: (string | number)[]): Columns | undefined {
  return statement.get(...values) as unknown as Columns | undefined;
}

export function many(statement: StatementSync, ...values: (string | number)[]): Columns[] {
  return statement.all(...values) as unknown as Columns[];
}
