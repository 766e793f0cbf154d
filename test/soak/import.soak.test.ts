import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { fullHistory, get } from '../kit/http.ts';
import { hasIrcLog, IRC_LOG, ircMessageIds } from '../kit/irc-log.ts';
import { ServerProcess, UNLIMITED } from '../kit/server-process.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const EVENTS = 214_879;
const MESSAGES = 196_573;

interface ImportRun {
  readonly code: number | null;
  readonly output: string;
  readonly seconds: number;
  /** Highest resident size of any of its processes. */
  readonly peakMiB: number;
}

async function peakKiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0);
}

/** Processes whose environment carries the mark: the import and all that it started. */
async function marked(mark: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const isMarked = await Promise.all(
    pids.map((pid) =>
      readFile(`/proc/${pid}/environ`, 'latin1')
        .then((text) => text.includes(mark))
        .catch(() => false),
    ),
  );
  return pids.filter((_, i) => isMarked[i]).map(Number);
}

async function runImport(dataDir: string): Promise<ImportRun> {
  const mark = `HUBBUB_IMPORT_MARK=${Math.random()}`;
  const [name = '', value] = mark.split('=');
  const startedAt = performance.now();
  const child = spawn('npm', ['run', '--silent', 'import', '--', IRC_LOG], {
    cwd: ROOT,
    env: { ...process.env, DATA_DIR: dataDir, [name]: value },
  });
  let output = '';
  let peak = 0;
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const timer = setInterval(async () => {
    for (const pid of await marked(mark)) peak = Math.max(peak, await peakKiB(pid));
  }, 250);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearInterval(timer);
  return { code, output, seconds: (performance.now() - startedAt) / 1000, peakMiB: peak / 1024 };
}

const print = (what: string, { output, seconds, peakMiB }: ImportRun): void => {
  const last = output
    .trim()
    .split(/[\n\r]/)
    .slice(-6)
    .join('\n  ');
  console.log(`${what}: ${seconds.toFixed(1)} s, ${Math.round(EVENTS / seconds)} events/s, peak ${Math.round(peakMiB)} MiB\n  ${last}`);
};

async function expectWholeLog(server: ServerProcess): Promise<void> {
  const startedAt = performance.now();
  const history = await fullHistory(server, '#ubuntu');
  console.log(`read back ${history.length} messages in ${((performance.now() - startedAt) / 1000).toFixed(1)} s`);
  expect(history.length).toBe(MESSAGES);
  const expected = await ircMessageIds();
  expect(new Set(history.map(({ messageId }) => messageId))).toEqual(new Set(expected));
  let last = '';
  const backwards = history.filter(({ timestamp }) => {
    const isBack = timestamp < last;
    last = timestamp;
    return isBack;
  });
  expect(backwards).toEqual([]);
  expect(history.filter(({ seq }) => seq !== undefined)).toEqual([]);
  expect((await get<{ totalMessages: number }>(server, '/api/analytics')).body.totalMessages).toBe(MESSAGES);
}

describe.skipIf(!hasIrcLog(2))('importing the real log', () => {
  test('IMPORT-1 IMPORT-3 IMPORT-4 IMPORT-5 HTTP-4 SNAP-1: without a server: all of it, a second run adds none, and it is all in history', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'hubbub-import-'));
    let server: ServerProcess | undefined;
    try {
      for (const what of ['first import, no server', 'second import, no server']) {
        const run = await runImport(dataDir);
        print(what, run);
        expect(run.code).toBe(0);
        expect(run.peakMiB).toBeLessThan(400);
      }
      server = await ServerProcess.start({ env: UNLIMITED, dataDir });
      await expectWholeLog(server);
    } finally {
      await server?.dispose();
      await rm(dataDir, { recursive: true, force: true });
    }
  });

  test('IMPORT-1 IMPORT-3 IMPORT-4 IMPORT-5 HTTP-4 SNAP-1: through a running server: the same', async () => {
    const server = await ServerProcess.start({ env: UNLIMITED });
    try {
      for (const what of ['first import, running server', 'second import, running server']) {
        const run = await runImport(server.dataDir);
        print(`${what} (server peak ${Math.round((await peakKiB(server.pid)) / 1024)} MiB)`, run);
        expect(run.code).toBe(0);
        expect(run.peakMiB).toBeLessThan(400);
        expect((await peakKiB(server.pid)) / 1024).toBeLessThan(400);
      }
      await expectWholeLog(server);
      expect(await server.term()).toEqual({ code: 0, signal: null });
    } finally {
      await server.dispose();
    }
  });
});
