/**
 * What readers of `/api/analytics/stream` cost the server: its share of one core with none and with 1,000 of them, over loopback, while
 * people write. Run: `node bench/micro/analytics-stream.bench.ts [readers] [seconds]` (Node 24).
 * Both sides alternate in one run; a share is CPU time of the whole server process (threads and kernel work included) by the clock.
 */

import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import { freePort, startAt } from '../runner/processes.ts';

const [READERS = 1000, SECONDS = 10] = process.argv.slice(2).map(Number);
const ROUNDS = 5;
/** Connected all the time, so that the snapshot lists as many users as it may. */
const USERS = 200;
const TICKS_PER_SECOND = 100;
const START = fileURLToPath(new URL('../../packages/server/start.mjs', import.meta.url));

const port = await freePort();
const folder = mkdtempSync(join(tmpdir(), 'hubbub-stream-'));
const server = startAt(undefined, {
  argv: [process.execPath, START],
  cwd: folder,
  env: {
    PORT: String(port),
    HOST: '127.0.0.1',
    DATA_DIR: folder,
    LOG_LEVEL: 'warn',
    MAX_ANALYTICS_STREAMS: String(READERS),
    MAX_ANALYTICS_STREAMS_PER_IP: '0',
  },
});
const users: WebSocket[] = [];
let events = 0;
let bytes = 0;

try {
  await ready();
  for (let i = 0; i < USERS; i++) users.push(await joinAs(`user-${i}`));
  for (const scene of ['quiet', 'chat', 'join'] as const) await measure(scene);
} finally {
  for (const user of users) user.terminate();
  server.child.kill('SIGTERM');
  await server.exited;
  rmSync(folder, { recursive: true, force: true });
}

/** `quiet`: nothing happens. `chat`: 20 messages a second, so a small diff each second. `join`: the list of users changes as well. */
async function measure(scene: 'quiet' | 'chat' | 'join'): Promise<void> {
  const stop = new AbortController();
  const acting = scene === 'quiet' ? undefined : act(scene, stop.signal);
  const shares: { readonly without: number; readonly beside: number }[] = [];
  [events, bytes] = [0, 0];
  for (let round = 0; round < ROUNDS; round++) {
    const without = await share();
    const readers = await openReaders();
    const beside = await share();
    for (const reader of readers) reader.destroy();
    await sleep(500);
    shares.push({ without, beside });
  }
  stop.abort();
  await acting;
  const more = shares.map(({ without, beside }) => beside - without);
  const line = [
    `${scene}: without ${percent(median(shares.map(({ without }) => without)))}`,
    `with ${READERS} readers ${percent(median(shares.map(({ beside }) => beside)))}`,
    `more ${percent(median(more))} (${percent(Math.min(...more))} to ${percent(Math.max(...more))})`,
    `${Math.round(events / ROUNDS / SECONDS)} events/s, ${(bytes / ROUNDS / SECONDS / 1e6).toFixed(2)} MB/s`,
  ];
  console.log(line.join(', '));
}

async function act(scene: 'chat' | 'join', signal: AbortSignal): Promise<void> {
  for (let i = 0; !signal.aborted; i++) {
    users[i % USERS]?.send(JSON.stringify({ type: 'chat', content: `message ${i}` }));
    if (scene === 'join' && i % 20 === 0) {
      users.shift()?.close();
      users.push(await joinAs(`late-${i}`));
    }
    await sleep(50);
  }
}

/** Of one core. */
async function share(): Promise<number> {
  const [before, at] = [cpuSeconds(), performance.now()];
  const counted = [events, bytes] as const;
  await sleep(SECONDS * 1000);
  if (counted[0] === events) [events, bytes] = counted;
  return ((cpuSeconds() - before) * 1000) / (performance.now() - at);
}

function cpuSeconds(): number {
  const fields = readFileSync(`/proc/${server.child.pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

async function openReaders(): Promise<readonly Socket[]> {
  const readers: Socket[] = [];
  for (let i = 0; i < READERS; i++) {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    socket.write('GET /api/analytics/stream HTTP/1.1\r\nhost: localhost\r\n\r\n');
    const [head] = (await once(socket, 'data')) as [Buffer];
    if (!head.toString('latin1').startsWith('HTTP/1.1 200')) throw new Error(head.toString().slice(0, 200));
    readers.push(socket);
  }
  await sleep(500);
  for (const socket of readers) {
    socket.on('data', (piece: Buffer) => {
      bytes += piece.length;
      if (piece.subarray(0, 6).toString() === 'event:') events++;
    });
  }
  return readers;
}

async function joinAs(name: string): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws?userId=${name}&username=${name}&room=r-${name}&history=0`, {
    perMessageDeflate: false,
  });
  await once(socket, 'open');
  return socket;
}

async function ready(): Promise<void> {
  for (let i = 0; i < 200; i++) {
    const isReady = await fetch(`http://127.0.0.1:${port}/ready`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) return;
    await sleep(100);
  }
  throw new Error(`the server did not start: ${server.lastWords()}`);
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function percent(part: number): string {
  return `${(100 * part).toFixed(1)} %`;
}
