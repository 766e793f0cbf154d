import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Level } from '../../../analytics/rollup/levels.ts';
import type { Changes, Family, KeptContainer, RollupReader, ScopedContainer } from '../../../analytics/rollup/port.ts';
import { one, preparer } from '../statements.ts';
import { SqliteRollupReader } from './sqlite-rollups.ts';

const MAX_BYTES = 48 * 2 ** 20;
/** Of a body beside its bytes. */
const BODY_BYTES = 200;

/** Containers of level `day` of one family and scope. */
interface Held {
  /** What the file had between `first` and `last` when its version was `version`. */
  readonly version: number;
  readonly first: number;
  readonly last: number;
  readonly rows: readonly KeptContainer[];
  readonly bytes: number;
}

/**
 * Kept summaries as rows of a file that others write. What was read of level `day` is held: as long as nobody wrote it is not read again,
 * and a body that has not changed stays the same array, so that what was made of it can be found by it.
 */
export class HeldRollups implements RollupReader {
  readonly #reader: SqliteRollupReader;
  readonly #version: StatementSync;
  readonly #maxBytes: number;
  /** By family and scope; that used longest ago first. */
  readonly #held = new Map<string, Held>();
  #bytes = 0;

  /** `db`: a connection that never writes. Its version is of the others' writes alone. */
  constructor(db: DatabaseSync, maxBytes = MAX_BYTES) {
    this.#reader = new SqliteRollupReader(db);
    this.#version = preparer(db)('pragma data_version');
    this.#maxBytes = maxBytes;
  }

  containers(family: Family, scope: number, level: Level, first: number, last: number): readonly KeptContainer[] {
    if (level !== 'day') return this.#reader.containers(family, scope, level, first, last);
    const name = `${family} ${scope}`;
    const version = one(this.#version)?.[0] as number;
    const before = this.#held.get(name);
    const isThere = before !== undefined && before.version === version && before.first <= first && before.last >= last;
    const held = isThere ? before : this.#read(before, family, scope, first, last, version);
    this.#hold(name, before, held);
    return held.rows.filter(({ container }) => container >= first && container <= last);
  }

  scopesOf(family: Family, level: Level, first: number, last: number): Iterable<ScopedContainer> {
    return this.#reader.scopesOf(family, level, first, last);
  }

  changesSince(stamp: number): Changes {
    return this.#reader.changesSince(stamp);
  }

  /** What is wanted, and with it what is held already: a question about a part would else let go the rest. */
  #read(before: Held | undefined, family: Family, scope: number, first: number, last: number, version: number): Held {
    const from = Math.min(first, before?.first ?? first);
    const to = Math.max(last, before?.last ?? last);
    const known = new Map(before?.rows.map((row) => [`${row.container} ${row.chunk}`, row]));
    let bytes = 0;
    const rows = this.#reader.containers(family, scope, 'day', from, to).map((row) => {
      bytes += row.body.length + BODY_BYTES;
      const present = known.get(`${row.container} ${row.chunk}`);
      return present !== undefined && Buffer.compare(present.body, row.body) === 0 ? present : row;
    });
    return { version, first: from, last: to, rows, bytes };
  }

  #hold(name: string, before: Held | undefined, held: Held): void {
    this.#bytes += held.bytes - (before?.bytes ?? 0);
    this.#held.delete(name);
    this.#held.set(name, held);
    for (const [oldest, { bytes }] of this.#held) {
      if (this.#bytes <= this.#maxBytes) return;
      this.#held.delete(oldest);
      this.#bytes -= bytes;
    }
  }
}
