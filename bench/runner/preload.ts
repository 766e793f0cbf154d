import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { BUILD_DIR, ROOT_DIR } from './places.ts';

const FIRST_DAY_MS = Date.UTC(2025, 0, 1);
const ROOMS = 100;
const USERS = 1000;

async function writeEvents(path: string, count: number): Promise<void> {
  const file = createWriteStream(path);
  for (let i = 0; i < count; i++) {
    const event = {
      t: new Date(FIRST_DAY_MS + i * 1000).toISOString(),
      room: `preload${i % ROOMS}`,
      user: `user${(i * 7919) % USERS}`,
      content: `message ${i} ${'lorem ipsum dolor sit amet '.repeat(4)}`.slice(0, 100),
    };
    if (!file.write(`${JSON.stringify(event)}\n`)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'close');
}

/** A data folder that holds `count` messages, made once through the import and kept in `bench/build/`. To be copied, not used. */
export async function preparedDataDir(count: number): Promise<string> {
  const dir = join(BUILD_DIR, `preload-${count}`);
  if (existsSync(dir)) return dir;
  const making = `${dir}.making`;
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making, { recursive: true });
  console.error(`importing ${count} messages, once`);
  const events = join(BUILD_DIR, `preload-${count}.jsonl`);
  await writeEvents(events, count);
  const result = spawnSync('npm', ['run', 'import', '--', events, '--data-dir', making], { cwd: ROOT_DIR, encoding: 'utf8' });
  rmSync(events);
  if (result.status !== 0) throw new Error(`npm run import failed:\n${result.stdout}\n${result.stderr}`);
  renameSync(making, dir);
  return dir;
}
