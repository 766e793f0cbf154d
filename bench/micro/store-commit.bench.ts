/**
 * What a committed message costs the store's threads, in µs of CPU: batches of 65 and 500 rows from one room and from a thousand, one
 * sender a room, on a store that already holds 500,000 rows. Merges and checkpoints are part of it. A batch goes as soon as the one
 * before is stored, and at most one each 10 ms with `paced`. About 2 minutes.
 *
 * Run: node bench/micro/store-commit.bench.ts [rows=200000] [paced]
 */
import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteStore, type SqliteStore } from '../../packages/server/src/store/sqlite/sqlite-store.ts';
import type { StoredMessage } from '../../packages/server/src/store/store.ts';

const rows = Number(process.argv[2] ?? 200_000);
const isPaced = process.argv[3] === 'paced';
const PRELOADED = 500_000;
const ROOMS = 1000;
const EPOCH = '11111111-1111-4111-8111-111111111111';

let time = Date.UTC(2026, 0, 1);
let made = 0;
const seqs = new Array<number>(ROOMS).fill(0);

function next(rooms: number): StoredMessage {
  // Each round visits every room once, in an order of its own.
  const room = (((made % rooms) * 617 + Math.floor(made / rooms) * 31) % rooms) as number;
  made += 1;
  if (made % 7 === 0) time += 1;
  const seq = (seqs[room] ?? 0) + 1;
  seqs[room] = seq;
  const id = randomBytes(16);
  id.writeUIntBE(time, 0, 6);
  id[6] = ((id[6] ?? 0) & 0x0f) | 0x40;
  id[8] = ((id[8] ?? 0) & 0x3f) | 0x80;
  const hex = id.toString('hex');
  return {
    roomId: `room-${room}`,
    messageId: `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`,
    type: 'chat',
    userId: `user-${room}`,
    username: `Somebody ${room}`,
    content: `a message of usual length, number ${seq}, that somebody wrote`,
    timestamp: time,
    replyTo: undefined,
    position: { epoch: EPOCH, seq },
  };
}

function percentile(sorted: readonly number[], share: number): string {
  return (sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0).toFixed(1);
}

async function measure(store: SqliteStore, rooms: number, size: number): Promise<void> {
  const stock = Array.from({ length: rows }, () => next(rooms));
  const waits: number[] = [];
  const [thread, whole, start] = [process.threadCpuUsage(), process.cpuUsage(), performance.now()];
  for (let at = 0; at < rows; at += size) {
    const batch = stock.slice(at, at + size);
    const sentAt = performance.now();
    await store.append(batch);
    waits.push(performance.now() - sentAt);
    const rest = 10 - (performance.now() - sentAt);
    if (isPaced && rest > 0) await new Promise((resolve) => setTimeout(resolve, rest));
  }
  await store.close(true);
  const elapsed = (performance.now() - start) / 1000;
  const [t, w] = [process.threadCpuUsage(thread), process.cpuUsage(whole)];
  const cpu = (w.user + w.system - t.user - t.system) / rows;
  waits.sort((a, b) => a - b);
  const acks = `ack p50 ${percentile(waits, 0.5)} p99 ${percentile(waits, 0.99)} max ${percentile(waits, 1)} ms`;
  const name = `${rooms} room${rooms === 1 ? '' : 's'}, batches of ${size}`;
  console.log(`${name.padEnd(28)} ${cpu.toFixed(1).padStart(6)} µs CPU a row  ${(rows / elapsed).toFixed(0).padStart(7)} rows/s  ${acks}`);
}

const dir = mkdtempSync(join(tmpdir(), 'store-commit-'));
const loaded = join(dir, 'loaded');
mkdirSync(loaded);
const first = await openSqliteStore(loaded, { synchronous: 'normal' });
for (let room = 0; room < ROOMS; room += 1) await first.openEpoch(`room-${room}`, EPOCH, 1);
for (let at = 0; at < PRELOADED; at += 5000) await first.append(Array.from({ length: 5000 }, () => next(ROOMS)));
await first.close(true);
for (const rooms of [1, ROOMS])
  for (const size of [65, 500]) {
    const copy = join(dir, `${rooms}-${size}`);
    cpSync(loaded, copy, { recursive: true });
    await measure(await openSqliteStore(copy), rooms, size);
    rmSync(copy, { recursive: true });
  }
rmSync(dir, { recursive: true });
