import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export interface Lock {
  release(): void;
}

/** The folder cannot be used: the message says why, and is meant for whoever started the process. */
export class DataDirError extends Error {
  override readonly name = 'DataDirError';
}

const LOCK_FILE = 'lock.db';
const HOLDER_FILE = 'lock.pid';

/**
 * Makes the folder if it is missing and takes it for this process alone. The lock is the exclusive lock of an empty SQLite file, which is the
 * kernel's: it goes with the process, however that ends, so that no stale one can stand in the way. The file beside it only names the holder.
 */
export async function lockDataDir(dir: string): Promise<Lock> {
  const path = resolve(dir);
  makeFolder(path);
  const db = takeLock(path);
  const holderFile = join(path, HOLDER_FILE);
  writeFileSync(holderFile, `${process.pid}\n`, { mode: 0o600 });
  let isHeld = true;
  return {
    release() {
      if (!isHeld) return;
      isHeld = false;
      rmSync(holderFile, { force: true });
      db.close();
    },
  };
}

function makeFolder(path: string): void {
  try {
    const missing = missingFolders(path);
    for (const folder of missing) mkdirUnlessThere(folder);
    // What was made on the way down has the mode too; a umask may have taken bits of it away.
    if (missing.length > 0) chmodSync(path, 0o700);
  } catch (error) {
    throw new DataDirError(
      `cannot make the data directory ${path}: ${reasonOf(error)}. Set DATA_DIR to a folder that this user may write to.`,
    );
  }
}

/** From the top down. One by one, since Node's recursive mkdir never returns where a parent exists but takes no folders, as /proc. */
function missingFolders(path: string): readonly string[] {
  const missing: string[] = [];
  for (let folder = path; !existsSync(folder); folder = dirname(folder)) missing.unshift(folder);
  return missing;
}

function mkdirUnlessThere(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    // Another process may have made it just now.
    if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw error;
  }
}

function takeLock(path: string): DatabaseSync {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(join(path, LOCK_FILE), { timeout: 0 });
    db.exec('begin exclusive');
    return db;
  } catch (error) {
    db?.close();
    const code = error instanceof Error && 'errcode' in error ? Number(error.errcode) & 0xff : 0;
    if (code === 5) throw new DataDirError(`the data directory ${path} is in use by ${holderOf(path)}. Stop it, or set another DATA_DIR.`);
    throw new DataDirError(
      `cannot use the data directory ${path}: ${reasonOf(error)}. Set DATA_DIR to a folder that this user may write to.`,
    );
  }
}

function holderOf(path: string): string {
  try {
    const file = join(path, HOLDER_FILE);
    return `process ${readFileSync(file, 'utf8').trim()}, which took it at ${statSync(file).mtime.toISOString()}`;
  } catch {
    return 'another process';
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
