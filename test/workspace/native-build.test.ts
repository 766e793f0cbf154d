import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const NATIVE = 'packages/server/native';
/** What a start does. */
const START = `import { directSend } from './${NATIVE}/build.mjs'; const root = process.cwd(); if (directSend.isStale(root)) await directSend.run(root);`;
const NEEDS_ONE = spawnSync('cc', ['--version']).status === 0 ? undefined : 'there is no C compiler here';

let tree = '';
let bin = '';
beforeEach(() => {
  tree = mkdtempSync(join(tmpdir(), 'hubbub-native-'));
  bin = join(tree, 'bin');
  mkdirSync(bin);
  cpSync(join(root, NATIVE), join(tree, NATIVE), { recursive: true, filter: (path) => !path.endsWith('build') });
});
afterEach(() => rmSync(tree, { recursive: true, force: true }));

const command = [process.execPath, '--input-type=module', '-e', START] as const;
const start = (path = bin) => {
  const { status, stdout, stderr } = spawnSync(command[0], command.slice(1), { cwd: tree, env: { PATH: path }, encoding: 'utf8' });
  return { status, text: stdout + stderr };
};
const startBeside = () =>
  new Promise<number | null>((resolve) => {
    spawn(command[0], command.slice(1), { cwd: tree, env: process.env, stdio: 'ignore' }).once('exit', resolve);
  });
const built = () => (existsSync(join(tree, NATIVE, 'build')) ? readdirSync(join(tree, NATIVE, 'build')).sort() : []);
const putCompiler = (script: string) => {
  writeFileSync(join(bin, 'cc'), `#!/bin/sh\n${script}\n`);
  chmodSync(join(bin, 'cc'), 0o755);
};
const QUIET = { status: 0, text: '' };

it('without a C compiler a start says so once, and looks again when there is one', () => {
  const first = start();
  expect(first).toEqual({ status: 0, text: "hubbub: no C compiler found: sending through Node's streams, about 15 % slower\n" });
  expect(start()).toEqual(QUIET);
  putCompiler('exit 1');
  expect(start().text).toContain('the C compiler failed');
});

it('a compiler that fails is told of once, and tried again when it or the source changed', () => {
  putCompiler('echo "send.c:1: error: no such header" >&2; exit 1');
  expect(start()).toEqual({
    status: 0,
    text: "hubbub: the C compiler failed (send.c:1: error: no such header): sending through Node's streams, about 15 % slower\n",
  });
  expect(start()).toEqual(QUIET);
  writeFileSync(join(tree, NATIVE, 'send.c'), '// changed');
  expect(start().text).toContain('the C compiler failed');
  expect(built()).toEqual(['outcome.json']);
});

it('what cannot be loaded is not left for the server', () => {
  putCompiler('for last; do :; done; echo nonsense > "$last"');
  expect(start().text).toContain('cannot be loaded');
  expect(built()).toEqual(['outcome.json']);
});

it('a folder that cannot be written stops nothing', () => {
  writeFileSync(join(tree, NATIVE, 'build'), 'a file where the folder should be');
  expect(start()).toMatchObject({ status: 0, text: expect.stringContaining('sending through') });
});

// Not skipped: where there is no compiler a complete run (CI=true) is one without these.
if (NEEDS_ONE !== undefined) console.log(`without the tests that compile: ${NEEDS_ONE}`);
else {
  it('builds once, also when several start together, and needs no compiler again', async () => {
    expect(await Promise.all([startBeside(), startBeside(), startBeside()])).toEqual([0, 0, 0]);
    expect(built()).toEqual(['outcome.json', 'send.node']);
    const before = readFileSync(join(tree, NATIVE, 'build', 'outcome.json'), 'utf8');
    expect(start()).toEqual(QUIET);
    expect(start(process.env.PATH)).toEqual(QUIET);
    expect(readFileSync(join(tree, NATIVE, 'build', 'outcome.json'), 'utf8')).toBe(before);
  });

  it.each([
    ['a binary that was cut short', 'send.node', (bytes: Buffer) => bytes.subarray(0, 5000)],
    ['a binary that is empty', 'send.node', () => ''],
    ['an outcome that says nothing', 'outcome.json', () => 'null'],
  ])('%s is made anew', (_, name, damage) => {
    start(process.env.PATH);
    const path = join(tree, NATIVE, 'build', name);
    const whole = readFileSync(path);
    writeFileSync(path, damage(whole));
    expect(start(process.env.PATH)).toEqual(QUIET);
    expect(readFileSync(path)).toEqual(whole);
  });

  it('builds for the Node that comes with the dependencies, and takes away what a changed source no longer is', () => {
    mkdirSync(join(tree, 'node_modules', '.bin'), { recursive: true });
    symlinkSync(process.execPath, join(tree, 'node_modules', '.bin', 'node'));
    expect(start(process.env.PATH)).toEqual(QUIET);
    expect(built()).toEqual(['outcome.json', 'send.node']);
    writeFileSync(join(tree, NATIVE, 'send.c'), 'this is no C');
    expect(start(process.env.PATH)).toMatchObject({ status: 0, text: expect.stringContaining('the C compiler failed') });
    expect(built()).toEqual(['outcome.json']);
  });
}
