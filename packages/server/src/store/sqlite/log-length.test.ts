import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LogLength } from './log-length.ts';
import { openDatabase } from './open-database.ts';

const LIMIT = 200_000;

describe('the write-ahead log', () => {
  let dir: string;
  let writer: DatabaseSync;
  let reader: DatabaseSync;
  const size = () => statSync(join(dir, 'log.db-wal')).size;
  const write = () => writer.exec('insert into texts values (hex(zeroblob(8000)))');
  const beginRead = () => reader.exec('begin; select count(*) from texts');

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'hubbub-log-'));
    const options = { path: join(dir, 'log.db'), synchronous: 'normal' } as const;
    writer = openDatabase(options, false);
    writer.exec('pragma wal_autocheckpoint = 10; create table texts (text text)');
    reader = openDatabase(options, true);
  });
  afterEach(() => {
    reader.close();
    writer.close();
    rmSync(dir, { recursive: true });
  });

  /** A reader behind at each commit, as when one read follows the other. */
  const writeUnderReads = (commits: number, check: () => void) => {
    for (let i = 0; i < commits; i += 1) {
      beginRead();
      write();
      reader.exec('commit');
      check();
    }
  };

  it('grows without end under reads that never pause', () => {
    writeUnderReads(100, () => {});
    expect(size()).toBeGreaterThan(5 * LIMIT);
  });

  it('is begun anew above its limit', () => {
    const log = new LogLength(writer, LIMIT);
    writeUnderReads(100, () => log.check());
    expect(size()).toBeLessThan(1.5 * LIMIT);
  });

  it('waits once for a read that does not end, and again when it has grown by a quarter', () => {
    let waits = 0;
    const counting = {
      location: () => writer.location(),
      exec: (sql: string) => writer.exec(sql),
      prepare: (sql: string) => ({ get: () => count(sql) }),
    };
    const count = (sql: string) => {
      if (sql.includes('restart')) waits += 1;
      return writer.prepare(sql).get();
    };
    const log = new LogLength(counting as unknown as DatabaseSync, LIMIT, 1);
    beginRead();
    for (let i = 0; size() <= LIMIT && i < 100; i += 1) write();
    for (let i = 0; i < 3; i += 1) log.check();
    expect(waits).toBe(1);
    for (let i = 0; size() <= 1.3 * LIMIT && i < 100; i += 1) write();
    log.check();
    expect(waits).toBe(2);
  });

  it('of a database in memory there is none', () => {
    const db = openDatabase({ path: ':memory:', synchronous: 'normal' }, false);
    expect(() => new LogLength(db).check()).not.toThrow();
    db.close();
  });
});
