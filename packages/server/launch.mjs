// Shared by what npm starts. Node strips the types of our sources at each start; its compile cache keeps the result, which halves
// the time of a second start and spares 45 MB (the stripper need not be loaded, in this thread or the store's two).
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseEnv } from 'node:util';

const root = new URL('../../', import.meta.url);

/** Settings from `.env` in the repository's root, where the environment has not set them. Answers the names that stand there. */
export function readDotenv() {
  const file = fileURLToPath(new URL('.env', root));
  if (!existsSync(file)) return [];
  process.loadEnvFile(file);
  return Object.keys(parseEnv(readFileSync(file, 'utf8')));
}

/** False: nothing was compiled before. */
export function cacheCompiled() {
  // Through the environment as well, so that worker threads use it too.
  process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('node_modules/.cache/hubbub', root));
  enableCompileCache(process.env.NODE_COMPILE_CACHE);
  // Node makes a folder in it, of its version, at once.
  return readdirSync(process.env.NODE_COMPILE_CACHE, { recursive: true }).length > 1;
}

/**
 * Starts a server of its own, on a folder and a port of its own, and ends it: what it compiled, the next one finds. The first server of a
 * checkout would carry the stripper of types for as long as it runs. Nothing depends on it: what fails here is left to the server.
 */
export function compileAhead(start) {
  const folder = mkdtempSync(join(tmpdir(), 'hubbub-compile-'));
  const { PATH, HOME, NODE_COMPILE_CACHE } = process.env;
  const env = { PATH, HOME, NODE_COMPILE_CACHE, DATA_DIR: folder, HOST: '127.0.0.1', PORT: '0' };
  spawnSync(process.execPath, [start, '--once'], { env, stdio: 'ignore', timeout: 20_000 });
  rmSync(folder, { recursive: true, force: true });
}
