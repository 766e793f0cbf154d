import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** Stands in for npm: takes a while, counts its calls, and leaves what a real `npm ci` leaves. */
const FAKE_NPM = `
import { appendFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
appendFileSync('calls.log', process.argv.slice(2).join(' ') + '\\n');
if (process.env.FAKE_NPM_FAILS) process.exit(7);
rmSync('node_modules', { recursive: true, force: true });
await new Promise((resolve) => setTimeout(resolve, 300));
mkdirSync('node_modules/.bin', { recursive: true });
writeFileSync('node_modules/.bin/node', '');
`;

let tree = '';
beforeEach(() => {
  tree = mkdtempSync(join(tmpdir(), 'hubbub-bootstrap-'));
  for (const folder of ['scripts', 'packages/server/native']) cpSync(join(root, folder), join(tree, folder), { recursive: true });
  writeFileSync(join(tree, 'package.json'), '{"type":"module"}');
  writeFileSync(join(tree, 'fake-npm.mjs'), FAKE_NPM);
  writeLock('1.0.0');
});
afterEach(() => rmSync(tree, { recursive: true, force: true }));

const writeLock = (version: string) =>
  writeFileSync(join(tree, 'package-lock.json'), JSON.stringify({ packages: { '': {}, 'node_modules/a': { version, integrity: 'x' } } }));
const calls = () => (existsSync(join(tree, 'calls.log')) ? readFileSync(join(tree, 'calls.log'), 'utf8').trimEnd().split('\n') : []);
const options = (env: Record<string, string> = {}) => ({
  cwd: tree,
  env: { ...process.env, npm_execpath: join(tree, 'fake-npm.mjs'), npm_node_execpath: process.execPath, ...env },
});
const bootstrap = (env?: Record<string, string>) =>
  spawnSync(process.execPath, ['scripts/bootstrap.mjs', 'start'], { ...options(env), encoding: 'utf8' });
const bootstrapBeside = () =>
  new Promise<number | null>((resolve) => {
    spawn(process.execPath, ['scripts/bootstrap.mjs', 'start'], { ...options(), stdio: 'ignore' }).once('exit', resolve);
  });

describe('the bootstrap', () => {
  it('installs on the first run, and has nothing to do on the second', () => {
    expect(bootstrap().status).toBe(0);
    expect(bootstrap()).toMatchObject({ status: 0, stdout: '', stderr: '' });
    expect(calls()).toHaveLength(1);
    expect(calls()[0]).toMatch(/^ci /);
  });

  it('installs again when the lock file changed', () => {
    bootstrap();
    writeLock('2.0.0');
    expect(bootstrap().status).toBe(0);
    expect(calls()).toHaveLength(2);
  });

  it('installs again when the pinned Node is gone', { skip: process.platform !== 'linux' }, () => {
    bootstrap();
    rmSync(join(tree, 'node_modules', '.bin', 'node'));
    expect(bootstrap().status).toBe(0);
    expect(calls()).toHaveLength(2);
  });

  it('takes over a tree that npm itself brought in line, and no other', () => {
    const install = (version: string) => {
      mkdirSync(join(tree, 'node_modules', '.bin'), { recursive: true });
      mkdirSync(join(tree, 'node_modules', 'a'), { recursive: true });
      writeFileSync(join(tree, 'node_modules', '.bin', 'node'), '');
      const record = { packages: { 'node_modules/a': { version, integrity: 'x' } } };
      writeFileSync(join(tree, 'node_modules', '.package-lock.json'), JSON.stringify(record));
    };
    install('1.0.0');
    expect(bootstrap().status).toBe(0);
    expect(calls()).toHaveLength(0);
    writeLock('2.0.0');
    install('1.0.0');
    expect(bootstrap().status).toBe(0);
    expect(calls()).toHaveLength(1);
  });

  it('installs once when several start together', async () => {
    expect(await Promise.all([bootstrapBeside(), bootstrapBeside(), bootstrapBeside()])).toEqual([0, 0, 0]);
    expect(calls()).toHaveLength(1);
    expect(existsSync(join(tree, '.bootstrap.lock'))).toBe(false);
  });

  it('breaks the lock of a process that died', () => {
    const dead = spawnSync(process.execPath, ['--version']).pid;
    mkdirSync(join(tree, '.bootstrap.lock'));
    appendFileSync(join(tree, '.bootstrap.lock', 'pid'), String(dead));
    expect(bootstrap().status).toBe(0);
    expect(calls()).toHaveLength(1);
  });

  it('says what to do when the installation fails, and leaves no lock', () => {
    const { status, stderr } = bootstrap({ FAKE_NPM_FAILS: '1' });
    expect(status).toBe(1);
    expect(stderr).toContain('npm ping');
    expect(existsSync(join(tree, '.bootstrap.lock'))).toBe(false);
    expect(bootstrap().status).toBe(0);
  });
});
