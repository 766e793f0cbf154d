import type { DatabaseSync } from 'node:sqlite';
import { AnalyticsEngine, type EngineOptions } from '../../packages/server/src/analytics/engine/engine.ts';
import { countedUpTo } from '../../packages/server/src/store/sqlite/analytics/counted.ts';
import { SqliteEngineStore } from '../../packages/server/src/store/sqlite/analytics/engine-store.ts';
import { FACT_COLUMNS, factOf } from '../../packages/server/src/store/sqlite/analytics/room-history.ts';
import { many, one, preparer } from '../../packages/server/src/store/sqlite/statements.ts';
import { UserIds } from '../../packages/server/src/store/sqlite/user-ids.ts';

/**
 * Counts a log that nobody else writes to, by the engine of the server, in the order in which it stands there: sorted, long pieces, each a
 * transaction. `onPiece` is told how far it is.
 */
export function countLog(db: DatabaseSync, options: EngineOptions, piece: number, onPiece: (through: number) => void): void {
  const users = new UserIds(db);
  const store = new SqliteEngineStore(db, users);
  const engine = new AnalyticsEngine(store, options);
  const prepare = preparer(db);
  const rows = prepare(`select ${FACT_COLUMNS} from messages m where m.row > ? and m.row <= ? and m.type = 0 order by m.row`);
  const setThrough = prepare("update merged set through = ? where step = 'analytics'");
  const last = one(prepare('select coalesce(max(row), 0) from messages'))?.[0] as number;
  const transaction = <T>(run: () => T): T => {
    db.exec('begin immediate');
    const result = run();
    db.exec('commit');
    return result;
  };
  let through = one(prepare("select through from merged where step = 'analytics'"))?.[0] as number;
  while (through < last) {
    const to = Math.min(last, through + piece);
    transaction(() => {
      store.history.counted = countedUpTo(to);
      engine.take(many(rows, through, to).map((columns) => factOf(columns, users)));
      setThrough.run(to);
    });
    through = to;
    onPiece(through);
  }
  transaction(() => engine.tick());
  while (!transaction(() => engine.repair(100)));
}
