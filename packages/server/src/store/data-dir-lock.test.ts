import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DataDirError, lockDataDir } from './data-dir-lock.ts';

const HOLDER = `
  const { lockDataDir } = await import(process.argv[1]);
  await lockDataDir(process.argv[2]);
  console.log('held');
  setInterval(() => {}, 1000);
`;

describe('the lock of the data directory', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'hubbub-lock-'));
  });
  afterEach(() => rm(root, { recursive: true }));

  it('makes the folder, for this user alone', async () => {
    const dir = join(root, 'a', 'b');
    const lock = await lockDataDir(dir);
    expect((await stat(dir)).mode & 0o777).toBe(0o700);
    lock.release();
  });

  it('says what is wrong when it cannot', async () => {
    await writeFile(join(root, 'file'), '');
    const error = await lockDataDir(join(root, 'file', 'below')).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DataDirError);
    expect(String(error)).toMatch(/cannot make the data directory .*file\/below.*DATA_DIR/);
  });

  it('CONFIG-4: says so, rather than trying forever, where the system takes no folders', async () => {
    const error = await lockDataDir('/proc/hubbub/below').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(DataDirError);
    expect(String(error)).toContain('cannot make the data directory');
  });

  it('refuses a second holder in this process, until the first lets go', async () => {
    const first = await lockDataDir(root);
    await expect(lockDataDir(root)).rejects.toThrow(`in use by process ${process.pid}`);
    first.release();
    first.release();
    const second = await lockDataDir(root);
    second.release();
  });

  it('CONFIG-4: refuses while another process lives, names it, and goes with it when it is killed', async () => {
    const module = new URL('./data-dir-lock.ts', import.meta.url).href;
    const child = spawn(process.execPath, ['--input-type=module', '-e', HOLDER, module, root], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    await expect(lockDataDir(root)).rejects.toThrow(new RegExp(`in use by process ${child.pid}, which took it at 20\\d\\d-`));
    child.kill('SIGKILL');
    await once(child, 'exit');
    const lock = await lockDataDir(root);
    lock.release();
  });
});
