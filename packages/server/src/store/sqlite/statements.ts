import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** The columns of FlatRows, then the row. `unhex(?, '-')` is null, and refused, for what is no UUID. */
const COLUMNS = `r.name, m.id, m.type, u.name, m.username, m.content, m.t, m.reply_to, coalesce(e.epoch, ''), m.seq`;
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
    insertMark: prepare('insert into marks values (?, ?, ?) on conflict do nothing'),
    first: prepare(`select ${COLUMNS}, m.epoch from messages m ${JOINS} where m.room = ? and m.id = unhex(?, '-')`),
    roomId: prepare('select id from rooms where name = ?'),
    addRoom: prepare('insert into rooms (name) values (?) returning id'),
    userId: prepare('select id from users where name = ?'),
    addUser: prepare('insert into users (name) values (?) returning id'),
    imported: prepare('update rooms set imported_through = max(imported_through, ?) where id = ?'),
    epoch: prepare('select id, first_seq, last_seq, last_t from epochs where room = ? and epoch = ?'),
    addEpoch: prepare(
      'insert into epochs (room, epoch, generation, first_seq, last_seq) select ?, ?, max(id), ?, ? from generations where true on conflict do nothing',
    ),
    advanceEpoch: prepare('update epochs set last_seq = max(last_seq, ?), last_t = max(last_t, ?) where id = ?'),
    count: prepare('update counters set value = value + ? where name = ?'),
    generation: prepare('select id, bound, is_clean from generations order by id desc limit 1'),
    addGeneration: prepare('insert into generations (bound, is_clean) values (?, 0)'),
    resumeGeneration: prepare('update generations set bound = max(bound, ?), is_clean = 0 where id = ?'),
    endGeneration: prepare('update generations set is_clean = 1 where id = (select max(id) from generations)'),
  };
}

export function prepareReads(db: DatabaseSync) {
  const prepare = preparer(db);
  const inRange = 'm.room = ?1 and m.t >= ?2 and m.t <= ?3 and m.seq > ?4 and m.seq <= ?5';
  const repeatsInRange = 'm.room = ?1 and m.seq > ?4 and m.seq <= ?5';
  return {
    room: prepare('select id, imported_through from rooms where name = ?'),
    user: prepare('select id from users where name = ?'),
    epochs: prepare(
      `select e.epoch, e.first_seq, e.last_seq, e.last_t, e.generation = (select max(id) from generations), g.bound
       from epochs e join generations g on g.id = e.generation where e.room = ? order by e.id`,
    ),
    knownIds: prepare(
      `select m.id, u.name, e.epoch, m.seq, m.t from messages m indexed by messages_by_room
       cross join users u on u.id = m.user cross join epochs e on e.id = m.epoch
       where m.room = ? and m.t >= ? and m.seq > 0 order by m.t desc, m.seq desc limit ?`,
    ),
    find: prepare(`select ${COLUMNS} from messages m ${JOINS} where m.room = ? and m.id = unhex(?, '-')`),
    markBefore: prepare('select t from marks where room = ? and seq <= ? order by seq desc limit 1'),
    markAfter: prepare('select t from marks where room = ? and seq >= ? order by seq limit 1'),
    range: prepare(`select ${COLUMNS} from messages m indexed by messages_by_room ${JOINS} where ${inRange} order by m.t, m.seq limit ?6`),
    rangeRepeats: prepare(`select ${COLUMNS} from repeats m ${JOINS} where ${repeatsInRange} and ?2 <= ?3 order by m.seq limit ?6`),
    rangeSize: prepare(
      `select count(*), coalesce(sum(octet_length(content)), 0) from (
         select content from messages m indexed by messages_by_room where ${inRange} order by m.t, m.seq limit ?6)`,
    ),
    repeatsSize: prepare(
      `select count(*), coalesce(sum(octet_length(content)), 0) from (select content from repeats m where ${repeatsInRange} and ?2 <= ?3 limit ?6)`,
    ),
    roomUp: prepare(page('m.room', '>', 'asc')),
    roomDown: prepare(page('m.room', '<', 'desc')),
    userUp: prepare(page('m.user', '>', 'asc')),
    userDown: prepare(page('m.user', '<', 'desc')),
    rooms: prepare(
      `select name, (select max(t) from messages where room = rooms.id) as last from rooms
       where name > ? and exists (select 1 from messages where room = rooms.id) order by name limit ?`,
    ),
    count: prepare('select value from counters where name = ?'),
    activity: prepare(
      `select (m.t / 60000) * 60000, u.name, count(*), max(m.t) from rooms r cross join messages m indexed by messages_by_room
       on m.room = r.id and m.t >= ? cross join users u on u.id = m.user where m.type = 0 group by 1, m.user`,
    ),
  };
}

/** Bound as: key, time, seq (rooms) or 0 (users), row, limit. */
function page(key: 'm.room' | 'm.user', beyond: '<' | '>', direction: 'asc' | 'desc'): string {
  const isRoom = key === 'm.room';
  const [place, bound] = isRoom ? ['(m.t, m.seq, m.row)', '(?2, ?3, ?4)'] : ['(m.t, ?3, m.row)', '(?2, ?3, ?4)'];
  const order = isRoom ? `m.t ${direction}, m.seq ${direction}, m.row ${direction}` : `m.t ${direction}, m.row ${direction}`;
  // The plain bound on time is what the index seeks by; the rows of that very time are then told apart.
  return `select ${COLUMNS}, m.row from messages m indexed by messages_by_${isRoom ? 'room' : 'user'} ${JOINS}
    where ${key} = ?1 and m.t ${beyond}= ?2 and ${place} ${beyond} ${bound} order by ${order} limit ?5`;
}

function preparer(db: DatabaseSync): (sql: string) => StatementSync {
  return (sql) => {
    const statement = db.prepare(sql);
    statement.setReturnArrays(true);
    return statement;
  };
}
