// The benchmark: `npm run bench -- W1 W3 --peers plain-ws,c-coalesced --rounds 3`. See README.md in this folder.
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { buildPrograms, installPeerPackages } from './runner/build.ts';
import { PEERS, type Peer, peerNamed } from './runner/peers.ts';
import { LOAD_CORE, RESULTS_DIR, SERVER_CORE } from './runner/places.ts';
import { preparedDataDir } from './runner/preload.ts';
import { setSessionNiceness } from './runner/processes.ts';
import { type Outcome, runSession, type SessionOptions } from './runner/session.ts';
import { renderTable } from './runner/table.ts';
import { WORKLOADS, type Workload, workloadNamed } from './runner/workloads.ts';

const DEFAULT_WORKLOADS = ['W1', 'W1p', 'W2', 'W3', 'W4', 'W7', 'W7l'];
const DEFAULT_PEERS = 'hubbub,plain-ws,c-coalesced';

const HELP = `npm run bench -- [workloads] [options]

workloads: ${WORKLOADS.map(({ name }) => name).join(' ')}, or "all" (default: ${DEFAULT_WORKLOADS.join(' ')})
  --peers a,b,c      ${PEERS.map(({ name }) => name).join(' ')}, or "all" (default: ${DEFAULT_PEERS})
  --rounds N         interleaved: A B C A B C (default 3)
  --seconds S        measured window (default 10); --warmup S before it (default 2)
  --quick            one round, 3 seconds
  --baseline NAME    what ratios are of (default plain-ws)
  --preload N        ours starts with N messages in its store (made once by the import, copied for each run)
  --data-dir DIR     the same with a data folder of yours
  --load "ARGS"      further options of the load generator, e.g. "--slow 1 --rate 500"; see bench/build/load --help
  --beside "COMMAND" a shell command that runs beside the load (HUBBUB_URL and DATA_DIR are set)
  --priority N       0 to 20: this session's weight over others', on a machine that is in use (needs root)
  --label TEXT       stands in the name of the results file

npm run bench -- analytics [stages] [options]: the benchmark of analytics, see npm run bench -- analytics --help`;

type Settings = {
  readonly workloads: readonly Workload[];
  readonly peers: readonly Peer[];
  readonly rounds: number;
  readonly baseline: string;
  readonly label: string;
  readonly session: SessionOptions;
};

function parseCommandLine() {
  return parseArgs({
    allowPositionals: true,
    options: {
      peers: { type: 'string', default: DEFAULT_PEERS },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      warmup: { type: 'string', default: '2' },
      quick: { type: 'boolean', default: false },
      baseline: { type: 'string', default: 'plain-ws' },
      preload: { type: 'string' },
      'data-dir': { type: 'string' },
      load: { type: 'string', default: '' },
      beside: { type: 'string' },
      priority: { type: 'string', default: '0' },
      label: { type: 'string', default: '' },
      help: { type: 'boolean', default: false },
    },
  });
}

function positive(text: string, name: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new Error(`--${name} is a positive number, not ${text}`);
  return value;
}

async function settingsOf({ values, positionals }: ReturnType<typeof parseCommandLine>): Promise<Settings> {
  const names = positionals.length === 0 ? DEFAULT_WORKLOADS : positionals;
  const { preload } = values;
  return {
    workloads: names.includes('all') ? WORKLOADS : names.map(workloadNamed),
    peers: values.peers === 'all' ? PEERS : values.peers.split(',').map(peerNamed),
    rounds: positive(values.rounds ?? (values.quick ? '1' : '3'), 'rounds'),
    baseline: values.baseline,
    label: values.label,
    session: {
      seconds: positive(values.seconds ?? (values.quick ? '3' : '10'), 'seconds'),
      warmup: positive(values.warmup, 'warmup'),
      loadArgs: values.load.split(' ').filter(Boolean),
      preparedDataDir: preload === undefined ? values['data-dir'] : await preparedDataDir(positive(preload, 'preload')),
      beside: values.beside,
    },
  };
}

/** The peers that can run, after printing why the others cannot. */
function available(peers: readonly Peer[]): Peer[] {
  return peers.filter((peer) => {
    const reason = peer.missing();
    if (reason !== undefined) console.log(`without ${peer.name}: ${reason}`);
    return reason === undefined;
  });
}

function announce(peers: readonly Peer[]): void {
  const [cpu] = cpus();
  console.log(`${cpus().length} × ${cpu?.model ?? 'unknown processor'}, Linux ${release()}, Node ${process.version}`);
  console.log(
    `core ${SERVER_CORE}: the server with all its threads and children; core ${LOAD_CORE}: the load generator; the same for each`,
  );
  for (const peer of peers) console.log(`  ${peer.name} leaves out: ${peer.leavesOut}`);
  console.log('');
}

/** A B C A B C: what disturbs the machine for a while disturbs all peers alike. */
async function runWorkload(workload: Workload, peers: readonly Peer[], settings: Settings): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (let round = 1; round <= settings.rounds; round++) {
    for (const peer of peers) {
      const skipped = peer.skips(workload);
      if (skipped !== undefined) {
        if (round === 1) console.log(`${workload.name} without ${peer.name}: ${skipped}`);
        continue;
      }
      const outcome = await runSession(peer, workload, round, settings.session);
      outcomes.push(outcome);
      for (const problem of outcome.problems) console.log(`${workload.name} ${peer.name} round ${round} does not count: ${problem}`);
      if (outcome.load?.slow !== undefined) console.log(`${workload.name} ${peer.name} slow readers: ${JSON.stringify(outcome.load.slow)}`);
      if (outcome.besideExit !== undefined)
        console.log(`${workload.name} ${peer.name}: beside, exit ${outcome.besideExit ?? 'none before the load ended'}`);
    }
  }
  return outcomes;
}

function writeResults(settings: Settings, outcomes: readonly Outcome[]): string {
  mkdirSync(RESULTS_DIR, { recursive: true });
  const stamp = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const path = join(RESULTS_DIR, `${stamp}${settings.label === '' ? '' : `-${settings.label}`}.json`);
  const machine = { cpus: cpus().length, model: cpus()[0]?.model ?? '', kernel: release(), node: process.version };
  const { rounds, baseline, session } = settings;
  const cores = { server: SERVER_CORE, load: LOAD_CORE };
  writeFileSync(path, `${JSON.stringify({ at: stamp, machine, cores, rounds, baseline, session, outcomes }, undefined, 1)}\n`);
  return path;
}

async function main(): Promise<number> {
  const commandLine = parseCommandLine();
  if (commandLine.values.help) {
    console.log(HELP);
    return 0;
  }
  buildPrograms();
  if (commandLine.values.priority !== '0') setSessionNiceness(-positive(commandLine.values.priority, 'priority'));
  const settings = await settingsOf(commandLine);
  const lacking = settings.peers.some(({ name }) => name === 'socket-io' || name === 'bun') ? installPeerPackages() : undefined;
  if (lacking !== undefined) console.log(lacking);
  const peers = available(settings.peers);
  announce(peers);
  const outcomes: Outcome[] = [];
  for (const workload of settings.workloads) {
    const own = await runWorkload(workload, peers, settings);
    outcomes.push(...own);
    console.log(`${renderTable(workload, own, settings.baseline)}\n`);
  }
  console.log(`written to ${writeResults(settings, outcomes)}`);
  return outcomes.length > 0 && outcomes.every(({ problems }) => problems.length === 0) ? 0 : 1;
}

// A benchmark of its own, with options of its own.
if (process.argv[2] === 'analytics') await import('./analytics/run.ts');
else
  process.exitCode = await main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : error);
    return 2;
  });
