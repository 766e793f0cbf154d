import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { programPath } from '../runner/build.ts';
import { BENCH_DIR, LOAD_CORE } from '../runner/places.ts';
import { startAt, stop } from '../runner/processes.ts';
import { type Answer, Asker } from './ask.ts';
import { Random } from './chat/random.ts';
import { type Asked, earlierQuestions, firstQuestions, NEW_ZONES, questionsOfRound, ZONES } from './questions.ts';
import { type StartedServer, startServer } from './server.ts';

export interface AskOptions {
  readonly dataDir: string;
  readonly asked: Asked;
  readonly rounds: number;
  readonly seed: number;
  /** Of chat, without questions and with them; 0 leaves it out. */
  readonly chatSeconds: number;
}

interface ChatLatency {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

export interface Interrogation {
  readonly startSeconds: number;
  readonly answers: readonly Answer[];
  /** The first questions in zones that nobody asked for before. */
  readonly newZones: readonly Answer[];
  readonly snapshots: readonly Answer[];
  /** Milliseconds of W4, without questions and with them. */
  readonly chat: { readonly alone: ChatLatency; readonly besideQuestions: ChatLatency; readonly questions: number } | undefined;
  readonly rssBytes: number;
}

const SNAPSHOTS = 200;
const SETTLE_MS = 2000;

/** Starts a server on a loaded store and asks it: everything one after the other, then while W4 goes on. */
export async function interrogate({ dataDir, asked, rounds, seed, chatSeconds }: AskOptions): Promise<Interrogation> {
  const server = await startServer(dataDir);
  const asker = new Asker(server.base, server.running.child.pid ?? 0);
  const random = new Random(seed);
  try {
    await sleep(SETTLE_MS);
    for (const tz of ZONES) for (const question of earlierQuestions(asked, tz)) await asker.ask(question);
    const answers: Answer[] = [];
    for (let round = 0; round < rounds; round++)
      for (const question of questionsOfRound(asked, random)) answers.push(await asker.ask(question));
    const newZones: Answer[] = [];
    for (const question of firstQuestions(asked, NEW_ZONES)) newZones.push(await asker.ask(question));
    const snapshots: Answer[] = [];
    for (let i = 0; i < SNAPSHOTS; i++) snapshots.push(await asker.ask({ endpoint: 'summary', path: '/api/analytics' }));
    const rssBytes = await residentBytes(server);
    const chat = chatSeconds === 0 ? undefined : await chatBeside(server, asker, chatSeconds, () => questionsOfRound(asked, random));
    return { startSeconds: server.startSeconds, answers, newZones, snapshots, chat, rssBytes };
  } finally {
    asker.close();
    await stop(server.running);
  }
}

async function chatBeside(server: StartedServer, asker: Asker, seconds: number, questions: () => readonly { path: string }[]) {
  const alone = await chatLatency(server, seconds);
  let isOver = false;
  const chatting = chatLatency(server, seconds).finally(() => {
    isOver = true;
  });
  let asked = 0;
  while (!isOver) {
    for (const { path } of questions()) {
      if (isOver) break;
      await asker.ask({ endpoint: 'series', path });
      asked += 1;
    }
  }
  return { alone, besideQuestions: await chatting, questions: asked };
}

/** W4 with the load generator of the other workloads. */
async function chatLatency({ port }: StartedServer, seconds: number): Promise<ChatLatency> {
  const argv = [programPath('load'), 'w4', '--port', String(port), '--seconds', String(seconds), '--warmup', '2', '--ready', 'joined'];
  const running = startAt(LOAD_CORE, { argv, cwd: BENCH_DIR, env: {} });
  const code = await running.exited;
  const line = running
    .lastWords()
    .split('\n')
    .find((text) => text.startsWith('{'));
  if (code !== 0 || line === undefined) throw new Error(`W4 failed:\n${running.lastWords()}`);
  const { latencyUs } = JSON.parse(line) as { latencyUs: { p50: number; p99: number; max: number } };
  return { p50: latencyUs.p50 / 1000, p99: latencyUs.p99 / 1000, max: latencyUs.max / 1000 };
}

async function residentBytes({ running }: StartedServer): Promise<number> {
  const status = await readFile(`/proc/${running.child.pid}/status`, 'utf8').catch(() => '');
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1024;
}
