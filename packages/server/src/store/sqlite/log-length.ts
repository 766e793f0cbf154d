import { statSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';

const MOST_BYTES = 128 * 1024 * 1024;
/** Longer than most reads: a shorter wait is in vain as often as it is tried. */
const WAIT_MS = 1000;

/**
 * Keeps the write-ahead log short. What a commit folds of it by itself is not enough while reads follow one another without a gap: SQLite
 * begins the log anew only at an instant without a reader behind, and until then it grows. This waits for such an instant, which
 * holds commits up: https://sqlite.org/wal.html#avoiding_excessively_large_wal_files
 */
export class LogLength {
  readonly #path: string | undefined;
  readonly #restart: () => unknown;
  readonly #mostBytes: number;
  #limit: number;

  constructor(db: DatabaseSync, mostBytes = MOST_BYTES, waitMs = WAIT_MS) {
    const file = db.location();
    this.#path = file === null ? undefined : `${file}-wal`;
    const statement = db.prepare('pragma wal_checkpoint(restart)');
    const usual = Number(db.prepare('pragma busy_timeout').get()?.timeout);
    this.#restart = () => {
      db.exec(`pragma busy_timeout = ${waitMs}`);
      try {
        return statement.get()?.busy;
      } finally {
        db.exec(`pragma busy_timeout = ${usual}`);
      }
    };
    this.#mostBytes = mostBytes;
    this.#limit = mostBytes;
  }

  /** To be called outside of a transaction. Where the wait was in vain, there is no other before the log has grown by a quarter of the limit. */
  check(): void {
    const bytes = this.#path === undefined ? 0 : (statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0);
    if (bytes <= this.#limit) return;
    this.#limit = this.#restart() === 0 ? this.#mostBytes : bytes + this.#mostBytes / 4;
  }
}
