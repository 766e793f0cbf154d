import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const REQUIRED_NODE_MAJOR = 24;
const markerOf = (root) => join(root, 'node_modules', '.hubbub-installed');

/** Identifies what should be installed here: the lock file and the platform whose binaries it brings. */
function fingerprint(root) {
  const lock = readFileSync(join(root, 'package-lock.json'));
  return createHash('sha256').update(lock).update(`${process.platform}-${process.arch}`).digest('hex');
}

/** True when the installed tree is the one that the lock file asks for. */
export function isInstalled(root) {
  if (pinnedNode() && !existsSync(join(root, 'node_modules', '.bin', 'node'))) return false;
  const wanted = fingerprint(root);
  if (readOr(markerOf(root), '') === wanted) return true;
  // Somebody ran npm themselves: fine, if what they got is what the lock file says.
  if (!treeMatchesLock(root)) return false;
  writeFileSync(markerOf(root), wanted);
  return true;
}

export function markInstalled(root) {
  writeFileSync(markerOf(root), fingerprint(root));
}

/** Compares the lock file with npm's own record of the installed tree, which npm writes last. */
function treeMatchesLock(root) {
  const record = readOr(join(root, 'node_modules', '.package-lock.json'), '');
  if (record === '') return false;
  const wanted = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')).packages;
  const got = JSON.parse(record).packages;
  const isRight = ([path, entry]) => {
    if (path === '') return true;
    const installed = got[path];
    if (installed === undefined) return entry.optional === true;
    return (
      installed.version === entry.version &&
      installed.integrity === entry.integrity &&
      (installed.link === true || existsSync(join(root, path)))
    );
  };
  return Object.entries(wanted).every(isRight) && Object.keys(got).every((path) => path in wanted);
}

/** The package that carries Node for this platform, if there is one. */
function pinnedNode() {
  return process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch) ? `node-linux-${process.arch}` : undefined;
}

/** Says what to do when no Node of the needed version will run the server; undefined when one will. */
export function missingNode(root) {
  if (pinnedNode()) {
    if (existsSync(join(root, 'node_modules', '.bin', 'node'))) return undefined;
    return `Node ${REQUIRED_NODE_MAJOR} is missing from node_modules (package ${pinnedNode()}). Optional packages seem to be turned off: run "npm ci --include=optional".`;
  }
  if (Number(process.versions.node.split('.')[0]) >= REQUIRED_NODE_MAJOR) return undefined;
  return (
    `Node ${REQUIRED_NODE_MAJOR} or newer is needed; this is ${process.version}.\n` +
    `On Linux (x64, arm64) it comes with the dependencies; on ${process.platform} ${process.arch} please install it: https://nodejs.org/en/download`
  );
}

function readOr(path, fallback) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return fallback;
  }
}
