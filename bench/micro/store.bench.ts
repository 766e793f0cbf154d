/**
 * What it costs to store a message: a bare SQLite loop, the store, the store behind its queue, and the import. Each line gives rows/s, the
 * CPU of this thread and of the whole process per message, and the wait for an ack where somebody waits. About 30 s.
 *
 * Run: node bench/micro/store.bench.ts [seconds=4] [random|ordered]
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { EventSink } from '../../packages/server/src/events.ts';
import { openSqliteStore, type SqliteStore } from '../../packages/server/src/store/sqlite/sqlite-store.ts';
import type { StoredMessage } from '../../packages/server/src/store/store.ts';
import { WriteBehind } from '../../packages/server/src/store/write-behind.ts';
import { systemClock } from '../../packages/server/src/util/clock.ts';

const seconds = Number(process.argv[2] ?? 4);
const isOrdered = process.argv[3] !== 'random';
const EPOCH = '11111111-1111-4111-8111-111111111111';
const ROOMS = 50;
const BATCH = 500;
const sink = { stored() {}, wrote() {} } as unknown as EventSink;

let time = Date.UTC(2026, 0, 1);
const seqs = new Array<number>(ROOMS).fill(0);

function makeId(): string {
  const id = randomBytes(16);
  if (isOrdered) id.writeUIntBE(time, 0, 6);
  id[6] = ((id[6] ?? 0) & 0x0f) | 0x40;
  id[8] = ((id[8] ?? 0) & 0x3f) | 0x80;
  const hex = id.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

function next(): StoredMessage {
  const room = Math.floor(ROOMS * Math.random() ** 3);
  const seq = (seqs[room] ?? 0) + 1;
  seqs[room] = seq;
  time += 1;
  const user = Math.floor(2000 * Math.random());
  return {
    roomId: `room-${room}`,
    messageId: makeId(),
    type: 'chat',
    userId: `user-${user}`,
    username: `Somebody ${user}`,
    content: `a message of usual length, number ${seq}, that somebody wrote`,
    timestamp: time,
    replyTo: undefined,
    position: { epoch: EPOCH, seq },
  };
}

/** The stock is made beforehand, so that making it is nobody's cost. */
function stock(count: number): StoredMessage[] {
  return Array.from({ length: count }, next);
}

function percentile(sorted: readonly number[], share: number): string {
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(2);
}

async function measure(name: string, run: () => Promise<{ count: number; waits?: number[] }>): Promise<void> {
  const [thread, whole, start] = [process.threadCpuUsage(), process.cpuUsage(), performance.now()];
  const { count, waits } = await run();
  const elapsed = (performance.now() - start) / 1000;
  const [t, w] = [process.threadCpuUsage(thread), process.cpuUsage(whole)];
  const cpu = `main ${((t.user + t.system) / count).toFixed(2)} µs, all ${((w.user + w.system) / count).toFixed(1)} µs per message`;
  waits?.sort((a, b) => a - b);
  const ack =
    waits === undefined ? '' : `  ack p50 ${percentile(waits, 0.5)} p99 ${percentile(waits, 0.99)} max ${percentile(waits, 1)} ms`;
  console.log(`${name.padEnd(32)} ${(count / elapsed).toFixed(0).padStart(6)} /s  ${cpu}${ack}`);
}

function bare(dir: string): void {
  const db = new DatabaseSync(join(dir, 'bare.db'));
  db.exec(`pragma journal_mode=wal; pragma synchronous=full; pragma cache_size=-65536;
    create table messages(row integer primary key, room text, id text, user text, username text, content text, t integer, seq integer);
    create index by_room on messages(room, t, seq); create index by_user on messages(user, t); create unique index by_id on messages(id, room);`);
  const insert = db.prepare('insert into messages values (null,?,?,?,?,?,?,?)');
  const rows = stock(60_000);
  const start = performance.now();
  let done = 0;
  while (done < rows.length && performance.now() - start < seconds * 1000) {
    db.exec('begin immediate');
    for (const row of rows.slice(done, done + BATCH))
      insert.run(row.roomId, row.messageId, row.userId, row.username, row.content, row.timestamp, row.position?.seq ?? 0);
    db.exec('commit');
    done += BATCH;
  }
  console.log(`${'bare loop, texts as keys'.padEnd(32)} ${((done * 1000) / (performance.now() - start)).toFixed(0).padStart(6)} /s`);
  db.close();
}

async function appendBatches(store: SqliteStore): Promise<{ count: number }> {
  const rows = stocks.append;
  const start = performance.now();
  let done = 0;
  for (; done < rows.length && performance.now() - start < seconds * 1000; done += BATCH)
    await store.append(rows.slice(done, done + BATCH));
  return { count: done };
}

async function importBatches(store: SqliteStore): Promise<{ count: number }> {
  const rows = stocks.import;
  const start = performance.now();
  let done = 0;
  for (; done < rows.length && performance.now() - start < seconds * 1000; done += BATCH)
    await store.importEvents(rows.slice(done, done + BATCH));
  return { count: done };
}

function closedLoop(queue: WriteBehind, senders: number): Promise<{ count: number; waits: number[] }> {
  const waits: number[] = [];
  const until = performance.now() + seconds * 1000;
  return new Promise((resolve) => {
    let left = senders;
    const send = (): void => {
      const start = performance.now();
      if (start > until) {
        left -= 1;
        if (left === 0) resolve({ count: waits.length, waits });
        return;
      }
      queue.admit(300);
      queue.push(
        {
          message: next(),
          onStored: () => {
            waits.push(performance.now() - start);
            setImmediate(send);
          },
        },
        300,
      );
    };
    for (let i = 0; i < senders; i += 1) send();
  });
}

function openLoop(queue: WriteBehind, perSecond: number): Promise<{ count: number; waits: number[] }> {
  const waits: number[] = [];
  const start = performance.now();
  let sent = 0;
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      const due = Math.min(seconds, (performance.now() - start) / 1000) * perSecond;
      for (; sent < due; sent += 1) {
        const at = performance.now();
        queue.admit(300);
        queue.push({ message: next(), onStored: () => waits.push(performance.now() - at) }, 300);
      }
      if (sent < seconds * perSecond || waits.length < sent) return;
      clearInterval(timer);
      resolve({ count: waits.length, waits });
    }, 1);
  });
}

const dir = mkdtempSync(join(tmpdir(), 'store-bench-'));
bare(dir);
seqs.fill(0);
const store = await openSqliteStore(dir);
for (let room = 0; room < ROOMS; room += 1) await store.openEpoch(`room-${room}`, EPOCH, 1);
const stocks = { append: stock(seconds * 40_000), import: [] as StoredMessage[] };
await measure('append, batches of 500', () => appendBatches(store));
stocks.append = [];
const queue = new WriteBehind(store, sink, systemClock);
await measure('queue, 1 closed-loop sender', () => closedLoop(queue, 1));
await measure('queue, 200 closed-loop senders', () => closedLoop(queue, 200));
await measure('queue, 2,000 closed-loop senders', () => closedLoop(queue, 2000));
await measure('queue, open loop 100/s', () => openLoop(queue, 100));
await measure('queue, open loop 5,000/s', () => openLoop(queue, 5000));
stocks.import = stock(seconds * 40_000).map((row) => ({ ...row, position: undefined }));
await measure('import, batches of 500', () => importBatches(store));
await store.close(true);
rmSync(dir, { recursive: true });
