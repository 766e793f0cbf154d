import type { DatabaseSync } from 'node:sqlite';
import type { StoreReport } from './report.ts';

/**
 * Each entry brings a database from the version of its index to the next. Never change one that was released.
 *
 * Rooms, users and epochs are numbers in the rows, ids 16 bytes: a row and its three index entries take half of what the texts would.
 * `seq` 0 and `epoch` 0 mean none (imported), so that (t, seq, row) can be compared as a whole. A row's number is its place in the log.
 */
export const MIGRATIONS: readonly string[] = [
  `
  create table generations (id integer primary key, bound integer not null, is_clean integer not null) strict;
  create table rooms (id integer primary key, name text not null unique, imported_through integer not null default 0) strict;
  create table users (id integer primary key, name text not null unique) strict;
  create table epochs (
    id integer primary key, room integer not null, epoch text not null, generation integer not null,
    first_seq integer not null, last_seq integer not null, last_t integer not null default 0, unique (room, epoch)
  ) strict;
  create table messages (
    row integer primary key, room integer not null, id blob not null check (length(id) = 16), type integer not null,
    user integer not null, username text not null, content text not null, t integer not null, reply_to blob,
    epoch integer not null, seq integer not null
  ) strict;
  -- By id first: ids that the server makes rise, so rows of a thousand rooms meet in the same pages (docs/adr/0002).
  create unique index messages_by_id on messages (id, room);
  create index messages_by_room on messages (room, t, seq);
  create index messages_by_user on messages (user, t);
  -- Rows whose id had a first: they keep their seq and stand in no history.
  create table repeats (
    room integer not null, seq integer not null, id blob not null, type integer not null, user integer not null,
    username text not null, content text not null, t integer not null, reply_to blob, epoch integer not null, primary key (room, seq)
  ) strict, without rowid;
  create table notices (
    room integer not null, id blob not null check (length(id) = 16), type integer not null, user integer not null,
    username text not null, t integer not null, primary key (room, id)
  ) strict, without rowid;
  -- The time of every 256th seq of a room: finds a seq in messages_by_room without an index of its own.
  create table marks (room integer not null, seq integer not null, t integer not null, primary key (room, seq)) strict, without rowid;
  create table counters (name text primary key, value integer not null) strict, without rowid;
  insert into counters values ('chat', 0);
  `,
  // What is derived from the log of messages is merged later (merge.ts): as tables, since an index is written with each row.
  `
  drop index messages_by_room;
  drop index messages_by_user;
  create table messages_by_room (
    room integer not null, t integer not null, seq integer not null, row integer not null, primary key (room, t, seq, row)
  ) strict, without rowid;
  create table messages_by_user (
    user integer not null, t integer not null, row integer not null, primary key (user, t, row)
  ) strict, without rowid;
  insert into messages_by_room select room, t, seq, row from messages order by room, t, seq, row;
  insert into messages_by_user select user, t, row from messages order by user, t, row;
  -- The last row of the log that each step has taken in.
  create table merged (step text primary key, through integer not null) strict, without rowid;
  insert into merged select column1, (select coalesce(max(row), 0) from messages) from (values ('heads'), ('room'), ('user'));
  `,
  // Analytics: kept summaries and what their engine knows (docs/adr/0006). Whatever the log already has is taken in piece by piece.
  `
  create table rollups (
    id integer primary key, family integer not null, level integer not null, scope integer not null, container integer not null,
    chunk integer not null, body blob not null
  ) strict;
  create unique index rollups_by_scope on rollups (family, level, scope, container, chunk);
  create index rollups_by_time on rollups (level, family, container, scope, chunk);
  create table firsts (scope integer not null, user integer not null, t integer not null, primary key (scope, user)) strict, without rowid;
  create table terms (id integer primary key, name text not null unique) strict;
  create table newest (
    room integer primary key, t integer not null, seq integer not null, row integer not null, is_open integer not null
  ) strict;
  create index newest_open on newest (is_open) where is_open = 1;
  -- Ranges of rooms that wait for repair.
  create table dirt (id integer primary key, room integer not null, kind integer not null, from_t integer not null, to_t integer not null) strict;
  create index dirt_by_room on dirt (room);
  create table moments (
    room integer not null, start_bucket integer not null, end_bucket integer not null, messages integer not null, peak integer not null,
    is_open integer not null, first_message blob not null, terms text not null, primary key (room, start_bucket)
  ) strict, without rowid;
  create index moments_by_time on moments (start_bucket, room);
  create index notices_by_time on notices (room, t);
  -- Notices that analytics has not counted yet: each goes when it is.
  create table uncounted_notices (row integer primary key, room integer not null, type integer not null, t integer not null) strict;
  insert into uncounted_notices select null, room, type, t from notices;
  insert into merged values ('analytics', 0);
  `,
  // How far the span behind what analytics has taken in is counted, by room and row (analytics/counted.ts).
  `
  create table counted_ahead (id integer primary key, ahead integer not null, room integer not null, row integer not null) strict;
  insert into counted_ahead values (1, 0, 0, 0);
  `,
  // When what is kept of the quarters of a day, of all rooms, was last changed: what was made of them is held as long as it stands.
  `
  create table changed_days (day integer primary key, changed integer not null) strict;
  create index changed_days_by_time on changed_days (changed);
  `,
  // Connections to rooms, since they last changed; and the second up to which the process is known to have lived.
  `
  create table standing (room integer primary key, second integer not null, connections integer not null) strict;
  insert into counters values ('lived', 0);
  `,
];

/** Brings the database up to date, each step whole or not at all; of one that has something in it, with a word before each. */
export function migrate(db: DatabaseSync, tell: (report: StoreReport) => void = () => {}): void {
  const version = versionOf(db);
  if (version > MIGRATIONS.length)
    throw new Error(`the database is of a newer Hubbub: its version is ${version}, this one knows up to ${MIGRATIONS.length}`);
  const messages = version === 0 ? 0 : lastEntryOf(db);
  for (let next = version; next < MIGRATIONS.length; next += 1) {
    if (messages > 0) tell({ kind: 'migrating', toVersion: next + 1, lastVersion: MIGRATIONS.length, messages });
    db.exec(`begin immediate; ${MIGRATIONS[next]}; pragma user_version = ${next + 1}; commit`);
  }
  if (messages > 0 && version < MIGRATIONS.length) tell({ kind: 'migrated', version: MIGRATIONS.length });
}

function lastEntryOf(db: DatabaseSync): number {
  return Number(db.prepare('select coalesce(max(row), 0) as row from messages').get()?.row);
}

export function versionOf(db: DatabaseSync): number {
  return Number(db.prepare('pragma user_version').get()?.user_version ?? 0);
}
