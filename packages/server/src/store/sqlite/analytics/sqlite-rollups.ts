import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Level } from '../../../analytics/rollup/levels.ts';
import {
  type Changes,
  type Family,
  isOfAllQuarters,
  type KeptContainer,
  type RollupKey,
  type RollupReader,
  type RollupWriter,
  type ScopedContainer,
} from '../../../analytics/rollup/port.ts';
import { many, one, preparer } from '../statements.ts';

/** As they stand in the file: never to be given to another. */
const FAMILY: Readonly<Record<Family, number>> = {
  counts: 0,
  quantiles: 1,
  users: 2,
  presence: 3,
  newcomers: 4,
  terms: 5,
  emoji: 6,
  drops: 7,
  rooms: 8,
};
export const LEVEL: Readonly<Record<Level, number>> = { minute: 0, quarter: 1, day: 2 };

const NOTHING: ReadonlySet<number> = new Set();

/** Kept summaries as rows of a file, read. */
export class SqliteRollupReader implements RollupReader {
  readonly #ofScope: StatementSync;
  readonly #ofAll: StatementSync;
  readonly #body: StatementSync;
  readonly #stamp: StatementSync;
  readonly #changedSince: StatementSync;

  constructor(db: DatabaseSync) {
    const prepare = preparer(db);
    this.#ofScope = prepare(
      `select container, chunk, body from rollups where family = ? and level = ? and scope = ? and container between ? and ?
       order by container, chunk`,
    );
    this.#ofAll = prepare(
      `select scope, container, chunk, id from rollups indexed by rollups_by_time where level = ? and family = ? and container between ? and ?
       order by scope, container, chunk`,
    );
    this.#body = prepare('select body from rollups where id = ?');
    this.#stamp = prepare('select coalesce(max(changed), 0) from changed_days');
    this.#changedSince = prepare('select day from changed_days where changed > ?');
  }

  containers(family: Family, scope: number, level: Level, first: number, last: number): readonly KeptContainer[] {
    const found = many(this.#ofScope, FAMILY[family], LEVEL[level], scope, first, last) as [number, number, Uint8Array][];
    return found.map(([container, chunk, body]) => ({ container, chunk, body }));
  }

  /** The bodies of many rooms may be large together: each is read when it is asked for. */
  *scopesOf(family: Family, level: Level, first: number, last: number): Generator<ScopedContainer> {
    const found = many(this.#ofAll, LEVEL[level], FAMILY[family], first, last) as [number, number, number, number][];
    for (const [scope, container, chunk, id] of found) {
      const body = one(this.#body, id)?.[0] as Uint8Array | undefined;
      if (body !== undefined) yield { scope, container, chunk, body };
    }
  }

  changesSince(stamp: number): Changes {
    const days = many(this.#changedSince, stamp).map(([day]) => day as number);
    return { stamp: one(this.#stamp)?.[0] as number, days, unsettled: NOTHING };
  }
}

/** Kept summaries as rows of a file, on the writer's connection. */
export class SqliteRollups extends SqliteRollupReader implements RollupWriter {
  readonly #get: StatementSync;
  readonly #put: StatementSync;
  readonly #remove: StatementSync;
  readonly #setChanged: StatementSync;
  readonly #prune: StatementSync;
  #prunedBefore = Number.NEGATIVE_INFINITY;

  constructor(db: DatabaseSync) {
    super(db);
    const prepare = preparer(db);
    const key = 'family = ? and level = ? and scope = ? and container = ? and chunk = ?';
    this.#get = prepare(`select body from rollups where ${key}`);
    this.#put = prepare(
      `insert or rollback into rollups values (null, ?, ?, ?, ?, ?, ?)
       on conflict (family, level, scope, container, chunk) do update set body = excluded.body`,
    );
    this.#remove = prepare(`delete from rollups where ${key}`);
    this.#setChanged = prepare(
      `insert or rollback into changed_days select ?, coalesce(max(changed), 0) + 1 from changed_days where true
       on conflict (day) do update set changed = excluded.changed`,
    );
    this.#prune = prepare(
      `delete from rollups where id in (
         select id from rollups indexed by rollups_by_time where level = ${LEVEL.minute} and family = ? and container < ?)`,
    );
  }

  get({ family, scope, level, container, chunk }: RollupKey): Uint8Array | undefined {
    return one(this.#get, FAMILY[family], LEVEL[level], scope, container, chunk)?.[0] as Uint8Array | undefined;
  }

  put(key: RollupKey, body: Uint8Array | undefined): void {
    const { family, scope, level, container, chunk } = key;
    if (isOfAllQuarters(key)) this.#setChanged.run(container);
    if (body === undefined) this.#remove.run(FAMILY[family], LEVEL[level], scope, container, chunk);
    else this.#put.run(FAMILY[family], LEVEL[level], scope, container, chunk, body);
  }

  pruneMinutes(beforeContainer: number): void {
    if (beforeContainer === this.#prunedBefore) return;
    for (const family of Object.values(FAMILY)) this.#prune.run(family, beforeContainer);
    this.#prunedBefore = beforeContainer;
  }

  /** After a rollback: what was pruned in it is there. */
  forget(): void {
    this.#prunedBefore = Number.NEGATIVE_INFINITY;
  }
}
