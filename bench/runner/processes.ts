import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export type Command = {
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
};

export type Running = {
  readonly child: ChildProcess;
  /** The last lines that it wrote, for when it fails. */
  readonly lastWords: () => string;
  readonly exited: Promise<number | null>;
};

const KEPT_OUTPUT = 4000;
const READY_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 35_000;

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => (typeof address === 'object' && address !== null ? resolve(address.port) : reject(new Error('no port'))));
    });
  });
}

/** Starts a command, pinned to a core with all its threads and children; `core` undefined: wherever the kernel likes. */
export function startAt(core: number | undefined, command: Command): Running {
  const argv = core === undefined ? command.argv : ['taskset', '-c', String(core), ...command.argv];
  const [file = '', ...args] = argv;
  const child = spawn(file, args, { cwd: command.cwd, env: { ...inherited(), ...command.env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const keep = (bytes: Buffer): void => {
    output = (output + bytes.toString()).slice(-KEPT_OUTPUT);
  };
  child.stdout.on('data', keep);
  child.stderr.on('data', keep);
  const exited = new Promise<number | null>((resolve) => {
    child.once('exit', (code) => resolve(code));
    child.once('error', (error) => {
      output += error.message;
      resolve(null);
    });
  });
  return { child, lastWords: () => output.trim(), exited };
}

/**
 * Raises (below 0) the weight of this session's processes against all others. The kernel groups tasks by session and weighs the groups,
 * so that niceness of single processes means nothing to other sessions.
 */
export function setSessionNiceness(niceness: number): void {
  writeFileSync('/proc/self/autogroup', String(niceness));
}

/** Only what a program needs to run: nothing of the caller's settings may change what is measured. */
function inherited(): Record<string, string> {
  const { PATH = '', HOME = '/' } = process.env;
  return { PATH, HOME };
}

/** Waits until `url` answers 200; throws when the process ends first or a minute passes. */
export async function waitUntilReady(running: Running, url: string): Promise<void> {
  let hasExited = false;
  void running.exited.then(() => {
    hasExited = true;
  });
  const deadline = performance.now() + READY_TIMEOUT_MS;
  while (performance.now() < deadline) {
    if (hasExited) throw new Error(`the server ended before it was ready:\n${running.lastWords()}`);
    if (await answers(url)) return;
    await sleep(50);
  }
  throw new Error(`no answer from ${url} for a minute:\n${running.lastWords()}`);
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}

/** The process and all that it started: nginx's worker as well as a launcher's child. */
export function withDescendants(pid: number): number[] {
  let children: number[] = [];
  try {
    children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);
  } catch {
    // it is gone
  }
  return [pid, ...children.flatMap(withDescendants)];
}

/** SIGTERM, and SIGKILL to one that does not go. */
export async function stop(running: Running): Promise<number | null> {
  running.child.kill('SIGTERM');
  const ended = await Promise.race([running.exited, sleep(STOP_TIMEOUT_MS, 'late' as const, { ref: false })]);
  if (ended !== 'late') return ended;
  running.child.kill('SIGKILL');
  await running.exited;
  return null;
}
