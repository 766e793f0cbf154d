import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { LiveFact } from '../../../analytics/engine/live-facts.ts';
import { many, preparer } from '../statements.ts';

const SECONDS_PER_MINUTE = 60;
const MINUTE_MS = 60_000;
/** Each room is told of once a minute: longer ago than this is a clock that was set. */
const LONGEST_SECONDS = 150;

/**
 * Connections that stand in rooms, written when they change: with the last second at which the process lived they tell after a kill what no
 * fact told. Times are s since 1970.
 */
export class StandingConnections {
  readonly #put: StatementSync;
  readonly #remove: StatementSync;
  readonly #lived: StatementSync;
  readonly #all: StatementSync;
  readonly #clear: StatementSync;

  constructor(db: DatabaseSync) {
    const prepare = preparer(db);
    this.#put = prepare('insert or replace into standing values (?, ?, ?)');
    this.#remove = prepare('delete from standing where room = ?');
    this.#lived = prepare("update counters set value = ? where name = 'lived'");
    this.#all = prepare("select room, second, connections, value from standing, counters where name = 'lived'");
    this.#clear = prepare('delete from standing');
  }

  put(room: number, second: number, connections: number): void {
    if (connections > 0) this.#put.run(room, second, connections);
    else this.#remove.run(room);
  }

  livedUntil(second: number): void {
    this.#lived.run(second);
  }

  /** What was left behind, once. */
  take(): LiveFact[] {
    const rows = many(this.#all) as [room: number, second: number, connections: number, lived: number][];
    this.#clear.run();
    return rows.flatMap(([room, second, connections, lived]) =>
      lived - second > LONGEST_SECONDS ? [] : factsOf(room, second + 1, lived, connections),
    );
  }
}

/** One for each minute of [from, last]. */
function factsOf(room: number, from: number, last: number, connections: number): LiveFact[] {
  const facts: LiveFact[] = [];
  for (let second = from; second <= last; ) {
    const minute = Math.floor(second / SECONDS_PER_MINUTE);
    const end = Math.min(last, minute * SECONDS_PER_MINUTE + SECONDS_PER_MINUTE - 1);
    const samples = end - second + 1;
    facts.push({ kind: 'connections', room, t: minute * MINUTE_MS, samples, sum: samples * connections, max: connections });
    second = end + 1;
  }
  return facts;
}
