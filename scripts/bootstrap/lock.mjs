import { mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const POLL_MS = 200;
/** A lock whose owner has not yet written its name is left alone for so long. */
const NAMELESS_MS = 5000;

/** Runs `work` while this process alone holds the directory `path`. A lock whose owner is dead is broken. */
export async function withLock(path, work) {
  let hasSaid = false;
  while (!take(path)) {
    if (isStale(path)) {
      discard(path);
      continue;
    }
    if (!hasSaid) process.stderr.write('hubbub: another process is installing; waiting for it …\n');
    hasSaid = true;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  const release = () => rmSync(path, { recursive: true, force: true });
  const onSignal = (signal) => {
    release();
    process.exit(signal === 'SIGINT' ? 130 : 143);
  };
  process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
  try {
    return await work();
  } finally {
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    release();
  }
}

function take(path) {
  try {
    mkdirSync(path);
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw new Error(`cannot write here (${error.message})`);
  }
  writeFileSync(join(path, 'pid'), String(process.pid));
  return true;
}

function isStale(path) {
  try {
    const pid = Number(readFileSync(join(path, 'pid'), 'utf8'));
    return pid > 0 ? !isAlive(pid) : Date.now() - statSync(path).mtimeMs > NAMELESS_MS;
  } catch {
    try {
      return Date.now() - statSync(path).mtimeMs > NAMELESS_MS;
    } catch {
      return false; // released meanwhile
    }
  }
}

/** Renames before removing: of several that found it stale, one gets it, and nobody removes a lock taken since. */
function discard(path) {
  const aside = `${path}.stale-${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  if (isStale(aside)) rmSync(aside, { recursive: true, force: true });
  else renameSync(aside, path);
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
