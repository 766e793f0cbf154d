import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StoredMessage } from '../store.ts';
import { MIGRATIONS } from './migrations.ts';
import { openDatabase } from './open-database.ts';
import type { StoreReport } from './report.ts';
import { packMessages } from './rows.ts';
import { DATABASE_FILE, openSqliteStore } from './sqlite-store.ts';
import { Writer } from './writer.ts';

const EPOCH = '11111111-1111-4111-8111-111111111111';
const MESSAGES = 400;
const WHOLE = { idsSince: 0, maxIds: 1000, tail: 1000 };
const FAULT = "create trigger fault before insert on messages_by_room begin select raise(abort, 'broken'); end";

const message = (seq: number): StoredMessage => ({
  roomId: 'r',
  messageId: `00000000-0000-4000-8000-${seq.toString(16).padStart(12, '0')}`,
  type: 'chat',
  userId: 'u',
  username: 'U',
  content: 'hello',
  timestamp: 1000 + seq,
  replyTo: undefined,
  position: { epoch: EPOCH, seq },
});
const messages = Array.from({ length: MESSAGES }, (_, n) => message(n + 1));

describe('the SQLite store at its start and its stop', () => {
  let dir: string;
  const path = () => join(dir, DATABASE_FILE);
  const inFile = <T>(run: (db: DatabaseSync) => T): T => {
    const db = new DatabaseSync(path());
    try {
      return run(db);
    } finally {
      db.close();
    }
  };
  const merged = () => inFile((db) => Number(db.prepare('select count(*) as n from messages_by_room').get()?.n));
  /** Everything is stored and nothing merged. */
  const filled = (options: ConstructorParameters<typeof Writer>[1] = {}): Writer => {
    const writer = new Writer(openDatabase({ path: path(), synchronous: 'normal' }, false), { maxEntries: 10, ...options });
    writer.start(20_000);
    writer.openEpochs([{ roomId: 'r', epoch: EPOCH, firstSeq: 1 }]);
    writer.append(packMessages(messages));
    return writer;
  };
  const expectAll = async () => {
    const store = await openSqliteStore(dir);
    try {
      const room = await store.room('r', WHOLE);
      expect([room.tail.length, room.head?.isContinued]).toEqual([MESSAGES, true]);
    } finally {
      await store.close(true);
    }
    expect(merged()).toBe(MESSAGES);
  };

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'hubbub-stop-'));
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  it('merges everything when it stops', () => {
    expect(filled().stop(true)).toBeUndefined();
    expect(merged()).toBe(MESSAGES);
  });

  it('merges no longer than a second and a half when it stops, and the rest after the next start', async () => {
    let now = 0;
    // Each look at the clock is a tenth of a second after the one before: 14 of the 120 pieces.
    const monotonic = () => {
      now += 100;
      return now;
    };
    expect(filled({ monotonic }).stop(true)).toBeUndefined();
    expect([merged(), now]).toEqual([140, 1700]);
    await expectAll();
  });

  it('tells of a last merge that failed, and stops cleanly all the same', async () => {
    const writer = filled();
    inFile((db) => db.exec(FAULT));
    expect(writer.stop(true)).toEqual({ kind: 'bug', message: 'broken' });
    inFile((db) => db.exec('drop trigger fault'));
    await expectAll();
  });

  it('reports such a failure once, and its stop does not reject', async () => {
    const reports: StoreReport[] = [];
    const never = { maxEntries: 1e9, maxDelayMs: 1e9 };
    const store = await openSqliteStore(dir, { merging: never, report: (report) => reports.push(report) });
    await store.openEpoch('r', EPOCH, 1);
    await store.append(messages);
    inFile((db) => db.exec(FAULT));
    await store.close(true);
    expect(reports).toEqual([{ kind: 'left unmerged', error: expect.objectContaining({ message: 'broken' }) }]);
    inFile((db) => db.exec('drop trigger fault'));
    await expectAll();
  });

  it('says what it does while an old file is brought up to date, and nothing of a new one', async () => {
    const id = (n: number) => n.toString(16).padStart(32, '0');
    inFile((db) => {
      db.exec(`${MIGRATIONS[0]}; pragma user_version = 1; insert into rooms values (1, 'r', 0); insert into users values (1, 'u')`);
      for (const n of [1, 2, 3]) db.exec(`insert into messages values (${n}, 1, x'${id(n)}', 0, 1, 'U', 'x', ${n}, null, 0, 0)`);
    });
    const reports: StoreReport[] = [];
    const open = async () => (await openSqliteStore(dir, { report: (report) => reports.push(report) })).close(true);
    await open();
    const lastVersion = MIGRATIONS.length;
    const steps = Array.from({ length: lastVersion - 1 }, (_, n) => ({ kind: 'migrating', toVersion: n + 2, lastVersion, messages: 3 }));
    expect(reports).toEqual([...steps, { kind: 'migrated', version: lastVersion }]);
    reports.length = 0;
    await open();
    rmSync(path());
    await open();
    expect(reports).toEqual([]);
  });
});
