import { type ChildProcess, fork, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestClient } from '../kit/client.ts';
import { metricSum } from '../kit/http.ts';
import type { Report } from '../kit/receivers.ts';
import { UNLIMITED, useServer } from '../kit/server-process.ts';
import { eventually, sleep, within } from '../kit/wait.ts';

const server = useServer({ ...UNLIMITED, LOG_LEVEL: 'warn' });
const MEMBERS = 999;
const PER_SECOND = 15;
const LONG = '💬'.repeat(950);
const PHASE_MS = 20_000;

let receivers: ChildProcess[] = [];
let writer: TestClient;

beforeAll(async () => {
  const url = `${server().wsUrl}?room=big&history=0`;
  const program = fileURLToPath(new URL('../kit/receivers.ts', import.meta.url));
  receivers = [0, 1, 2].map((k) => fork(program, [url, String(MEMBERS / 3), `m${k}`], { execPath: process.execPath, execArgv: [] }));
  await Promise.all(
    receivers.map((child) => within('the members are in', new Promise((resolve) => child.once('message', resolve)), 60_000)),
  );
  writer = await TestClient.connect(server(), { userId: 'writer', rooms: ['big'], records: false });
});
afterAll(() => {
  for (const child of receivers) child.kill();
});

async function reports(): Promise<Report[]> {
  return Promise.all(
    receivers.map((child) => {
      const answer = new Promise<Report>((resolve) => child.once('message', (report) => resolve(report as Report)));
      child.send('report');
      return within('the report', answer);
    }),
  );
}

/** Says ten long things a second until the time is over or `isDone`; the members' figures. */
async function talk(name: string, isDone: () => Promise<boolean>, atMostMs: number): Promise<{ said: number; reports: Report[] }> {
  await reports();
  const startedAt = performance.now();
  let said = 0;
  while (performance.now() - startedAt < atMostMs && !(said % PER_SECOND === 0 && (await isDone()))) {
    writer.chat(`${(performance.timeOrigin + performance.now()).toFixed(3)} ${LONG}`);
    said++;
    await sleep(Math.max(1, (said * 1000) / PER_SECOND - (performance.now() - startedAt)));
  }
  await sleep(1_000);
  const all = await reports();
  const worst = (key: 'p50Ms' | 'p99Ms' | 'maxMs'): string => Math.max(...all.map((report) => report[key])).toFixed(1);
  console.log(`${name}: ${said} messages, latency p50 ${worst('p50Ms')} ms, p99 ${worst('p99Ms')} ms, max ${worst('maxMs')} ms`);
  return { said, reports: all };
}

const slowCount = () => metricSum(server(), /slow/i);

test.for([
  ['never reads', 0],
  ['reads 1 KB a second', 1024],
] as const)(
  'SLOW-1 SLOW-3 P6: a member that %s is cut and counted, and the 999 others lose nothing (latencies printed)',
  async ([name, rate]) => {
    const quiet = await talk(`without one that ${name}`, async () => false, PHASE_MS);
    const before = await slowCount();
    const program = fileURLToPath(new URL('../kit/slow-reader.py', import.meta.url));
    const slow = spawn('python3', [program, String(server().port), 'big', String(rate)], { stdio: ['pipe', 'pipe', 'inherit'] });
    let output = '';
    slow.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
    try {
      await eventually('the slow one is in', () => (output.includes('joined') ? true : undefined));
      const wakeWhenCut = async (): Promise<boolean> => {
        if ((await slowCount()) <= before) return false;
        slow.stdin.write('\n');
        return true;
      };
      const loud = await talk(`with one that ${name}`, wakeWhenCut, 240_000);
      expect(await slowCount()).toBeGreaterThan(before);
      await eventually('it ends', () => (output.includes('close') ? true : undefined), 40_000);
      if (rate > 0) expect(output).toContain('close 4408');
      for (const { said, reports: all } of [quiet, loud]) {
        expect(all.map(({ fewest, most }) => [fewest, most])).toEqual(all.map(() => [said, said]));
      }
    } finally {
      slow.kill();
    }
  },
);
