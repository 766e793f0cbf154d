import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MemoryContents, MemoryStore } from '../memory-store.ts';
import { storeContract } from '../store.contract.ts';
import { type MessagePage, type PageQuery, type Store, type StoredMessage, StoreUnavailable } from '../store.ts';
import { type Derived, Merge, type Span } from './merge.ts';
import { MIGRATIONS } from './migrations.ts';
import { openDatabase } from './open-database.ts';
import { Reader } from './reader.ts';
import { SqliteStore } from './sqlite-store.ts';
import type { WorkerClient } from './worker-client.ts';
import { Writer } from './writer.ts';

const EPOCHS = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'] as const;
const T0 = Date.UTC(2026, 0, 1);
const WHOLE = { idsSince: 0, maxIds: 10_000, tail: 1000 };
const NEVER = { maxEntries: Number.POSITIVE_INFINITY, maxDelayMs: 2 ** 30 };

/** Small, so that the steps of a merge are left at different places of the log. */
const PIECE = 7;

const id = (n: number): string => `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;

/** A thread's calls without the thread, so that a test says when what is merged. */
function direct<Target extends object>(target: Target): WorkerClient<Target> {
  let isClosed = false;
  const call = async (name: keyof Target, ...values: unknown[]) => {
    if (isClosed) throw new StoreUnavailable('the store is closed');
    return (target[name] as (...values: unknown[]) => unknown)(...values);
  };
  const close = async () => {
    isClosed = true;
  };
  return { call, close, kill: close } as unknown as WorkerClient<Target>;
}

interface Open {
  readonly store: SqliteStore;
  readonly writer: Writer;
  readonly db: DatabaseSync;
}

function open(dir: string, merging = NEVER, maxPiece?: number): Open {
  const path = join(dir, 'hubbub.db');
  const db = openDatabase({ path, synchronous: 'normal' }, false);
  const writer = new Writer(db, maxPiece === undefined ? {} : { maxEntries: maxPiece });
  const { merged, last } = writer.start(20_000);
  const reader = new Reader(openDatabase({ path, synchronous: 'normal' }, true));
  const store = new SqliteStore(direct(writer), direct(reader), { merging });
  store.beginMerging(merged, last);
  return { store, writer, db };
}

/** Merges as far as the log goes, though no more than so many pieces. */
function merge({ writer, db }: Open, pieces = Number.POSITIVE_INFINITY): void {
  const { last } = db.prepare('select coalesce(max(row), 0) as last from messages').get() as { last: number };
  for (let done = false, n = 0; !done && n < pieces; n += 1) done = writer.merge(last);
}

for (const [name, merging] of [
  ['nothing merged', NEVER],
  ['merged at once', { maxEntries: 1, maxDelayMs: 0 }],
] as const) {
  storeContract(`sqlite, ${name}`, async () => {
    const dir = mkdtempSync(join(tmpdir(), 'hubbub-split-'));
    let { store } = open(dir, merging);
    return {
      store,
      reopen: async (isClean) => {
        await store.close(isClean).catch(() => {});
        store = open(dir, merging).store;
        return store;
      },
      dispose: async () => {
        await store.close(true).catch(() => {});
        rmSync(dir, { recursive: true });
      },
    };
  });
}

type Step =
  | { readonly kind: 'append' | 'import'; readonly rows: readonly { room: number; id: number; user: number; wait: number; type: number }[] }
  | { readonly kind: 'merge'; readonly pieces: number }
  | { readonly kind: 'epoch'; readonly room: number }
  | { readonly kind: 'reopen'; readonly isClean: boolean };

const row = fc.record({
  room: fc.nat(2),
  id: fc.nat(40),
  user: fc.nat(2),
  wait: fc.nat(3).map((n) => n * 20_000),
  type: fc.nat(3),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('append' as const), rows: fc.array(row, { maxLength: 12 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('import' as const), rows: fc.array(row, { maxLength: 12 }) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('merge' as const), pieces: fc.integer({ min: 1, max: 9 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('epoch' as const), room: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reopen' as const), isClean: fc.boolean() }) },
);

/** Every page of a listing, both ways, without the cursors. */
async function pages(read: (query: PageQuery) => Promise<MessagePage>): Promise<readonly (readonly StoredMessage[])[]> {
  const all: (readonly StoredMessage[])[] = [];
  let page = await read({ limit: 5 });
  all.push(page.messages);
  const turn = async (query: PageQuery) => {
    page = await read(query);
    all.push(page.messages);
  };
  while (page.before !== undefined) await turn({ limit: 5, before: page.before });
  while (page.after !== undefined) await turn({ limit: 3, after: page.after });
  return all;
}

/** All that a store can be asked. */
async function answers(store: Store, heads: readonly number[]): Promise<unknown> {
  const rooms: unknown[] = [];
  for (const [n, head] of heads.entries()) {
    const room = `r${n}`;
    rooms.push(await store.room(room, WHOLE), await store.room(room, { idsSince: T0 + 100_000, maxIds: 7, tail: 4 }));
    rooms.push(await pages((query) => store.roomMessages(room, query)), await pages((query) => store.userMessages(`u${n}`, query)));
    for (const seq of [0, 1, Math.floor(head / 2), head]) {
      rooms.push(await store.sequencedAfter(room, seq, head, 100), await store.sequencedAfter(room, seq, seq + 5, 3));
      for (const epoch of EPOCHS) rooms.push(await store.missed(room, { epoch, seq }, head));
    }
    for (let i = 0; i <= 40; i += 5) rooms.push(await store.find(room, id(i)));
  }
  const activity = (await store.activitySince(T0 + 60_000)).map((each) => JSON.stringify(each)).sort();
  return { rooms, activity, listed: (await store.rooms(10, undefined)).rooms, totals: await store.totals() };
}

describe('a store whose log is merged in part', () => {
  let dir: string;
  const opened: Open[] = [];
  const openHere = (at = dir): Open => {
    const it = open(at);
    opened.push(it);
    return it;
  };
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'hubbub-split-'));
  });
  afterEach(async () => {
    for (const { store } of opened.splice(0)) await store.close(false).catch(() => {});
    rmSync(dir, { recursive: true });
  });

  const sent = (seq: number): StoredMessage => ({
    roomId: 'r0',
    messageId: id(seq),
    type: 'chat',
    userId: `u${seq % 3}`,
    username: 'Ann',
    content: `message ${seq}`,
    timestamp: T0 + Math.floor(seq / 4),
    replyTo: seq % 5 === 0 ? id(1) : undefined,
    position: { epoch: EPOCHS[0], seq },
  });
  const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => sent(from + i));

  it('STORE-7: answers as the memory store does, whatever was appended, imported and merged in whatever order', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 14 }), async (steps) => {
        const folder = mkdtempSync(join(dir, 'run-'));
        const contents = new MemoryContents();
        let memory = new MemoryStore(contents);
        let sqlite = open(folder, NEVER, PIECE);
        let now = T0;
        const heads = [0, 0, 0];
        const epochs: string[] = [EPOCHS[0], EPOCHS[0], EPOCHS[0]];
        const both = async (run: (store: Store) => Promise<unknown>) => expect(await run(sqlite.store)).toEqual(await run(memory));
        const openEpoch = (n: number) => both((store) => store.openEpoch(`r${n}`, epochs[n] as string, (heads[n] ?? 0) + 1));
        for (const n of heads.keys()) await openEpoch(n);
        try {
          for (const each of steps) {
            if (each.kind === 'merge') merge(sqlite, each.pieces);
            else if (each.kind === 'epoch') {
              if (epochs[each.room] === EPOCHS[1]) continue;
              epochs[each.room] = EPOCHS[1];
              heads[each.room] = (heads[each.room] ?? 0) + 300;
              await openEpoch(each.room);
            } else if (each.kind === 'reopen') {
              await memory.close(each.isClean);
              await sqlite.store.close(each.isClean);
              memory = new MemoryStore(contents);
              sqlite = open(folder, NEVER, PIECE);
            } else {
              const batch = each.rows.map(({ room, id: n, user, wait, type }): StoredMessage => {
                const isImport = each.kind === 'import';
                now += isImport ? 0 : wait;
                if (!isImport) heads[room] = (heads[room] ?? 0) + 1;
                return {
                  ...sent(n),
                  roomId: `r${room}`,
                  userId: `u${user}`,
                  type: type === 0 ? 'system' : 'chat',
                  timestamp: isImport ? now - 5 * wait : now,
                  position: isImport ? undefined : { epoch: epochs[room] as string, seq: heads[room] as number },
                };
              });
              await both((store) => (each.kind === 'import' ? store.importEvents(batch) : store.append(batch)));
            }
          }
          const expected = await answers(memory, heads);
          expect(await answers(sqlite.store, heads)).toEqual(expected);
          merge(sqlite);
          expect(await answers(sqlite.store, heads)).toEqual(expected);
        } finally {
          await sqlite.store.close(true);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('STORE-8: loses nothing and doubles nothing when the process dies between a commit and its merge', async () => {
    const first = openHere();
    await first.store.openEpoch('r0', EPOCHS[0], 1);
    await first.store.append(range(1, 300));
    merge(first);
    await first.store.append(range(301, 400));
    const expected = await answers(first.store, [400]);
    const copy = openHere(copyOf(dir));
    merge(copy);
    expect((await copy.store.sequencedAfter('r0', 0, 400, 1000)).length).toBe(400);
    expect((await copy.store.room('r0', WHOLE)).head).toMatchObject({ seq: 400, isContinued: false, seqFloor: 20_400 });
    expect((await copy.store.totals()).chatMessages).toBe(400);
    expect(await answers(first.store, [400])).toEqual(expected);
  });

  it('STORE-8: takes in all of a merge or nothing when the process dies in the middle of it', async () => {
    const first = openHere();
    await first.store.openEpoch('r0', EPOCHS[0], 1);
    await first.store.append(range(1, 400));
    let copied: string | undefined;
    const failing: Derived = {
      name: 'heads',
      apply: () => {
        copied = copyOf(dir);
        throw new Error('here it dies');
      },
    };
    const filling: Derived = {
      name: 'room',
      apply: ({ through }) => {
        first.db.exec(FILL);
        return through;
      },
    };
    const half = new Merge(first.db, [filling, failing]);
    first.db.exec('begin immediate');
    expect(() => half.advance(400)).toThrow('here it dies');
    first.db.exec('rollback');
    for (const each of [first, openHere(copied)]) {
      expect(each.db.prepare('select count(*) as n from messages_by_room').get()?.n).toBe(0);
      expect((await pages((query) => each.store.roomMessages('r0', query))).flat().length).toBeGreaterThanOrEqual(400);
      merge(each);
      expect(each.db.prepare('select count(*) as n from messages_by_room').get()?.n).toBe(400);
      expect((await each.store.sequencedAfter('r0', 0, 400, 1000)).length).toBe(400);
      expect((await each.store.totals()).chatMessages).toBe(400);
    }
  });

  it('STORE-9: gives each entry of the log to each step once, in order, in bounded pieces, however often it is interrupted', async () => {
    const { store, db } = openHere();
    await store.openEpoch('r0', EPOCHS[0], 1);
    const seen: { readonly [name: string]: Span[] } = { room: [], user: [], analytics: [] };
    const taking = (name: 'room' | 'user' | 'analytics', most = Number.POSITIVE_INFINITY): Derived => ({
      name,
      isAlone: most < 100,
      apply: ({ after, through }) => {
        const taken = { after, through: Math.min(through, after + most) };
        seen[name]?.push(taken);
        return taken.through;
      },
    });
    const small = taking('analytics', 8);
    const pieces = new Merge(db, [taking('room'), taking('user'), small], 30);
    for (const [from, to] of [
      [1, 10],
      [11, 100],
      [101, 101],
    ] as const) {
      await store.append(range(from, to));
      let calls = 1;
      while (!pieces.advance(to)) calls += 1;
      expect(calls).toBeLessThanOrEqual(Math.ceil((2 * (to - from + 1)) / 30) + Math.ceil((to - from + 1) / 8) + 1);
      expect(pieces.merged()).toBe(to);
    }
    for (const spans of Object.values(seen)) {
      expect(spans.map(({ after }) => after)).toEqual([0, ...spans.slice(0, -1).map(({ through }) => through)]);
      expect(spans.at(-1)?.through).toBe(101);
    }
    expect(Math.max(...(seen.analytics ?? []).map(({ after, through }) => through - after))).toBe(8);
  });

  it('merges everything at a clean stop', async () => {
    const { store } = openHere();
    await store.openEpoch('r0', EPOCHS[0], 1);
    await store.append(range(1, 400));
    await store.close(true);
    const db = new DatabaseSync(join(dir, 'hubbub.db'));
    expect(db.prepare("select min(through) as through from merged where step <> 'analytics'").get()?.through).toBe(400);
    expect(db.prepare('select count(*) as n from messages_by_user').get()?.n).toBe(400);
    db.close();
  });

  it('takes over a database of version 1', async () => {
    const path = join(dir, 'hubbub.db');
    const old = new DatabaseSync(path);
    old.exec(`${MIGRATIONS[0]}; pragma user_version = 1`);
    old.exec(`insert into generations values (1, 20000, 1); insert into rooms (id, name) values (1, 'r0');
      insert into users values (1, 'u0'), (2, 'u1'), (3, 'u2'); insert into epochs values (1, 1, '${EPOCHS[0]}', 1, 1, 300, ${T0 + 75});
      update counters set value = 300; insert into marks values (1, 1, ${T0}), (1, 256, ${T0 + 64})`);
    const insert = old.prepare(`insert into messages values (null, 1, unhex(?, '-'), 0, ?, 'Ann', ?, ?, unhex(?, '-'), 1, ?)`);
    for (const each of range(1, 300)) {
      const seq = each.position?.seq ?? 0;
      insert.run(each.messageId, (seq % 3) + 1, each.content, each.timestamp, each.replyTo ?? null, seq);
    }
    old.close();
    const contents = new MemoryContents();
    const memory = new MemoryStore(contents);
    await memory.openEpoch('r0', EPOCHS[0], 1);
    await memory.append(range(1, 300));
    const converted = openHere();
    expect(await answers(converted.store, [300])).toEqual(await answers(memory, [300]));
    for (const store of [converted.store, memory]) await store.append(range(290, 310));
    expect(await answers(converted.store, [310])).toEqual(await answers(memory, [310]));
  });
});

const FILL = 'insert into messages_by_room select room, t, seq, row from messages';

/** The file as it is, its log beside it: what the disk has when a process dies. */
function copyOf(dir: string): string {
  const copy = mkdtempSync(join(dir, 'copy-'));
  for (const name of ['hubbub.db', 'hubbub.db-wal']) if (existsSync(join(dir, name))) copyFileSync(join(dir, name), join(copy, name));
  return copy;
}
