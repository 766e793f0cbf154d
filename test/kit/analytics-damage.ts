import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { TOKEN_FILE } from '../../packages/server/src/import/running-server.ts';
import { databaseFile } from './database-lock.ts';
import { get, post } from './http.ts';
import type { Rng } from './rng.ts';
import type { ServerProcess } from './server-process.ts';
import { eventually } from './wait.ts';

/** As they stand in the file; what no message tells is left alone. */
export const DAMAGED = { counts: 0, quantiles: 1, users: 2, newcomers: 4, terms: 5, emoji: 6, rooms: 8, firsts: -1, moments: -2 } as const;
export type Damaged = keyof typeof DAMAGED;

export interface RepairAnswer {
  readonly state: 'none' | 'running' | 'done';
  readonly share?: number;
  readonly buckets?: number;
  readonly damagedBuckets?: number;
  readonly damageCount?: number;
  readonly damages?: readonly { readonly measure: string; readonly kept: unknown; readonly recounted: unknown }[];
}

interface Range {
  readonly from: number;
  readonly to: number;
}

/** Makes rows of what is kept wrong, in the file of a server that may be running: some lost, some of another place, some unreadable. */
export async function plantDamage(dataDir: string, rng: Rng, what: readonly Damaged[], rows: number): Promise<void> {
  const db = new DatabaseSync(await databaseFile(dataDir));
  db.exec('pragma busy_timeout = 10000');
  try {
    for (const each of what) for (let n = 0; n < rows; n++) plantOne(db, rng, each);
  } finally {
    db.close();
  }
}

function plantOne(db: DatabaseSync, rng: Rng, what: Damaged): void {
  const pick = (sql: string, ...values: number[]) => {
    const all = db.prepare(sql).all(...values);
    return all[rng.between(0, all.length - 1)];
  };
  if (what === 'moments') {
    const row = pick('select rowid_room as room, start_bucket as start from (select room as rowid_room, start_bucket from moments)');
    if (row === undefined) return;
    const [room, start] = [Number(row.room), Number(row.start)];
    if (rng.chance(0.5)) db.prepare('delete from moments where room = ? and start_bucket = ?').run(room, start);
    else db.prepare('update moments set messages = messages + 5 where room = ? and start_bucket = ?').run(room, start);
    return;
  }
  if (what === 'firsts') {
    const row = pick('select scope, user from firsts');
    if (row === undefined) return;
    const [scope, user] = [Number(row.scope), Number(row.user)];
    if (rng.chance(0.5)) db.prepare('delete from firsts where scope = ? and user = ?').run(scope, user);
    else db.prepare('update firsts set t = t + 7777777 where scope = ? and user = ?').run(scope, user);
    return;
  }
  const row = pick('select id, level, body from rollups where family = ?', DAMAGED[what]);
  // All may have been lost by then.
  if (row === undefined) return;
  const [id, body] = [Number(row.id), row.body as Uint8Array];
  const kind = rng.between(0, 2);
  const other = pick('select body from rollups where family = ? and level = ? and body <> ?', DAMAGED[what], Number(row.level));
  if (kind === 0) db.prepare('delete from rollups where id = ?').run(id);
  else if (kind === 1 || other === undefined)
    db.prepare('update rollups set body = ? where id = ?').run(body.subarray(0, body.length - 1), id);
  else db.prepare('update rollups set body = ? where id = ?').run(other.body as Uint8Array, id);
}

const adminOf = ({ dataDir }: ServerProcess) => ({ authorization: `Bearer ${readFileSync(join(dataDir, TOKEN_FILE), 'utf8').trim()}` });

export async function beginRepair(server: ServerProcess, { from, to }: Range) {
  const query = new URLSearchParams({ from: new Date(from).toISOString(), to: new Date(to).toISOString(), repair: 'true' });
  return post<RepairAnswer>(server, `/api/analytics/recount?${query}`, {}, adminOf(server));
}

export async function lastRepair(server: ServerProcess): Promise<RepairAnswer> {
  return (await get<RepairAnswer>(server, '/api/analytics/recount', adminOf(server))).body;
}

/** Waits until the repair that runs is over. */
export function repairDone(server: ServerProcess, timeoutMs = 60_000): Promise<RepairAnswer> {
  let seen: RepairAnswer | undefined;
  const look = async () => {
    seen = await lastRepair(server);
    return seen.state === 'done' ? seen : undefined;
  };
  return eventually('the repair is done', look, timeoutMs).catch((error: unknown) => {
    throw new Error(`${String(error)}, but has ${JSON.stringify({ ...seen, damages: [] })}`);
  });
}
