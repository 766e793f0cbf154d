import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { TYPE } from '../rows.ts';
import { many, one, preparer } from '../statements.ts';
import { ANALYTICS_STEP } from './counted.ts';

/** Rows looked at: what came live stands in the log by its time, but for clocks that were held. */
const LOOKED_AT = 1000;

/** What is not counted yet. What was imported has no place in a room's order: `seq` 0. */
export class Uncounted {
  readonly #live: StatementSync;
  readonly #last: StatementSync;
  readonly #through: StatementSync;
  /** No live message stands between what is counted and this row: an import of any length is looked through once. */
  #searched = 0;
  readonly #imported: StatementSync;
  readonly #notice: StatementSync;
  /** The same of imported messages. */
  #searchedForImported = 0;

  constructor(db: DatabaseSync) {
    const prepare = preparer(db);
    this.#live = prepare(`select t, row from messages where row > ? and seq > 0 and type = ${TYPE.chat} order by row limit ${LOOKED_AT}`);
    this.#imported = prepare(`select row from messages where row > ? and seq = 0 and type = ${TYPE.chat} order by row limit 1`);
    this.#notice = prepare('select 1 from uncounted_notices limit 1');
    this.#last = prepare('select coalesce(max(row), 0) from messages');
    this.#through = prepare(`select through from merged where step = '${ANALYTICS_STEP}'`);
  }

  /** The time of the oldest message that came live. In a transaction. ms since 1970; undefined when there is none. */
  since(): number | undefined {
    const through = one(this.#through)?.[0] as number;
    const found = many(this.#live, Math.max(through, this.#searched)) as [t: number, row: number][];
    const [first] = found;
    this.#searched = first === undefined ? (one(this.#last)?.[0] as number) : first[1] - 1;
    return first === undefined ? undefined : Math.min(...found.map(([t]) => t));
  }

  /** In a transaction. Something that was imported. */
  hasImported(): boolean {
    if (one(this.#notice) !== undefined) return true;
    const through = one(this.#through)?.[0] as number;
    const found = one(this.#imported, Math.max(through, this.#searchedForImported))?.[0] as number | undefined;
    this.#searchedForImported = found === undefined ? (one(this.#last)?.[0] as number) : found - 1;
    return found !== undefined;
  }
}
