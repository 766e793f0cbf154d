import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programPath } from './build.ts';
import type { Peer } from './peers.ts';
import { BENCH_DIR, LOAD_CORE, ROOT_DIR, SERVER_CORE } from './places.ts';
import { freePort, type Running, startAt, stop, waitUntilReady, withDescendants } from './processes.ts';
import { awaitStored, storedRows, totalMessages } from './store-check.ts';
import type { Workload } from './workloads.ts';

export type SessionOptions = {
  readonly seconds: number;
  readonly warmup: number;
  /** Further options of the load generator, as they are. */
  readonly loadArgs: readonly string[];
  /** Copied for each run of ours; undefined: an empty one. */
  readonly preparedDataDir: string | undefined;
  /** A shell command that runs beside the load. */
  readonly beside: string | undefined;
};

type Quantiles = { readonly count: number; readonly p50: number; readonly p90: number; readonly p99: number; readonly max: number };

/** The load generator's line; which figures are there depends on the workload. */
export type LoadLine = {
  readonly ok: boolean;
  readonly connections: number;
  readonly connectPerSecond: number;
  readonly windowSeconds?: number;
  readonly deliveriesPerSecond?: number;
  readonly messagesPerSecond?: number;
  readonly acksPerSecond?: number;
  readonly latencyUs?: Quantiles;
  readonly ackLatencyUs?: Quantiles;
  readonly serverCpuSeconds?: number;
  readonly cpuSecondsPerMillion?: number;
  readonly serverRssBytes?: number;
  readonly loadCpuShare?: number;
  readonly accepted?: number;
  readonly bytesPerConnection?: number;
  readonly bytesPerConnectionLater?: number;
  readonly secondsTo99?: number;
  readonly secondsToAll?: number;
  readonly slow?: readonly { readonly fate: string; readonly closeCode: number }[];
  readonly errors: Readonly<Record<string, number>>;
  readonly checks: Readonly<Record<string, number>>;
};

export type Outcome = {
  readonly workload: string;
  readonly peer: string;
  readonly round: number;
  readonly load: LoadLine | undefined;
  /** Ours, with a store: from the end of the load until everything accepted was stored. */
  readonly backlogSeconds?: number;
  readonly besideExit?: number | null;
  /** Why the run does not count; empty when it does. */
  readonly problems: readonly string[];
};

const MAX_BACKLOG_SECONDS = 1;

/** Starts the server, runs the load against it once, checks, stops it. Never throws for what server or load do wrong. */
export async function runSession(peer: Peer, workload: Workload, round: number, options: SessionOptions): Promise<Outcome> {
  const dir = mkdtempSync(join(tmpdir(), 'hubbub-bench-'));
  const identity = { workload: workload.name, peer: peer.name, round };
  try {
    return { ...identity, ...(await measure(peer, workload, options, dir)) };
  } catch (error) {
    return { ...identity, load: undefined, problems: [error instanceof Error ? error.message : String(error)] };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

type Measured = Omit<Outcome, 'workload' | 'peer' | 'round'>;

async function measure(peer: Peer, workload: Workload, options: SessionOptions, dir: string): Promise<Measured> {
  const port = await freePort();
  const base = `http://127.0.0.1:${port}`;
  const dataDir = join(dir, 'db');
  if (peer.isOurs) prepare(dataDir, options.preparedDataDir);
  const server = startAt(SERVER_CORE, peer.command(port, dir));
  try {
    await waitUntilReady(server, `${base}/health`);
    const { stores, counts } = peer;
    const before = counts ? await totalMessages(base) : stores ? storedRows(dataDir) : 0;
    const beside = options.beside === undefined ? undefined : startBeside(options.beside, base, dataDir);
    const { load, problems } = await runLoad(peer, workload, options, port, server);
    const besideExit = beside === undefined ? undefined : await endBeside(beside);
    if (!stores || load === undefined || beside !== undefined)
      return { load, problems, ...(beside === undefined ? {} : { besideExit: besideExit ?? null }) };
    return await withStoreChecks(load, problems, { base, dataDir, before, server, counts });
  } finally {
    await stop(server);
  }
}

function prepare(dataDir: string, prepared: string | undefined): void {
  mkdirSync(dataDir, { recursive: true });
  if (prepared !== undefined) cpSync(prepared, dataDir, { recursive: true });
}

function startBeside(command: string, base: string, dataDir: string): Running {
  return startAt(undefined, { argv: ['sh', '-c', command], cwd: ROOT_DIR, env: { HUBBUB_URL: base, DATA_DIR: dataDir } });
}

/** Null: it was still at work when the load ended, as it should be. */
async function endBeside(beside: Running): Promise<number | null> {
  if (beside.child.exitCode !== null) return beside.child.exitCode;
  for (const pid of withDescendants(beside.child.pid ?? 0).slice(1)) process.kill(pid, 'SIGTERM'); // a shell does not pass it on
  return await stop(beside);
}

async function runLoad(
  peer: Peer,
  workload: Workload,
  options: SessionOptions,
  port: number,
  server: Running,
): Promise<{ load: LoadLine | undefined; problems: string[] }> {
  const pids = withDescendants(server.child.pid ?? 0).flatMap((pid) => ['--pid', String(pid)]);
  const timing = ['--seconds', String(options.seconds), '--warmup', String(options.warmup)];
  const argv = [
    programPath('load'),
    workload.preset,
    '--port',
    String(port),
    ...pids,
    ...timing,
    ...peer.loadArgs(workload),
    ...options.loadArgs,
  ];
  const running = startAt(LOAD_CORE, { argv, cwd: BENCH_DIR, env: {} });
  const code = await running.exited;
  const words = running.lastWords().split('\n');
  const line = words.find((text) => text.startsWith('{'));
  const others = words.filter((text) => text !== '' && text !== line);
  const load = line === undefined ? undefined : (JSON.parse(line) as LoadLine);
  if (code === 0) return { load, problems: [] };
  return { load, problems: [...others, ...wrongCounts(load), ...(load === undefined ? [server.lastWords()] : [])] };
}

function wrongCounts(load: LoadLine | undefined): string[] {
  if (load === undefined) return [];
  return [load.checks, load.errors].flatMap((counts) =>
    Object.entries(counts)
      .filter(([, count]) => count > 0)
      .map(([name, count]) => `${name}: ${count}`),
  );
}

type StoreContext = {
  readonly base: string;
  readonly dataDir: string;
  readonly before: number;
  readonly server: Running;
  readonly counts: boolean;
};

/** A run counts only if what was delivered is stored soon after, and then really lies in the file. */
async function withStoreChecks(load: LoadLine, problems: readonly string[], context: StoreContext): Promise<Measured> {
  const accepted = load.accepted;
  if (accepted === undefined) return { load, problems };
  const found = [...problems];
  const backlog = context.counts ? await awaitStored(context.base, context.before + accepted) : undefined;
  if (backlog !== undefined && backlog.missing !== 0)
    found.push(`${backlog.missing} of ${accepted} accepted messages are not in the snapshot's total`);
  if (backlog !== undefined && backlog.seconds >= MAX_BACKLOG_SECONDS) found.push(`write backlog of ${backlog.seconds.toFixed(1)} s`);
  const exit = await stop(context.server);
  if (exit !== 0) found.push(`the server's exit code was ${exit}`);
  const missing = context.before + accepted - storedRows(context.dataDir);
  if (missing !== 0) found.push(`${missing} accepted messages are not in the store's file`);
  return { load, ...(backlog === undefined ? {} : { backlogSeconds: backlog.seconds }), problems: found };
}
