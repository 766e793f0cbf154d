import { DatabaseSync } from 'node:sqlite';

export interface DatabaseOptions {
  readonly path: string;
  readonly synchronous: 'full' | 'normal';
  /** For tests of a full disk. */
  readonly maxPages?: number | undefined;
}

/**
 * `synchronous = full` syncs the log at each commit, so that an ack survives a power cut; with `normal` it survives the end of the process, however it ends.
 * On an idle disk they measured alike, on one that other processes keep busy `normal` stored 2–3 times as much.
 * A lock is waited for briefly: whoever called tries again. The writer folds its log into the file every 32 MiB, which holds a commit up by 30–100 ms: a
 * thread beside it that folded while commits went on was tried and was no better, in rows/s nor in the longest commits.
 */
export function openDatabase(options: DatabaseOptions, isReadOnly: boolean): DatabaseSync {
  const db = new DatabaseSync(options.path, { readOnly: isReadOnly, timeout: 200 });
  if (isReadOnly) {
    db.exec('pragma cache_size = -32768; pragma temp_store = memory; pragma query_only = on');
    return db;
  }
  db.exec(
    `pragma journal_mode = wal; pragma synchronous = ${options.synchronous}; pragma cache_size = -65536; pragma wal_autocheckpoint = 8192`,
  );
  // Sorting and intermediate results in memory: they are small, and a file for each costs more than they do.
  db.exec('pragma journal_size_limit = 67108864; pragma temp_store = memory');
  if (options.maxPages !== undefined) db.exec(`pragma max_page_count = ${options.maxPages}`);
  return db;
}

/** Opens it for what is made on it, and closes it again when that throws. */
export function openWith<T>(options: DatabaseOptions, isReadOnly: boolean, make: (db: DatabaseSync) => T): T {
  const db = openDatabase(options, isReadOnly);
  try {
    return make(db);
  } catch (error) {
    db.close();
    throw error;
  }
}
