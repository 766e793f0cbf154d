import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { fullHistory, get, type Health } from '../../../test/kit/http.ts';
import { useServer } from '../../../test/kit/server-process.ts';
import { eventually, sleep } from '../../../test/kit/wait.ts';

const DEMO = fileURLToPath(new URL('../demo.mjs', import.meta.url));
const START = Date.UTC(2020, 4, 17, 12);

let folder = '';
const children: ChildProcess[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hubbub-demo-test-'));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** `TMPDIR`: where its own server keeps things. */
function demo(...args: string[]) {
  const env = { PATH: process.env.PATH ?? '', HOME: process.env.HOME ?? '/', TMPDIR: folder, PORT: '0' };
  const child = spawn(process.execPath, [DEMO, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => (text += bytes.toString()));
  const exit = once(child, 'close').then(([code]) => code as number);
  return { child, exit, text: () => text };
}

interface Line {
  readonly user: string;
  readonly content: string;
}

/** Users who come, say something and go, a message every 10 s; more of them than there are places. */
const LOG: readonly Line[] = Array.from({ length: 200 }, (_, i) => ({ user: `user ${(i * i + (i >> 3)) % 23}`, content: `line ${i}` }));

async function logFile(name: string, lines: readonly Line[] = LOG): Promise<string> {
  const file = join(folder, name);
  const texts = lines.map((line, i) => JSON.stringify({ t: START + i * 10_000, room: 'log', ...line }));
  await writeFile(file, `${texts.slice(0, 100).join('\n')}\nnonsense\n${texts.slice(100).join('\n')}\n`);
  return file;
}

const bySender = (messages: readonly { readonly userId: string; readonly content: string }[]) => {
  const all = new Map<string, string[]>();
  for (const { userId, content } of messages) all.set(userId, [...(all.get(userId) ?? []), content]);
  return all;
};

describe('npm run demo', () => {
  const server = useServer({ RATE_LIMIT_PER_SEC: '0' });
  const expected = bySender(LOG.map(({ user: userId, content }) => ({ userId, content })));

  it('plays a log through real connections, each sender in the order of the log', async () => {
    const file = await logFile('whole.jsonl');
    const { exit, text } = demo(file, '--url', server().url, '--speed', '2000', '--all', '--max-users', '10', '--room', 'played');
    expect(await exit, text()).toBe(0);
    expect(text()).toContain('Played 200 messages of 23 users');
    expect(text()).toContain('200 acked');
    expect(text()).toContain('1 lines left out, bad_json');
    expect(text()).toContain('line 101: "nonsense"');
    expect(bySender(await fullHistory(server(), 'played'))).toEqual(expected);
  });

  it('plays the same log again, as another conversation', async () => {
    const file = await logFile('again.jsonl', LOG.slice(0, 120));
    for (let i = 0; i < 2; i++)
      expect(await demo(file, '--url', server().url, '--speed', '10000', '--all', '--room', 'again').exit).toBe(0);
    expect(await fullHistory(server(), 'again')).toHaveLength(240);
  });

  it('leaves at Ctrl-C, and says how far it came', async () => {
    const file = await logFile('long.jsonl');
    const { child, exit, text } = demo(file, '--url', server().url, '--speed', '20', '--all', '--room', 'stopped');
    await eventually('somebody has written', async () => ((await fullHistory(server(), 'stopped')).length > 0 ? true : undefined));
    child.kill('SIGINT');
    expect(await exit, text()).toBe(0);
    expect(text()).toMatch(/Played \d+ messages? of/);
    await eventually('all have gone', async () => ((await get<Health>(server(), '/health')).body.clients === 0 ? true : undefined));
  });

  it('names what is wrong: no server, no file, no log', async () => {
    const file = await logFile('fine.jsonl');
    const nowhere = demo(file, '--url', 'http://127.0.0.1:8');
    expect(await nowhere.exit).toBe(1);
    expect(nowhere.text()).toMatch(/answers at http:\/\/127.0.0.1:8. Start one with npm start/);
    const missing = demo(join(folder, 'missing.jsonl'), '--url', server().url);
    expect(await missing.exit).toBe(1);
    expect(missing.text()).toContain('missing.jsonl: there is no such file');
    const empty = demo(file, '--url', server().url, '--hour', '1999-01-01T00');
    expect(await empty.exit).toBe(1);
    expect(empty.text()).toContain('No message lies in that time');
    expect(await demo('--speed', 'x').exit).toBe(2);
  });
});

describe('npm run demo without a server', () => {
  const servers = async () => (await readdir(folder)).filter((name) => name.startsWith('hubbub-demo-'));

  it('starts one, plays the busiest hour, stops it and leaves nothing behind', async () => {
    const file = await logFile('own.jsonl');
    const { exit, text } = demo(file, '--start', '--speed', '5000');
    expect(await exit, text()).toBe(0);
    expect(text()).toMatch(/Started a server in a temporary folder. Open http:\/\/127\.0\.0\.1:\d+/);
    expect(text()).toContain('Played 200 messages');
    expect(text()).toContain('200 acked');
    expect(await servers()).toEqual([]);
  });

  it('keeps it when asked to, until Ctrl-C', async () => {
    const file = await logFile('stay.jsonl', LOG.slice(0, 20));
    const { child, exit, text } = demo(file, '--start', '--speed', '5000', '--stay');
    const url = await eventually('the end of the log', () => /goes on at (http:\S+)/.exec(text())?.[1], 30_000);
    expect((await fetch(`${url}/health`)).status).toBe(200);
    child.kill('SIGINT');
    expect(await exit, text()).toBe(0);
    expect(await servers()).toEqual([]);
    await expect(fetch(`${url}/health`)).rejects.toThrow();
  });

  it('takes the signal that npm passes on for the same Ctrl-C', async () => {
    const file = await logFile('twice.jsonl');
    const { child, exit, text } = demo(file, '--start', '--speed', '1');
    const url = await eventually('the server runs', () => /Open (http:\S+)/.exec(text())?.[1], 30_000);
    child.kill('SIGINT');
    child.kill('SIGTERM');
    expect(await exit).toBe(0);
    expect(await servers()).toEqual([]);
    const listens = fetch(url).then(
      () => true,
      () => false,
    );
    expect(await listens).toBe(false);
  });
});

describe('the connections of the demo', () => {
  it('say goodbye with 1000, and wait for the answer before the same user comes back', async () => {
    const http = createServer((_, response) => response.end('{"clients":0}'));
    const wss = new WebSocketServer({ server: http });
    const codes: number[] = [];
    const open = new Set<string>();
    const twice: string[] = [];
    wss.on('connection', (socket, request) => {
      const user = new URL(request.url ?? '', 'http://x').searchParams.get('userId') ?? '';
      if (open.has(user)) twice.push(user);
      open.add(user);
      socket.on('message', (bytes: Buffer) => {
        const { ref } = JSON.parse(bytes.toString()) as { readonly ref: string };
        socket.send(JSON.stringify({ type: 'ack', ref }));
      });
      socket.on('close', (code) => {
        codes.push(code);
        open.delete(user);
      });
    });
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    const { port } = http.address() as AddressInfo;
    const file = await logFile('goodbye.jsonl');
    const { exit, text } = demo(file, '--url', `http://127.0.0.1:${port}`, '--speed', '5000', '--all', '--max-users', '3');
    expect(await exit, text()).toBe(0);
    expect(codes.length).toBeGreaterThan(23);
    expect(new Set(codes)).toEqual(new Set([1000]));
    expect([open.size, twice]).toEqual([0, []]);
    wss.close();
    http.close();
  });

  it('end the demo with a word about it when there is no server any more', async () => {
    const http = createServer((_, response) => response.end('{"clients":0}'));
    const wss = new WebSocketServer({ server: http });
    wss.on('connection', (socket) => {
      socket.on('message', () => {
        http.close();
        for (const each of wss.clients) each.terminate();
      });
    });
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    const { port } = http.address() as AddressInfo;
    const file = await logFile('gone.jsonl');
    const { exit, text } = demo(file, '--url', `http://127.0.0.1:${port}`, '--speed', '500', '--all');
    expect(await exit, text()).toBe(1);
    expect(text()).toMatch(/\d+ × connection closed by the server with 1006/);
    expect(text()).toMatch(/\d+ × no connection: ECONNREFUSED/);
    expect(text()).toContain('takes no connections any more');
  });

  it('are not waited for after a second Ctrl-C', async () => {
    const http = createServer((_, response) => response.end('{"clients":0}'));
    const wss = new WebSocketServer({ server: http });
    let spoken = false;
    wss.on('connection', (socket) => {
      socket.on('message', () => {
        spoken = true;
        // From now on it hears no goodbye.
        socket.pause();
      });
    });
    http.listen(0, '127.0.0.1');
    await once(http, 'listening');
    const { port } = http.address() as AddressInfo;
    const file = await logFile('deaf.jsonl');
    const { child, exit, text } = demo(file, '--url', `http://127.0.0.1:${port}`, '--all');
    await eventually('somebody speaks', () => (spoken ? true : undefined));
    child.kill('SIGINT');
    await sleep(500);
    child.kill('SIGINT');
    expect(await exit).toBe(130);
    expect(text()).not.toContain('Played');
    for (const each of wss.clients) each.terminate();
    http.close();
  });
});
