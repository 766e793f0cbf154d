// Compiles send.c for the Node that will run the server, where a C compiler is there. Nothing depends on it: without it the server
// sends through Node's streams. Plain JavaScript for any Node from 18 on, as it runs before a start (scripts/bootstrap.mjs).
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCE = 'packages/server/native/send.c';
const FOLDER = 'packages/server/native/build';
const COMPILERS = ['cc', 'gcc', 'clang'];
const TO_ITS_END = { encoding: 'utf8', timeout: 60_000 };

/**
 * What the last build came to is kept beside the binary: `source` says of what (a hash), `binary` what it made (a hash, as a file that was
 * cut short takes its Node down); where it failed, `failure` says why and `tools` with what, so that it is tried again only when one of
 * them changes. What was built once needs no compiler again.
 */
export const directSend = {
  isStale(root) {
    if (process.platform === 'win32') return false;
    try {
      const last = lastOutcome(root);
      if (last.source !== sourceHash(root)) return true;
      return last.failure === undefined ? last.binary !== binaryHash(root) : last.tools !== describeTools(findTools(root));
    } catch {
      return true; // `run` says why
    }
  },

  /** Never throws: what cannot be built is said once. */
  async run(root) {
    let failure;
    try {
      const tools = findTools(root);
      failure = await build(root, tools);
      if (failure !== undefined) rmSync(join(root, FOLDER, 'send.node'), { force: true });
      const made = failure === undefined ? { binary: binaryHash(root) } : { failure, tools: describeTools(tools) };
      putInPlace(root, 'outcome.json', (path) => writeFileSync(path, JSON.stringify({ source: sourceHash(root), ...made })));
    } catch (error) {
      failure ??= error.message;
    }
    if (failure !== undefined) process.stderr.write(`hubbub: ${failure}: sending through Node's streams, about 15 % slower\n`);
  },
};

/** Returns why there is no binary now; undefined when there is one. */
async function build(root, { compiler, headers, node }) {
  mkdirSync(join(root, FOLDER), { recursive: true });
  if (compiler === undefined) return 'no C compiler found';
  if (headers === undefined) return "no header files of Node found (include/node beside Node's bin)";
  const { spawnSync } = await import('node:child_process');
  const forPlatform = process.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : [];
  return putInPlace(root, 'send.node', (path) => {
    const args = ['-O2', '-Wall', '-Wextra', '-shared', '-fPIC', ...forPlatform, `-I${headers}`, join(root, SOURCE), '-o', path];
    return (
      failureOf('the C compiler failed', spawnSync(compiler, args, TO_ITS_END)) ??
      // A binary that takes its Node down with it must do so here.
      failureOf('what the C compiler made cannot be loaded', spawnSync(node, ['-e', 'require(process.argv[1])', path], TO_ITS_END))
    );
  });
}

/** Makes a file under a name of its own, then renames it: a start beside this one sees all of it or nothing. */
function putInPlace(root, name, make) {
  const made = join(root, FOLDER, `${process.pid}-${name}`);
  try {
    const failure = make(made);
    if (failure === undefined) renameSync(made, join(root, FOLDER, name));
    return failure;
  } finally {
    rmSync(made, { force: true });
  }
}

function failureOf(what, { status, signal, stderr, error }) {
  if (status === 0) return undefined;
  const reason = error?.message ?? (stderr.split('\n').find((line) => /error/i.test(line)) || String(signal ?? status));
  return `${what} (${reason.trim().slice(0, 300)})`;
}

function findTools(root) {
  const pinned = join(root, 'node_modules', '.bin', 'node');
  const node = realpathSync(existsSync(pinned) ? pinned : process.execPath);
  const headers = join(dirname(dirname(node)), 'include', 'node');
  return { node, compiler: findCompiler(), headers: existsSync(join(headers, 'node_api.h')) ? headers : undefined };
}

function findCompiler() {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return COMPILERS.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

const describeTools = ({ compiler, headers }) =>
  `${compiler === undefined ? 'none' : `${compiler} ${statSync(compiler).mtimeMs}`}, ${headers ?? 'none'}`;

function sourceHash(root) {
  const hash = createHash('sha256').update(`${process.platform}-${process.arch}`);
  for (const path of [join(root, SOURCE), fileURLToPath(import.meta.url)]) hash.update(readFileSync(path));
  return hash.digest('hex');
}

const binaryHash = (root) =>
  createHash('sha256')
    .update(readFileSync(join(root, FOLDER, 'send.node')))
    .digest('hex');

function lastOutcome(root) {
  try {
    return JSON.parse(readFileSync(join(root, FOLDER, 'outcome.json'), 'utf8')) ?? {};
  } catch {
    return {};
  }
}
