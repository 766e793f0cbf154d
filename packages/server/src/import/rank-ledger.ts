import { DatabaseSync, type StatementSync } from 'node:sqlite';

const DEFAULT_RECENT = 2_000;

/**
 * Counts equal events of a file of any size, exactly and in flat memory. An event is known by its rank-0 id, which is a hash of all
 * that makes it equal to another. The latest ids are in a map; when that is full it goes to a private temporary SQLite file, ordered
 * by time. Equal events have equal times, so as long as times grow no event can be in the file and nothing is looked up: a sorted log
 * only appends to it. An unsorted one costs a look-up per event that is not later than all that went to the file.
 * The file is made at the first overflow where SQLite keeps its temporary files (`SQLITE_TMPDIR`, `TMPDIR`, /var/tmp, /tmp), has no
 * name, takes about 32 bytes an event, and is gone when the process is, however that ends.
 */
export class RankLedger {
  readonly #recentMax: number;
  readonly #recent = new Map<string, { readonly time: number; count: number }>();
  #spilled: SpilledCounts | undefined;

  constructor(recentMax: number = DEFAULT_RECENT) {
    this.#recentMax = recentMax;
  }

  /** How many equal events came before this one. `id`: a UUID; `time`: milliseconds. */
  rank(time: number, id: string): number {
    const known = this.#recent.get(id);
    if (known !== undefined) return known.count++;
    const before = this.#spilled?.count(time, id) ?? 0;
    if (this.#recent.size >= this.#recentMax) this.#spill();
    this.#recent.set(id, { time, count: before + 1 });
    return before;
  }

  close(): void {
    this.#spilled?.close();
    this.#spilled = undefined;
    this.#recent.clear();
  }

  #spill(): void {
    this.#spilled ??= new SpilledCounts();
    this.#spilled.put(this.#recent);
    this.#recent.clear();
  }
}

class SpilledCounts {
  // An empty name: a temporary database on disk, deleted as soon as it is opened.
  readonly #database = new DatabaseSync('');
  readonly #get: StatementSync;
  readonly #put: StatementSync;
  #through = Number.NEGATIVE_INFINITY;

  constructor() {
    this.#database.exec('PRAGMA cache_size = -4096; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF');
    this.#database.exec('CREATE TABLE seen (time INTEGER, id BLOB, count INTEGER, PRIMARY KEY (time, id)) WITHOUT ROWID');
    this.#get = this.#database.prepare('SELECT count FROM seen WHERE time = ? AND id = ?');
    this.#put = this.#database.prepare('INSERT INTO seen VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET count = excluded.count');
  }

  count(time: number, id: string): number {
    if (time > this.#through) return 0;
    const row = this.#get.get(time, bytesOf(id));
    return row === undefined ? 0 : Number(row.count);
  }

  put(counts: ReadonlyMap<string, { readonly time: number; readonly count: number }>): void {
    this.#database.exec('BEGIN');
    for (const [id, { time, count }] of counts) {
      this.#put.run(time, bytesOf(id), count);
      if (time > this.#through) this.#through = time;
    }
    this.#database.exec('COMMIT');
  }

  close(): void {
    this.#database.close();
  }
}

function bytesOf(id: string): Uint8Array {
  return Buffer.from(id.replaceAll('-', ''), 'hex');
}
