import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, expect, it } from 'vitest';

const START = join(import.meta.dirname, '../../packages/server/start.mjs');
const folder = mkdtempSync(join(tmpdir(), 'hubbub-first-start-'));
const compiled = (): string[] => readdirSync(join(folder, 'cache'), { recursive: true, encoding: 'utf8' });

let server: ChildProcess | undefined;
afterEach(() => {
  server?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

it('the first server of a checkout finds its sources compiled, and nothing else of how they came to be', async () => {
  const env = {
    PATH: process.env.PATH,
    NODE_COMPILE_CACHE: join(folder, 'cache'),
    DATA_DIR: join(folder, 'kept'),
    HOST: '127.0.0.1',
    PORT: '0',
  };
  server = spawn(process.execPath, [START], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const lines: string[] = [];
  // What a process compiles is in the cache when it ends: this one has not.
  for await (const line of createInterface({ input: server.stdout ?? expect.fail('no output') })) {
    lines.push(line);
    if (line.includes('Hubbub is open')) break;
  }
  expect(compiled().length).toBeGreaterThan(100);
  expect(lines.filter((line) => line.includes('"listening"'))).toHaveLength(1);
});
