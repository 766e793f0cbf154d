import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const START = join(import.meta.dirname, '../../packages/server/start.mjs');

let folder = '';
let server: ChildProcess | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hubbub-first-start-'));
});
afterEach(() => {
  server?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const compiled = (): string[] => readdirSync(join(folder, 'cache'), { recursive: true, encoding: 'utf8' });

function start(env: Readonly<Record<string, string>> = {}): ChildProcess {
  const own = { PATH: process.env.PATH, DATA_DIR: join(folder, 'kept'), HOST: '127.0.0.1', PORT: '0' };
  const cache = { NODE_COMPILE_CACHE: join(folder, 'cache') };
  server = spawn(process.execPath, [START], { env: { ...own, ...cache, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  return server;
}

/** What it says until it is open to everyone, or has ended. */
async function saidBy({ stdout }: ChildProcess): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of createInterface({ input: stdout ?? expect.fail('no output') })) {
    lines.push(line);
    if (line.includes('Hubbub is open')) break;
  }
  return lines;
}

describe('the first server of a checkout', () => {
  it('finds its sources compiled, and says nothing of how they came to be', async () => {
    const lines = await saidBy(start());
    // What a process compiles is in the cache when it ends: this one has not.
    expect(compiled().length).toBeGreaterThan(100);
    expect(lines.filter((line) => line.includes('"listening"'))).toHaveLength(1);
  });

  it.each([
    ['there can be no cache', { NODE_COMPILE_CACHE: '/dev/null/cache' }],
    ['no cache is wanted', { NODE_DISABLE_COMPILE_CACHE: '1' }],
    ['there is no place for temporary files', { TMPDIR: '/dev/null/tmp' }],
  ])('starts where %s', async (_what, env) => {
    expect((await saidBy(start(env))).join()).toContain('Hubbub is open');
  });

  it('ends at once, with all that it started, when it is told to while it compiles', async () => {
    const temporary = join(folder, 'tmp');
    mkdirSync(temporary);
    const first = start({ TMPDIR: temporary });
    for await (const line of createInterface({ input: first.stderr ?? expect.fail('no output') })) if (line.includes('compiling')) break;
    first.kill('SIGTERM');
    const [code] = await once(first, 'exit');
    expect([code, readdirSync(temporary)]).toEqual([0, []]);
  });
});
