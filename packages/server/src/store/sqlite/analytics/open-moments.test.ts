import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { migrate } from '../migrations.ts';
import { UserIds } from '../user-ids.ts';
import { SqliteEngineStore } from './engine-store.ts';
import { SqliteQueryStore } from './query-store.ts';

it('a moment is open where a room was left so, whose last message lies in the range', () => {
  const db = new DatabaseSync(':memory:');
  migrate(db);
  const engine = new SqliteEngineStore(db, new UserIds(db));
  const queries = new SqliteQueryStore(db);
  engine.setNewest(1, { t: 1000, seq: 1, row: 1 }, true);
  engine.setNewest(2, { t: 2000, seq: 1, row: 2 }, false);
  const asked = (fromT: number, toT: number): boolean[] => [undefined, 1, 2].map((room) => queries.isMomentOpen(room, fromT, toT));
  expect(asked(1000, 1001)).toEqual([true, true, false]);
  expect(asked(1001, 3000)).toEqual([false, false, false]);
  expect(asked(0, 1000)).toEqual([false, false, false]);
  engine.setNewest(1, { t: 1000, seq: 1, row: 1 }, false);
  expect(asked(0, 3000)).toEqual([false, false, false]);
  db.close();
});
