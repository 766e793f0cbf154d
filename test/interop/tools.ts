import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const HERE = fileURLToPath(new URL('.', import.meta.url));

const runs = (command: string, ...args: string[]): boolean => spawnSync(command, args, { stdio: 'ignore', timeout: 60_000 }).status === 0;

/** Installs Debian packages where this process may; answers whether that went well. */
function aptInstall(...packages: readonly string[]): boolean {
  if (process.getuid?.() !== 0 || !runs('apt-get', '--version')) return false;
  const options = { stdio: 'ignore', timeout: 300_000, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } } as const;
  try {
    execFileSync('apt-get', ['update', '-qq'], options);
    execFileSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], options);
    return true;
  } catch (error) {
    console.warn(`apt-get install ${packages.join(' ')} failed: ${String(error)}`);
    return false;
  }
}

const debian =
  (isThere: () => boolean, ...packages: readonly string[]) =>
  (): boolean =>
    isThere() || (aptInstall(...packages) && isThere());

/** The npm packages of this folder, from its lock file. */
function npmPackages(): boolean {
  if (existsSync(`${HERE}node_modules/wscat/bin/wscat`) && existsSync(`${HERE}node_modules/playwright-core/package.json`)) return true;
  const { status, stderr } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: HERE,
    encoding: 'utf8',
    timeout: 300_000,
  });
  if (status !== 0) console.warn(`npm ci in test/interop failed: ${stderr}`);
  return status === 0;
}

const isChromiumThere = (): boolean => existsSync('/usr/bin/chromium');

export interface ForeignClient {
  readonly name: string;
  /** Makes the tool available if need be. */
  readonly prepare: () => boolean;
  /** Command and arguments for a server at `http` and `ws`. */
  readonly command: (http: string, ws: string) => readonly [string, ...string[]];
}

export const CLIENTS: readonly ForeignClient[] = [
  {
    name: 'python',
    prepare: debian(() => runs('/usr/bin/python3', '-c', 'import websockets'), 'python3', 'python3-websockets'),
    command: (_, ws) => ['/usr/bin/python3', `${HERE}python-client.py`, ws, 'python'],
  },
  {
    name: 'java',
    prepare: debian(() => runs('java', '-version'), 'openjdk-17-jdk-headless'),
    command: (_, ws) => ['java', `${HERE}JavaClient.java`, ws, 'java'],
  },
  {
    name: 'curl',
    prepare: debian(() => runs('curl', '--version'), 'curl'),
    command: (http) => ['sh', `${HERE}curl.sh`, http, 'curl'],
  },
  {
    name: 'wscat',
    prepare: () => debian(() => runs('script', '--version'), 'bsdutils')() && npmPackages(),
    command: (_, ws) => ['sh', `${HERE}wscat.sh`, ws, 'wscat'],
  },
  {
    name: 'chromium',
    prepare: () => debian(isChromiumThere, 'chromium')() && npmPackages(),
    command: (http) => [process.execPath, `${HERE}chromium.mjs`, http, 'chromium'],
  },
];
