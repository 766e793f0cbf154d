import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BENCH_DIR, BUILD_DIR } from './places.ts';

type Program = { readonly name: string; readonly sources: readonly string[] };

const LOAD_DIR = join(BENCH_DIR, 'load');
const PEER_DIR = join(BENCH_DIR, 'peers', 'c');
const COMMON = ['hub.c', 'handshake.c', 'message.c'].map((name) => join(PEER_DIR, name));

const PROGRAMS: readonly Program[] = [
  { name: 'load', sources: cFiles(LOAD_DIR) },
  { name: 'c-plain', sources: [join(PEER_DIR, 'c-plain.c'), ...COMMON] },
  { name: 'c-coalesced', sources: [join(PEER_DIR, 'c-coalesced.c'), ...COMMON] },
];

function cFiles(dir: string): string[] {
  return readdirSync(dir)
    .filter((name) => name.endsWith('.c'))
    .map((name) => join(dir, name));
}

function newestMs(dirs: ReadonlySet<string>): number {
  let newest = 0;
  for (const dir of dirs) for (const name of readdirSync(dir)) newest = Math.max(newest, statSync(join(dir, name)).mtimeMs);
  return newest;
}

function isStale(program: Program, binary: string): boolean {
  if (!existsSync(binary)) return true;
  return statSync(binary).mtimeMs < newestMs(new Set(program.sources.map(dirname)));
}

/** Compiles the C programs that are older than their sources (headers included). Throws with the compiler's words. */
export function buildPrograms(): void {
  mkdirSync(BUILD_DIR, { recursive: true });
  for (const program of PROGRAMS) {
    const binary = programPath(program.name);
    if (!isStale(program, binary)) continue;
    const result = spawnSync('gcc', ['-O2', '-Wall', '-Wextra', '-Werror', '-o', binary, ...program.sources], { encoding: 'utf8' });
    if (result.error !== undefined) throw new Error(`gcc is needed to build ${program.name}: ${result.error.message}`);
    if (result.status !== 0) throw new Error(`gcc could not build ${program.name}:\n${result.stderr}`);
  }
}

export function programPath(name: string): string {
  return join(BUILD_DIR, name);
}

/** Installs the packages that only peers need (`bench/package-lock.json`), once. Returns why it cannot, or undefined. */
export function installPeerPackages(): string | undefined {
  const stamp = join(BENCH_DIR, 'node_modules', '.package-lock.json');
  const lock = join(BENCH_DIR, 'package-lock.json');
  if (existsSync(stamp) && statSync(stamp).mtimeMs >= statSync(lock).mtimeMs) return undefined;
  console.error('installing the peers’ packages (npm ci in bench/)');
  const result = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], { cwd: BENCH_DIR, encoding: 'utf8' });
  return result.status === 0 ? undefined : `npm ci in bench/ failed: ${(result.stderr ?? String(result.error)).trim().split('\n').at(-1)}`;
}
