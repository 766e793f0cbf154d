import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ROOT_DIR } from '../runner/places.ts';
import { freePort, type Running, startAt } from '../runner/processes.ts';

export interface StartedServer {
  readonly running: Running;
  readonly port: number;
  readonly base: string;
  /** From the start of the process until `/health` answered. */
  readonly startSeconds: number;
}

const NODE = join(ROOT_DIR, 'node_modules', '.bin', 'node');
const PATIENCE_MS = 60_000;
const POLL_MS = 10;

const ENV = {
  RATE_LIMIT_PER_SEC: '0',
  MAX_CONNECTIONS_PER_IP: '0',
  MAX_CONNECTIONS: '19500',
  LOG_LEVEL: 'warn',
  HOST: '127.0.0.1',
  HISTORY_ON_JOIN: '0',
};

/** Starts the server on a store that is there, on whatever cores it likes: its threads are to have both. */
export async function startServer(dataDir: string): Promise<StartedServer> {
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const startedAt = performance.now();
  // As `npm start` does, which keeps what it compiled.
  const argv = [NODE, join(ROOT_DIR, 'packages', 'server', 'start.mjs')];
  const running = startAt(undefined, { argv, cwd: ROOT_DIR, env: { ...ENV, PORT: String(port), DATA_DIR: dataDir } });
  let hasEnded = false;
  void running.exited.then(() => {
    hasEnded = true;
  });
  while (!hasEnded && performance.now() - startedAt < PATIENCE_MS) {
    if (await isHealthy(base)) return { running, port, base, startSeconds: (performance.now() - startedAt) / 1000 };
    await sleep(POLL_MS);
  }
  running.child.kill('SIGKILL');
  throw new Error(`the server did not start:\n${running.lastWords()}`);
}

async function isHealthy(base: string): Promise<boolean> {
  try {
    return (await fetch(`${base}/health`)).ok;
  } catch {
    return false;
  }
}
