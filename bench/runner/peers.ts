import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { programPath } from './build.ts';
import { BENCH_DIR, ROOT_DIR } from './places.ts';
import type { Command } from './processes.ts';
import type { Workload } from './workloads.ts';

/** One server under test. `dir` is an empty folder of its own, gone after the run. */
export type Peer = {
  readonly name: string;
  /** What it does not do that ours does, in a few words. */
  readonly leavesOut: string;
  readonly isOurs: boolean;
  /** True: what it accepts can be looked for in its store afterwards. */
  readonly stores: boolean;
  /** True: what it has stored is counted in its snapshot. */
  readonly counts: boolean;
  /** Why it cannot run here, or undefined. */
  readonly missing: () => string | undefined;
  readonly command: (port: number, dir: string) => Command;
  /** Options of the load generator that this server needs. */
  readonly loadArgs: (workload: Workload) => readonly string[];
  readonly skips: (workload: Workload) => string | undefined;
};

const NODE = join(ROOT_DIR, 'node_modules', '.bin', 'node');
const NCHAN_MODULE = '/usr/lib/nginx/modules/ngx_nchan_module.so';
/** Nchan's frames are what the client sent: this content makes them as long as the others' results (269 bytes). */
const NCHAN_CONTENT_BYTES = 239;

const never = (): undefined => undefined;
const NO_STORE = 'storage, analytics, presence, limits, recovery; acks are immediate';

function nodePeer(name: string, script: string, leavesOut: string): Peer {
  return {
    name,
    leavesOut,
    isOurs: false,
    stores: false,
    counts: false,
    missing: never,
    command: (port) => ({ argv: [NODE, join(BENCH_DIR, 'peers', script)], cwd: BENCH_DIR, env: { PORT: String(port) } }),
    loadArgs: plainArgs,
    skips: never,
  };
}

/** Without recovery there is nothing to catch up with: W6 measures the return alone. */
function plainArgs(workload: Workload): readonly string[] {
  return workload.kind === 'storm' ? ['--backlog', '0'] : [];
}

function cPeer(name: string): Peer {
  return {
    ...nodePeer(name, '', NO_STORE),
    command: (port) => ({ argv: [programPath(name), String(port)], cwd: BENCH_DIR, env: {} }),
  };
}

const SOCKET_IO: Peer = {
  ...nodePeer('socket-io', 'socket-io.mjs', NO_STORE),
  missing: () =>
    existsSync(join(BENCH_DIR, 'node_modules', 'socket.io')) ? undefined : 'the package socket.io is not installed in bench/',
  loadArgs: (workload) => [
    '--wire',
    'socket.io',
    '--path',
    '/socket.io/?EIO=4&transport=websocket&userId=u{u}&username=u{u}&room=r{r}',
    ...plainArgs(workload),
  ],
};

/** The npm package ships a binary per kind of processor; its launcher needs an install script, which `npm ci --ignore-scripts` skips. */
function bunBinary(): string | undefined {
  const dir = join(BENCH_DIR, 'node_modules', '@oven');
  const binaries = existsSync(dir) ? readdirSync(dir).map((name) => join(dir, name, 'bin', 'bun')) : [];
  return binaries.find((binary) => spawnSync(binary, ['--version']).status === 0);
}

const BUN: Peer = {
  ...nodePeer('bun', '', NO_STORE),
  missing: () => (bunBinary() === undefined ? 'no binary of the package bun runs here' : undefined),
  command: (port) => ({
    argv: [bunBinary() ?? 'bun', join(BENCH_DIR, 'peers', 'bun.ts')],
    cwd: BENCH_DIR,
    env: { PORT: String(port) },
  }),
};

const NCHAN: Peer = {
  ...nodePeer('nchan', '', 'parsing, validating, stamping (bytes go out as they came); storage, analytics, presence, limits, acks'),
  missing: () => (existsSync(NCHAN_MODULE) ? undefined : 'not installed: apt-get install nginx libnginx-mod-nchan'),
  command: (port, dir) => {
    const template = readFileSync(join(BENCH_DIR, 'peers', 'nchan.conf'), 'utf8');
    const conf = join(dir, 'nginx.conf');
    mkdirSync(dir, { recursive: true });
    writeFileSync(conf, template.replaceAll('@DIR@', dir).replaceAll('@PORT@', String(port)));
    return { argv: ['nginx', '-p', dir, '-c', conf], cwd: dir, env: {} };
  },
  loadArgs: (workload) => ['--content', String(NCHAN_CONTENT_BYTES), ...plainArgs(workload)],
  skips: (workload) => (workload.kind === 'acks' ? 'has no acks' : undefined),
};

const OUR_ENV = {
  RATE_LIMIT_PER_SEC: '0',
  MAX_CONNECTIONS_PER_IP: '0',
  MAX_CONNECTIONS: '19500',
  LOG_LEVEL: 'warn',
  HOST: '127.0.0.1',
};

function ours(name: string, leavesOut: string, extra: Readonly<Record<string, string>>): Peer {
  const entry = join(ROOT_DIR, 'packages', 'server', 'src', 'main.ts');
  return {
    name,
    leavesOut,
    isOurs: true,
    stores: extra.STORE !== 'none',
    counts: extra.STORE !== 'none' && extra.ANALYTICS !== 'off',
    missing: () => (existsSync(entry) ? undefined : 'the server is not there yet'),
    command: (port, dir) => ({
      argv: [NODE, entry],
      cwd: ROOT_DIR,
      env: { ...OUR_ENV, ...extra, PORT: String(port), DATA_DIR: join(dir, 'db') },
    }),
    loadArgs: (workload) => (workload.kind === 'storm' ? ['--resume'] : ['--ready', 'joined']),
    skips: (workload) => (extra.STORE === 'none' && workload.kind === 'acks' ? 'stores nothing, so acks nothing' : undefined),
  };
}

export const PEERS: readonly Peer[] = [
  ours('hubbub', 'nothing (rate and connection limits are raised)', { HISTORY_ON_JOIN: '0' }),
  ours('hubbub-no-analytics', 'analytics', { HISTORY_ON_JOIN: '0', ANALYTICS: 'off' }),
  ours('hubbub-bare', 'storage and analytics', { HISTORY_ON_JOIN: '0', STORE: 'none', ANALYTICS: 'off' }),
  nodePeer('plain-ws', 'plain-ws.mjs', NO_STORE),
  SOCKET_IO,
  BUN,
  NCHAN,
  cPeer('c-plain'),
  cPeer('c-coalesced'),
];

export function peerNamed(name: string): Peer {
  const found = PEERS.find((peer) => peer.name === name);
  if (found === undefined) throw new Error(`no peer ${name}; there are ${PEERS.map((peer) => peer.name).join(' ')}`);
  return found;
}
