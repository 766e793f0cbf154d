import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { countingWriter } from '../../packages/server/src/compose-analytics.ts';
import { DATABASE_FILE, openSqliteStore } from '../../packages/server/src/store/sqlite/sqlite-store.ts';
import type { StoredMessage } from '../../packages/server/src/store/store.ts';

const MIB = 1024 * 1024;
const EPOCH = '11111111-1111-4111-8111-111111111111';
const BATCH = 500;
const CONTENT = 'x'.repeat(1000);
/** Three times what the log may hold, in texts alone. */
const MESSAGES = (3 * 128 * MIB) / CONTENT.length;
const ROOMS = 20;
/** The limit, and a quarter of it for each of some waits in vain; without a limit it grows to more than 700 MiB here. */
const MOST = 256 * MIB;

/** Reads follow one another without a gap, each holding the state that it began with for a while; two of these are never both between reads. */
const READER = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { DatabaseSync } = require('node:sqlite');
  const db = new DatabaseSync(workerData.path, { readOnly: true, timeout: 5000 });
  const pause = new Int32Array(new SharedArrayBuffer(4));
  const read = db.prepare('select sum(length(content)) from messages where row > (select max(row) from messages) - 5000');
  let reads = 0;
  parentPort.on('message', () => { parentPort.postMessage(reads); db.close(); process.exit(0); });
  const next = () => {
    db.exec('begin');
    read.get();
    Atomics.wait(pause, 0, 0, 100);
    db.exec('commit');
    reads += 1;
    setImmediate(next);
  };
  setTimeout(next, workerData.delayMs);
`;

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'hubbub-wal-'));
});
afterEach(() => rmSync(dir, { recursive: true }));

const message = (n: number): StoredMessage => ({
  roomId: `r${n % ROOMS}`,
  messageId: `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`,
  type: 'chat',
  userId: `u${n % 977}`,
  username: 'U',
  content: CONTENT,
  timestamp: 1_767_225_600_000 + n,
  replyTo: undefined,
  position: { epoch: EPOCH, seq: Math.floor(n / ROOMS) + 1 },
});

async function stopReader(reader: Worker): Promise<number> {
  const reads = new Promise<number>((resolve) => reader.once('message', resolve));
  reader.postMessage('stop');
  return reads;
}

test.each([
  ['', undefined],
  [', with everything counted', countingWriter],
])('the write-ahead log stays short beside reads that never pause%s', async (_name, analytics) => {
  const store = await openSqliteStore(dir, { synchronous: 'normal', analytics });
  const path = join(dir, DATABASE_FILE);
  const readers = [0, 50].map((delayMs) => new Worker(READER, { eval: true, workerData: { path, delayMs } }));
  await Promise.all(Array.from({ length: ROOMS }, (_, n) => store.openEpoch(`r${n}`, EPOCH, 1)));
  let longest = 0;
  let most = 0;
  const startedAt = performance.now();
  for (let first = 0; first < MESSAGES; first += BATCH) {
    const at = performance.now();
    await store.append(Array.from({ length: BATCH }, (_, n) => message(first + n)));
    longest = Math.max(longest, performance.now() - at);
    most = Math.max(most, statSync(`${path}-wal`).size);
  }
  const seconds = (performance.now() - startedAt) / 1000;
  const reads = (await Promise.all(readers.map(stopReader))).reduce((sum, each) => sum + each, 0);
  await store.close(true);
  console.log(
    `${Math.round(MESSAGES)} messages in ${seconds.toFixed(1)} s beside ${reads} reads; the log took ${Math.round(most / MIB)} MiB at most, a batch ${Math.round(longest)} ms`,
  );
  expect(reads).toBeGreaterThan(2 * seconds);
  expect(most).toBeLessThan(MOST);
  // Kept as it came: nobody had to give up.
  expect(statSync(path).size).toBeGreaterThan(MESSAGES * CONTENT.length);
});
