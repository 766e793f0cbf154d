import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** The SQLite file in a data folder: found by its header, not by its name. */
export async function databaseFile(dataDir: string): Promise<string> {
  for (const name of await readdir(dataDir)) {
    const path = join(dataDir, name);
    const start = await readFile(path).catch(() => Buffer.alloc(0));
    if (start.subarray(0, 15).toString('latin1') === 'SQLite format 3') return path;
  }
  throw new Error(`no SQLite file in ${dataDir}`);
}

/** Holds the write lock of the server's database, as a backup that hangs would; the returned function lets go. */
export async function lockDatabase(dataDir: string): Promise<() => void> {
  const database = new DatabaseSync(await databaseFile(dataDir));
  database.exec('PRAGMA busy_timeout = 10000; BEGIN EXCLUSIVE');
  return () => {
    database.exec('ROLLBACK');
    database.close();
  };
}
