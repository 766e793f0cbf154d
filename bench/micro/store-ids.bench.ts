/**
 * What the unique (room, id) index costs with random ids and with ids that begin with the time; and what an index on (room, seq) or
 * another `synchronous` would change. Prints rows/s of batches of 500 at growing table sizes.
 *
 * Run: node bench/micro/store-ids.bench.ts [rows=1000000] [variant …]
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

interface Variant {
  readonly isTimeOrdered: boolean;
  readonly hasSeqIndex: boolean;
  readonly synchronous: 'FULL' | 'NORMAL';
}

const VARIANTS: Record<string, Variant> = {
  random: { isTimeOrdered: false, hasSeqIndex: false, synchronous: 'FULL' },
  ordered: { isTimeOrdered: true, hasSeqIndex: false, synchronous: 'FULL' },
  'ordered+seq': { isTimeOrdered: true, hasSeqIndex: true, synchronous: 'FULL' },
  'ordered NORMAL': { isTimeOrdered: true, hasSeqIndex: false, synchronous: 'NORMAL' },
};

function makeId(time: number, isTimeOrdered: boolean): Uint8Array {
  const id = randomBytes(16);
  if (isTimeOrdered) id.writeUIntBE(time, 0, 6);
  id[6] = ((id[6] ?? 0) & 0x0f) | 0x40;
  id[8] = ((id[8] ?? 0) & 0x3f) | 0x80;
  return id;
}

function run(name: string, variant: Variant, rows: number): void {
  const dir = mkdtempSync(join(tmpdir(), 'store-ids-'));
  const db = new DatabaseSync(join(dir, 'x.db'));
  db.exec(`pragma journal_mode=wal; pragma synchronous=${variant.synchronous}; pragma cache_size=-65536;
    create table messages(row integer primary key, room integer, id blob, type integer, user integer, username text,
      content text, t integer, epoch integer, seq integer, reply_to blob);
    create index by_room on messages(room, t, seq); create index by_user on messages(user, t);
    create unique index by_id on messages(room, id);
    ${variant.hasSeqIndex ? 'create index by_seq on messages(room, seq) where seq > 0;' : ''}`);
  const insert = db.prepare('insert into messages values (null,?,?,0,?,?,?,?,1,?,null) on conflict(room,id) do nothing');
  const content = 'x'.repeat(60);
  const marks = [100_000, 500_000, 1_000_000].filter((mark) => mark <= rows);
  let time = 1_700_000_000_000;
  for (let done = 0, windowStart = performance.now(); done < rows; ) {
    db.exec('begin immediate');
    for (let i = 0; i < 500; i += 1, done += 1) {
      const room = Math.floor(50 * Math.random() ** 3);
      const user = Math.floor(2000 * Math.random());
      time += 1;
      insert.run(room, makeId(time, variant.isTimeOrdered), user, 'somebody', content, time, done);
    }
    db.exec('commit');
    if (done % 50_000 !== 0) continue;
    const rate = 50_000 / ((performance.now() - windowStart) / 1000);
    if (marks.includes(done)) console.log(`${name.padEnd(16)} ${String(done).padStart(8)} rows  ${rate.toFixed(0).padStart(6)} rows/s`);
    windowStart = performance.now();
  }
  db.close();
  console.log(`${name.padEnd(16)} ${(statSync(join(dir, 'x.db')).size / rows).toFixed(0)} bytes per row on disk`);
  rmSync(dir, { recursive: true });
}

const rows = Number(process.argv[2] ?? 1_000_000);
const names = process.argv.length > 3 ? process.argv.slice(3) : Object.keys(VARIANTS);
for (const name of names) {
  const variant = VARIANTS[name];
  if (variant === undefined) throw new Error(`variants: ${Object.keys(VARIANTS).join(', ')}`);
  run(name, variant, rows);
}
