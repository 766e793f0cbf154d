import { spawn } from 'node:child_process';
import { chmodSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { missingTools, SYSTEM_TOOLS } from '../system-tools.mjs';

const POLICY = '/usr/sbin/policy-rc.d';

/** Installs the system packages that tests need, when it may; otherwise says which tests will be skipped. */
export async function provideSystemPackages(tools = SYSTEM_TOOLS) {
  const missing = missingTools(tools);
  if (missing.length === 0) return;
  const packages = [...new Set(missing.flatMap((tool) => tool.packages))];
  if (mayInstall()) {
    say(`installing system packages for the tests: ${packages.join(' ')}`);
    await withoutServices(async () => {
      await apt(['update', '-qq']);
      await apt(['install', '-y', '-qq', '--no-install-recommends', ...packages]);
    }).catch((error) => say(`apt-get failed: ${error.message}`));
  }
  for (const tool of missingTools(tools))
    say(`${tool.name} is missing (Debian: ${tool.packages.join(' ')}): tests that need it will be skipped`);
}

const mayInstall = () => process.getuid?.() === 0 && existsSync('/usr/bin/apt-get');

/** Packages may bring services along; the tests start what they need themselves, on ports of their own. */
async function withoutServices(work) {
  const isOurs = !existsSync(POLICY);
  const remove = () => isOurs && rmSync(POLICY, { force: true });
  if (isOurs) {
    writeFileSync(POLICY, '#!/bin/sh\nexit 101\n');
    chmodSync(POLICY, 0o755);
  }
  process.once('exit', remove);
  try {
    await work();
  } finally {
    process.off('exit', remove);
    remove();
  }
}

function apt(args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return new Promise((resolve, reject) => {
    const child = spawn('/usr/bin/apt-get', args, { env, stdio: ['ignore', 'ignore', 'inherit'] });
    child.once('error', reject);
    child.once('exit', (code) => (code === 0 ? resolve() : reject(new Error(`apt-get ${args[0]} ended with ${code}`))));
  });
}

const say = (text) => process.stderr.write(`hubbub: ${text}\n`);
