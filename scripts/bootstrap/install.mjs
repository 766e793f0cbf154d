import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join, sep } from 'node:path';
import { isInstalled, markInstalled } from './installed.mjs';
import { withLock } from './lock.mjs';

const HEARTBEAT_MS = 10_000;

/** Installs the tree of the lock file, unless another process has just done so. */
export async function installOnce(root) {
  await withLock(join(root, '.bootstrap.lock'), async () => {
    if (isInstalled(root)) return;
    const startedAt = Date.now();
    say(
      existsSync(join(root, 'node_modules')) ? 'the lock file changed: installing dependencies …' : 'first run: installing dependencies …',
    );
    const heartbeat = setInterval(() => say(`still installing (${seconds(startedAt)} s) …`), HEARTBEAT_MS);
    try {
      await npmCi(root);
    } finally {
      clearInterval(heartbeat);
    }
    markInstalled(root);
    say(`dependencies installed in ${seconds(startedAt)} s`);
  });
}

/** `npm ci`, run by the same npm and Node that run us: node_modules, and the Node in it, are removed on the way. */
function npmCi(root) {
  const args = ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
  const { npm_execpath: npm, npm_node_execpath: node } = process.env;
  const command = npm && node && !isInside(root, node) ? [node, npm, ...args] : [process.platform === 'win32' ? 'npm.cmd' : 'npm', ...args];
  const path = (process.env.PATH ?? '').split(delimiter).filter((entry) => !isInside(root, entry));
  const env = { ...process.env, PATH: path.join(delimiter), NODE_ENV: '' };
  return new Promise((resolve, reject) => {
    const child = spawn(command[0], command.slice(1), { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] });
    child.once('error', (error) =>
      reject(new Error(`npm could not be started (${error.message}). Install Node with npm, then try again.`)),
    );
    child.once('exit', (code, signal) => (code === 0 ? resolve() : reject(new Error(failure(code ?? signal)))));
  });
}

const failure = (how) =>
  `installing the dependencies failed (npm ci: ${how}); the reason stands above.\n` +
  `  - no network, or a proxy? "npm ping" must answer, and "npm config get registry" name the registry you want.\n` +
  `  - no space left? About 600 MB are needed in this folder.\n` +
  `  - package.json changed by hand? "npm install" brings the lock file in line.\n` +
  `Then run the same command again.`;

const isInside = (root, path) => path.startsWith(join(root, 'node_modules') + sep);
const seconds = (since) => Math.round((Date.now() - since) / 1000);
const say = (text) => process.stderr.write(`hubbub: ${text}\n`);
