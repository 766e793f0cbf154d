// Shared by what npm starts. Node strips the types of our sources at each start; its compile cache keeps the result, which halves
// the time of a second start and spares 45 MB (the stripper need not be loaded, in this thread or the store's two).
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import module from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';

const root = new URL('../../', import.meta.url);

if (Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write(
    `hubbub: this is Node ${process.versions.node}; the server needs 24. \`npm start\` brings its own, in node_modules/.bin.\n`,
  );
  process.exit(1);
}

/** Settings from `.env` in the repository's root, where the environment has not set them. Answers the names that stand there. */
export function readDotenv() {
  const file = fileURLToPath(new URL('.env', root));
  if (!existsSync(file)) return [];
  process.loadEnvFile(file);
  return Object.keys(parseEnv(readFileSync(file, 'utf8')));
}

/** False: there is a cache, and nothing in it. */
export function cacheCompiled() {
  // Through the environment as well, so that worker threads use it too.
  process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('node_modules/.cache/hubbub', root));
  module.enableCompileCache(process.env.NODE_COMPILE_CACHE);
  try {
    // Node makes a folder in it, of its version, at once.
    return readdirSync(process.env.NODE_COMPILE_CACHE, { recursive: true }).length !== 1;
  } catch {
    return true; // It cannot be made, or is not wanted.
  }
}

const COMPILED_MS = 20_000;
const STOPS = ['SIGTERM', 'SIGINT', 'SIGHUP'];

/**
 * Starts a server of its own, on a folder and a port of its own, and ends it: what it compiled, the next one finds. The first server of a
 * checkout would carry the stripper of types for as long as it runs. Nothing depends on it: what fails here is left to the server. False
 * when the process was told to stop meanwhile.
 */
export async function compileAhead(start) {
  let isStopped = false;
  let child;
  const stop = () => {
    isStopped = true;
    child?.kill('SIGKILL');
  };
  for (const signal of STOPS) process.once(signal, stop);
  try {
    process.stderr.write('hubbub: compiling, once …\n');
    const folder = mkdtempSync(join(tmpdir(), 'hubbub-compile-'));
    const { PATH, HOME, NODE_COMPILE_CACHE } = process.env;
    const env = { PATH, HOME, NODE_COMPILE_CACHE, DATA_DIR: folder, HOST: '127.0.0.1', PORT: '0' };
    child = spawn(process.execPath, [start, '--once'], { env, stdio: 'ignore', timeout: COMPILED_MS, killSignal: 'SIGKILL' });
    await new Promise((resolve) => child.once('error', resolve).once('exit', resolve));
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // No place for temporary files, or the like.
  }
  for (const signal of STOPS) process.off(signal, stop);
  return !isStopped;
}
