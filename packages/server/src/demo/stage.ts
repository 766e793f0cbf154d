import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findServer } from '../import/running-server.ts';
import type { Clock } from '../util/clock.ts';

/** A program that is run, not a part of this one. */
const START = join(import.meta.dirname, '../../start.mjs');
const START_LIMIT_MS = 20_000;
const LOOK_MS = 50;
/** A server's own limit is 30 s. */
const STOP_LIMIT_MS = 35_000;
const ANSWER_LIMIT_MS = 3000;
const LAST_WORDS = 2000;

/** The server that is played into. */
export interface Stage {
  /** Without a slash at its end. */
  readonly url: string;
  readonly isOurs: boolean;
  /** Resolves when it has gone by itself; never for one that is not ours. */
  readonly gone: Promise<void>;
  /** Drains a server of ours and takes its folder away; leaves any other alone. */
  close(): Promise<void>;
}

export type StageOutcome = { readonly kind: 'ready'; readonly stage: Stage } | { readonly kind: 'failed'; readonly message: string };

export type Found = 'hubbub' | 'nothing' | 'something_else';

/** Who answers at an address. */
export async function look(url: string, clock: Clock): Promise<Found> {
  const limit = new AbortController();
  const cancel = clock.after(ANSWER_LIMIT_MS, () => limit.abort());
  try {
    const response = await fetch(new URL('/health', url), { signal: limit.signal });
    const body: unknown = await response.json();
    return typeof body === 'object' && body !== null && 'clients' in body ? 'hubbub' : 'something_else';
  } catch (error) {
    return error instanceof TypeError && isRefused(error.cause) ? 'nothing' : 'something_else';
  } finally {
    cancel();
  }
}

function isRefused(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && (cause.code === 'ECONNREFUSED' || cause.code === 'ENOTFOUND');
}

/** A server that was there before. */
export function existingStage(url: string): Stage {
  return { url: url.replace(/\/+$/, ''), isOurs: false, gone: new Promise(() => {}), close: async () => {} };
}

/** Starts a server on this machine alone, in a temporary folder, without limits that a fast log would run into. */
export async function startStage(port: number, environment: NodeJS.ProcessEnv, clock: Clock, signal: AbortSignal): Promise<StageOutcome> {
  const folder = mkdtempSync(join(tmpdir(), 'hubbub-demo-'));
  const settings = { PORT: String(port), HOST: '127.0.0.1', DATA_DIR: folder, STORE: 'sqlite', LOG_LEVEL: 'warn' };
  const limits = { RATE_LIMIT_PER_SEC: '0', MAX_CONNECTIONS_PER_IP: '0' };
  // A group of its own: a Ctrl-C is for us, and the users leave before the server stops.
  const child = spawn(process.execPath, [START], {
    env: { ...environment, ...settings, ...limits },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const server = watch(child, folder, clock);
  const until = clock.monotonic() + START_LIMIT_MS;
  while (!server.hasEnded() && clock.monotonic() < until && !signal.aborted) {
    const found = findServer(folder);
    if (found.kind === 'found') {
      const stage: Stage = { url: found.url, isOurs: true, gone: server.ended, close: server.close };
      return { kind: 'ready', stage };
    }
    await Promise.race([server.ended, new Promise<void>((resolve) => clock.after(LOOK_MS, resolve))]);
  }
  await server.close();
  return { kind: 'failed', message: signal.aborted ? 'Stopped.' : `The server did not start:\n${server.lastWords()}` };
}

function watch(child: ChildProcess, folder: string, clock: Clock) {
  let words = '';
  const keep = (bytes: Buffer): void => {
    words = (words + bytes.toString()).slice(-LAST_WORDS);
  };
  child.stdout?.on('data', keep);
  child.stderr?.on('data', keep);
  let hasEnded = false;
  const ended = new Promise<void>((resolve) => {
    const end = (): void => {
      hasEnded = true;
      resolve();
    };
    child.once('close', end);
    child.once('error', (error) => {
      words += error.message;
      end();
    });
  });
  // However this process ends, but for `kill -9`: a group of its own would go on alone.
  const kill = (): void => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', kill);
  const close = async (): Promise<void> => {
    const cancel = clock.after(STOP_LIMIT_MS, () => child.kill('SIGKILL'));
    child.kill('SIGTERM');
    await ended;
    cancel();
    process.off('exit', kill);
    rmSync(folder, { recursive: true, force: true });
  };
  return { ended, close, hasEnded: () => hasEnded, lastWords: () => words.trim() };
}
