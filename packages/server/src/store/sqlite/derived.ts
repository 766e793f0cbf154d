import type { DatabaseSync } from 'node:sqlite';
import type { Derived, Span } from './merge.ts';

/** Every 256th seq of a room has its time in `marks`; and the first of each epoch, however it jumped. */
const MARK_EVERY = 256;

/**
 * What the readers need of the log: the two orders of history, how far each epoch got, and the total.
 * `or rollback` because the transaction fails as a whole: ready to take back a single statement, SQLite would copy each page that it touches.
 */
export function derivedOf(db: DatabaseSync): readonly Derived[] {
  return [
    step(db, 'room', [
      'insert or rollback into messages_by_room select room, t, seq, row from messages where row > ?1 and row <= ?2 order by room, t, seq, row',
    ]),
    step(db, 'user', [
      'insert or rollback into messages_by_user select user, t, row from messages where row > ?1 and row <= ?2 order by user, t, row',
    ]),
    step(db, 'heads', [
      `update or rollback epochs set last_seq = max(last_seq, new.seq), last_t = max(last_t, new.t)
       from (select epoch, max(seq) as seq, max(t) as t from messages where row > ?1 and row <= ?2 and epoch > 0 group by epoch) as new
       where epochs.id = new.epoch`,
      `insert or rollback into marks select m.room, m.seq, m.t from messages m cross join epochs e on e.id = m.epoch
       where m.row > ?1 and m.row <= ?2 and (m.seq % ${MARK_EVERY} = 0 or m.seq = e.first_seq) on conflict do nothing`,
      `update or rollback counters set value = value + (select count(*) from messages where row > ?1 and row <= ?2 and type = 0) where name = 'chat'`,
    ]),
  ];
}

function step(db: DatabaseSync, name: string, statements: readonly string[]): Derived {
  const prepared = statements.map((sql) => db.prepare(sql));
  const apply = ({ after, through }: Span): number => {
    for (const statement of prepared) statement.run(after, through);
    return through;
  };
  return { name, apply };
}
