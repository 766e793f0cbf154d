import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type StoredMessage, StoreUnavailable } from '../store.ts';
import { DATABASE_FILE, openSqliteStore, type SqliteOptions, type SqliteStore } from './sqlite-store.ts';

const EPOCH = '11111111-1111-4111-8111-111111111111';
const WHOLE = { idsSince: 0, maxIds: 100, tail: 100 };

const message = (seq: number, content = 'hello'): StoredMessage => ({
  roomId: 'r',
  messageId: `00000000-0000-4000-8000-${seq.toString(16).padStart(12, '0')}`,
  type: 'chat',
  userId: 'u',
  username: 'U',
  content,
  timestamp: 1000 + seq,
  replyTo: undefined,
  position: { epoch: EPOCH, seq },
});

describe('the SQLite store in trouble', () => {
  let dir: string;
  const opened: SqliteStore[] = [];
  const open = async (options?: SqliteOptions): Promise<SqliteStore> => {
    const store = await openSqliteStore(dir, options);
    opened.push(store);
    return store;
  };
  const count = async (store: SqliteStore) => (await store.totals()).chatMessages;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'hubbub-faults-'));
  });
  afterEach(async () => {
    for (const store of opened.splice(0)) await store.close(true).catch(() => {});
    await rm(dir, { recursive: true });
  });

  it('says that the disk is full, keeps nothing of the batch, and goes on when there is room', async () => {
    const small = await open({ maxPages: 60 });
    await small.openEpoch('r', EPOCH, 1);
    await small.append([message(1)]);
    const big = Array.from({ length: 300 }, (_, i) => message(2 + i, 'x'.repeat(1000)));
    const error = await small.append(big).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StoreUnavailable);
    expect(String(error)).toMatch(/disk is full/);
    expect(await count(small)).toBe(1);
    expect(await small.append([message(2)])).toEqual([{ kind: 'inserted' }]);
    await small.close(true);
    const roomy = await open();
    await roomy.append(big.slice(1));
    expect((await roomy.room('r', WHOLE)).head?.seq).toBe(301);
    expect(await count(roomy)).toBe(301);
  });

  it('says that the database is locked, reads all the same, and goes on when it is free', async () => {
    const store = await open();
    await store.openEpoch('r', EPOCH, 1);
    await store.append([message(1)]);
    const other = new DatabaseSync(join(dir, DATABASE_FILE));
    other.exec('begin exclusive');
    const error = await store.append([message(2)]).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StoreUnavailable);
    expect(String(error)).toMatch(/locked by another process/);
    expect(await count(store)).toBe(1);
    other.exec('rollback');
    other.close();
    expect(await store.append([message(2)])).toEqual([{ kind: 'inserted' }]);
  });

  it.each(['writer', 'reader'] as const)('fails what a %s thread had when it died, and replaces it', async (role) => {
    const store = await open();
    await store.openEpoch('r', EPOCH, 1);
    await store.append([message(1)]);
    const lost = role === 'writer' ? store.append([message(2)]) : store.totals();
    const outcome = lost.then(
      () => 'done before',
      (reason: unknown) => reason,
    );
    await store.killThread(role);
    const error = await outcome;
    if (error !== 'done before') {
      expect(error).toBeInstanceOf(StoreUnavailable);
      expect(String(error)).toMatch(new RegExp(`${role} thread died`));
    }
    await store.append([message(1), message(2), message(3)]);
    expect(await count(store)).toBe(3);
    expect((await store.room('r', WHOLE)).head).toMatchObject({ seq: 3, isContinued: true });
  });

  it('counts from the bound of the run that crashed, not from its own', async () => {
    const first = await open({ maxUnstored: 70_000 });
    await first.openEpoch('r', EPOCH, 1);
    await first.append([message(1)]);
    await first.close(false);
    const second = await open({ maxUnstored: 10 });
    expect((await second.room('r', WHOLE)).head).toMatchObject({ seq: 1, isContinued: false, seqFloor: 70_001 });
  });

  it('takes the largest bound of the runs that an epoch went through', async () => {
    for (const [maxUnstored, isClean] of [
      [30, true],
      [50, true],
      [40, false],
    ] as const) {
      const store = await open({ maxUnstored });
      await store.openEpoch('r', EPOCH, 1);
      await store.close(isClean);
    }
    expect((await (await open()).room('r', WHOLE)).head?.seqFloor).toBe(50);
  });

  it('refuses a database of a newer version', async () => {
    await (await open()).close(true);
    const db = new DatabaseSync(join(dir, DATABASE_FILE));
    db.exec('pragma user_version = 99');
    db.close();
    await expect(open()).rejects.toThrow(/newer Hubbub: its version is 99/);
  });

  it('says so when the file is no database', async () => {
    const { writeFile } = await import('node:fs/promises');
    await writeFile(join(dir, DATABASE_FILE), 'not a database at all, but long enough to be read as one'.repeat(50));
    await expect(open()).rejects.toThrow(/not a database/);
  });

  it('refuses an id that is no UUID as a bug, and nothing of its batch is written', async () => {
    const store = await open();
    await store.openEpoch('r', EPOCH, 1);
    const error = await store.append([message(1), { ...message(2), messageId: 'nope' }]).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(StoreUnavailable);
    expect(await count(store)).toBe(0);
  });
});
