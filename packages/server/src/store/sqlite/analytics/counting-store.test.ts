import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import type { Order } from '../../../analytics/derive/order.ts';
import { AnalyticsEngine } from '../../../analytics/engine/engine.ts';
import { MemoryEngineStore } from '../../../analytics/engine/memory-engine-store.ts';
import type { EngineStore, MessageFact, NoticeFact } from '../../../analytics/engine/ports.ts';
import type { NamedLiveFact } from '../../../analytics/live-facts-sink.ts';
import { MemoryQueryStore } from '../../../analytics/query/memory-query-store.ts';
import type { QueryStore } from '../../../analytics/query/ports.ts';
import { COLUMN, COLUMN_COUNT } from '../../../analytics/rollup/columns.ts';
import { addCounts } from '../../../analytics/rollup/counts-segment.ts';
import { LEVELS } from '../../../analytics/rollup/levels.ts';
import { FAMILIES, type RollupReader } from '../../../analytics/rollup/port.ts';
import { rollupContract } from '../../../analytics/rollup/rollup.contract.ts';
import { SlotDirectory } from '../../../analytics/rollup/slot-body.ts';
import type { StoredMessage, StoredNotice } from '../../store.ts';
import { migrate } from '../migrations.ts';
import { openDatabase } from '../open-database.ts';
import { packMessages, TYPE, uuidText } from '../rows.ts';
import { Writer } from '../writer.ts';
import type { Engine } from './analytics-part.ts';
import { SqliteQueryStore } from './query-store.ts';
import { SqliteRollups } from './sqlite-rollups.ts';

const EPOCH = '11111111-1111-4111-8111-111111111111';
const MINUTE = 60_000;
const START = Date.UTC(2026, 2, 1, 11);
const NOW = START + 20 * 1440 * MINUTE;
const OPTIONS = { now: () => NOW, minutesKeptMs: 18 * 1440 * MINUTE, maxRooms: 2 };
const WORDS = ['hello there', 'user1: yes?', '@Ann look http://x.org', 'so 🎉 good', 'user2, no', 'a', 'köln naïve', '@user3 hm?'];

const folder = mkdtempSync(join(tmpdir(), 'hubbub-counting-'));
afterAll(() => rmSync(folder, { recursive: true }));

const id = (n: number): string => `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;

/** The file as it is, its log beside it: what the disk has when a process dies. */
function copyOf(dir: string): string {
  const copy = mkdtempSync(join(folder, 'copy-'));
  for (const name of ['hubbub.db', 'hubbub.db-wal']) if (existsSync(join(dir, name))) copyFileSync(join(dir, name), join(copy, name));
  return copy;
}

/** A writer without its thread, in a folder; an engine that can be told to die in the middle of a merge. */
class Counting {
  dir: string;
  db: DatabaseSync;
  writer: Writer;
  readonly #isCounting: boolean;
  /** Called after the engine has taken its part of a merge. */
  onTaken: (() => void) | undefined;

  constructor(dir = mkdtempSync(join(folder, 'run-')), isCounting = true) {
    this.dir = dir;
    this.#isCounting = isCounting;
    this.db = openDatabase({ path: join(dir, 'hubbub.db'), synchronous: 'normal' }, false);
    let time = 0;
    // Every piece seems to take 10 ms more than the one before, and another for each five: their sizes go up and down.
    const cpuMs = () => (time += (time % 50) + 10);
    const analytics = isCounting ? { makeEngine: (store: EngineStore) => this.#engine(store), cpuMs, maxPiece: 9 } : undefined;
    this.writer = new Writer(this.db, { maxEntries: 11, analytics });
    this.writer.start(1000);
  }

  /** Merges and tends so many pieces, or all. */
  settle(pieces = Number.POSITIVE_INFINITY): void {
    const last = Number(this.db.prepare('select coalesce(max(row), 0) as last from messages').get()?.last);
    for (let n = 0; n < pieces && !this.writer.merge(last); n += 1);
    for (let n = 0; n < pieces && !this.writer.tend(true); n += 1) if (n > 20_000) throw new Error('endless');
  }

  reopened(how: 'clean' | 'unclean' | 'killed', isCounting = this.#isCounting): Counting {
    if (how === 'killed') return new Counting(copyOf(this.dir), isCounting);
    this.writer.stop(how === 'clean');
    return new Counting(this.dir, isCounting);
  }

  #engine(store: EngineStore): Engine {
    const engine = new AnalyticsEngine(store, OPTIONS);
    const dying = {
      take: (messages: Iterable<MessageFact>) => {
        engine.take(messages);
        this.onTaken?.();
      },
    };
    return new Proxy(engine, { get: (of, name) => bound(name === 'take' ? dying : of, name) });
  }
}

function bound(of: object, name: string | symbol): unknown {
  const value: unknown = Reflect.get(of, name);
  return typeof value === 'function' ? value.bind(of) : value;
}

type Event = StoredMessage | StoredNotice;
type Step =
  | { readonly kind: 'import' | 'append' | 'fail' | 'die'; readonly events: readonly Event[] }
  | { readonly kind: 'settle'; readonly pieces: number }
  | { readonly kind: 'reopen'; readonly how: 'clean' | 'unclean' | 'killed'; readonly isCounting: boolean }
  | { readonly kind: 'tick' }
  | { readonly kind: 'live'; readonly facts: readonly NamedLiveFact[] };

const event = fc.record({
  gap: fc.oneof(fc.nat(3), fc.nat(20_000), fc.nat(40 * MINUTE), fc.nat(30 * 60 * MINUTE)),
  isLate: fc.nat(6).map((n) => n === 0),
  room: fc.integer({ min: 1, max: 3 }),
  user: fc.integer({ min: 1, max: 4 }),
  name: fc.constantFrom('', 'Ann', 'annabel'),
  words: fc.nat(WORDS.length - 1),
  answers: fc.option(fc.nat(5), { nil: undefined }),
  type: fc.constantFrom('chat', 'chat', 'chat', 'chat', 'system', 'join', 'leave'),
  burst: fc.nat(40).map((n) => (n === 0 ? 30 : 1)),
} as const);
const live: fc.Arbitrary<NamedLiveFact> = fc.oneof(
  fc.record({
    kind: fc.constant('moved' as const),
    room: fc.constantFrom('r1', 'r9'),
    t: fc.constant(NOW - 5),
    joins: fc.nat(3),
    leaves: fc.nat(3),
  }),
  fc.record({
    kind: fc.constant('present' as const),
    room: fc.constantFrom('r1', 'r9'),
    t: fc.constant(NOW),
    user: fc.constantFrom('user1', 'new'),
  }),
  fc.record({ kind: fc.constant('drops' as const), t: fc.constant(NOW), reason: fc.nat(3), count: fc.integer({ min: 1, max: 4 }) }),
);
const plan = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ kind: fc.constantFrom('import' as const, 'append' as const), events: fc.array(event, { maxLength: 15 }) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constantFrom('fail' as const, 'die' as const),
        events: fc.array(event, { minLength: 1, maxLength: 15 }),
      }),
    },
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('settle' as const), pieces: fc.integer({ min: 1, max: 12 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('tick' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('live' as const), facts: fc.array(live, { maxLength: 4 }) }) },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('reopen' as const),
        how: fc.constantFrom('clean' as const, 'unclean' as const, 'killed' as const),
        isCounting: fc.nat(3).map((n) => n > 0),
      }),
    },
  ),
  { minLength: 4, maxLength: 16 },
);

/** Gives the events of a plan their times and ids. */
function stepsOf(drawn: typeof plan extends fc.Arbitrary<infer T> ? T : never): Step[] {
  let [t, n] = [START, 0];
  const seqs = new Map<string, number>();
  return drawn.map((step): Step => {
    if (!('events' in step)) return step;
    const events: Event[] = [];
    for (const { gap, isLate, room, user, name, words, answers, type, burst } of step.events) {
      t += isLate ? 0 : gap;
      for (let i = 0; i < burst; i += 1) {
        n += 1;
        const who = { roomId: `r${room}`, userId: `user${user}`, username: name === '' ? `user${user}` : name };
        const at = { messageId: id(n), timestamp: isLate ? Math.max(START, t - gap) : t + i * 50 };
        if (type === 'join' || type === 'leave') {
          if (step.kind === 'import') events.push({ ...who, ...at, type });
          continue;
        }
        const seq = (seqs.get(who.roomId) ?? 0) + 1;
        if (step.kind !== 'import') seqs.set(who.roomId, seq);
        const position = step.kind === 'import' ? undefined : { epoch: EPOCH, seq };
        const replyTo = answers === undefined ? undefined : id(Math.max(1, n - 1 - answers));
        events.push({ ...who, ...at, type, content: WORDS[words] ?? '', replyTo, position });
      }
    }
    return { ...step, events };
  });
}

function run(steps: readonly Step[]): { readonly store: Counting; readonly live: readonly NamedLiveFact[] } {
  let store = new Counting();
  const facts: NamedLiveFact[] = [];
  const openEpochs = () => store.writer.openEpochs([1, 2, 3].map((room) => ({ roomId: `r${room}`, epoch: EPOCH, firstSeq: 1 })));
  openEpochs();
  for (const step of steps) {
    if (step.kind === 'settle') {
      store.settle(step.pieces);
      expect(shownIn(store)).toEqual(keptIn(store));
    } else if (step.kind === 'reopen') store = store.reopened(step.how, step.isCounting);
    else if (step.kind === 'tick') store.writer.tick();
    else if (step.kind === 'live') {
      store = store.reopened('unclean', true);
      store.writer.countLive(step.facts, { standing: [], until: undefined });
      facts.push(...step.facts);
    } else {
      const flat = packMessages(step.events);
      if (step.kind === 'import') store.writer.importEvents(flat);
      else store.writer.append(flat);
      if (step.kind === 'import' || step.kind === 'append') continue;
      // It dies in the middle of a merge: the transaction is taken back, or the next process finds what the disk has.
      let copy: string | undefined;
      store.onTaken = () => {
        copy = copyOf(store.dir);
        throw new Error('here it dies');
      };
      try {
        store.settle();
      } catch (error) {
        expect(String(error)).toMatch('here it dies');
      }
      store.onTaken = undefined;
      if (step.kind === 'die' && copy !== undefined) store = new Counting(copy);
    }
  }
  store = store.reopened('unclean', true);
  store.settle();
  store.writer.tick();
  return { store, live: facts };
}

const ROOMS = [1, 2, 3];
const EVER = [-8e14, 8e14].map((t) => ({ t, seq: 0, row: 0 })) as [Order, Order];

/** Messages that are shown to a recount, of each room and of all. */
function shownIn({ db }: Counting): number[] {
  const store = new SqliteQueryStore(db);
  const rooms = store.atOneInstant(() => ROOMS.map((room) => store.history.messages(room, ...EVER, 10_000).length));
  return [...rooms, rooms.reduce((sum, messages) => sum + messages, 0)];
}

/** The same, as the summaries have them. */
function keptIn({ db }: Counting): number[] {
  const rollups = new SqliteRollups(db);
  return [...ROOMS, 0].map((scope) => {
    let messages = 0;
    for (const { body } of rollups.containers('counts', scope, 'day', -1e9, 1e9)) messages += messagesIn(body);
    return messages;
  });
}

function messagesIn(body: Uint8Array): number {
  const columns = new Float64Array(COLUMN_COUNT);
  const directory = new SlotDirectory();
  expect(directory.open(body)).toBe(true);
  for (let i = 0; i < directory.length; i++) addCounts(body, directory.startAt(i), directory.startAt(i + 1), columns, 0);
  return columns[COLUMN.messages] ?? 0;
}

/** What an engine in memory makes of all that the file has, in order, at once. */
function expected(db: DatabaseSync, facts: readonly NamedLiveFact[]) {
  const names = (table: string) =>
    new Map(
      db
        .prepare(`select name, id from ${table}`)
        .all()
        .map(({ name, id: n }) => [String(name), Number(n)]),
    );
  const [rooms, users, terms] = [names('rooms'), names('users'), names('terms')];
  const userIds = new Map([...users].map(([name, n]) => [n, name]));
  const rows = db.prepare('select * from messages where type = 0 order by t, seq, row').all() as Record<string, unknown>[];
  const messages = rows.map(
    (each): MessageFact => ({
      ...(each as unknown as MessageFact),
      userId: userIds.get(each.user as number) ?? '',
      id: uuidText(each.id),
      replyTo: each.reply_to === null ? undefined : uuidText(each.reply_to),
    }),
  );
  const notices = db
    .prepare('select room, type, t from notices')
    .all()
    .map(({ room, type, t }): NoticeFact => ({ room: Number(room), kind: type === TYPE.join ? 'join' : 'leave', t: Number(t) }));
  const termCount = terms.size;
  const store = new MemoryEngineStore(terms);
  const engine = new AnalyticsEngine(store, OPTIONS);
  store.insert(messages);
  engine.take(messages);
  engine.takeNotices(notices);
  engine.takeLive(
    facts.map((fact) => {
      if (fact.kind === 'drops') return fact;
      const room = rooms.get(fact.room ?? '') ?? 0;
      return fact.kind === 'present' ? { ...fact, room, user: users.get(fact.user) ?? 0 } : { ...fact, room };
    }),
  );
  while (!engine.repair(1000));
  engine.tick();
  expect(engine.faults).toBe(0);
  expect(terms.size).toBe(termCount);
  return new MemoryQueryStore(store, { rooms, users, terms }, notices);
}

function bytes(rollups: RollupReader): Record<string, string> {
  const all: Record<string, string> = {};
  for (const family of FAMILIES)
    for (const level of LEVELS)
      for (const { scope, container, chunk, body } of rollups.scopesOf(family, level, -1e9, 1e9))
        all[`${family} ${level} ${scope} ${container} ${chunk}`] = Buffer.from(body).toString('hex');
  return all;
}

function answers(store: QueryStore): unknown {
  const [rooms, users] = [
    [1, 2, 3, 4],
    [1, 2, 3, 4, 5],
  ];
  return store.atOneInstant(() => ({
    names: [store.roomIds(rooms), store.userIds(users), store.terms([1, 2, 3, 999])],
    numbers: ['r1', 'r9', 'nowhere'].map((each) => store.roomNumber(each)).concat(store.userNumber('user1')),
    moments: [undefined, ...rooms].map((room) => store.moments(room, START, NOW, 50).map((each) => ({ ...each, isOpen: false }))),
    few: store.moments(undefined, START + 3600_000, NOW, 1).map(({ startBucket }) => startBucket),
    adjusting: [undefined, ...rooms].map((room) => store.isAdjusting(room, START, NOW)),
    between: store.roomsBetween(START, NOW),
    notices: rooms.map((room) => sorted(store.notices(room, START + 60_000, NOW))),
    firsts: [0, ...rooms].map((scope) => users.map((user) => store.firstMessageOf(scope, user))),
  }));
}

const sorted = (notices: Iterable<NoticeFact>) => [...notices].map((each) => JSON.stringify(each)).sort();

describe('kept summaries in a file', () => {
  rollupContract((test) => {
    const db = new DatabaseSync(':memory:');
    migrate(db);
    test(new SqliteRollups(db));
    db.close();
  });
});

describe('a store that counts', () => {
  it('STORE-8, STORE-9: keeps the bytes that an engine in memory keeps, whatever was stored, merged, repaired, and killed in whatever order', () => {
    fc.assert(
      fc.property(plan, (drawn) => {
        const { store, live: facts } = run(stepsOf(drawn));
        const wanted = expected(store.db, facts);
        const reader = openDatabase({ path: join(store.dir, 'hubbub.db'), synchronous: 'normal' }, true);
        const questions = new SqliteQueryStore(reader);
        try {
          expect(bytes(questions.rollups)).toEqual(bytes(wanted.rollups));
          expect(answers(questions)).toEqual(answers(wanted));
        } finally {
          reader.close();
          store.writer.stop(false);
        }
      }),
      { numRuns: Number(process.env.RUNS ?? 40) },
    );
  });

  it('takes in everything but what is counted while counting fails, and makes up for it', () => {
    const store = new Counting();
    const chat = {
      roomId: 'r1',
      userId: 'u',
      username: 'Ann',
      type: 'chat',
      content: 'hm',
      replyTo: undefined,
      position: undefined,
    } as const;
    store.writer.importEvents(packMessages(Array.from({ length: 30 }, (_, n) => ({ ...chat, messageId: id(n), timestamp: START + n }))));
    const through = () =>
      store.db
        .prepare('select step, through from merged order by step')
        .all()
        .map((each) => each.through);
    store.onTaken = () => {
      throw new Error('a bug');
    };
    for (let n = 0; n < 20; n += 1)
      try {
        store.writer.merge(30);
      } catch {
        // As the thread does: the transaction is taken back, and the merge tried again.
      }
    expect(through()).toEqual([0, 30, 30, 30]);
    store.onTaken = undefined;
    store.settle();
    expect(through()).toEqual([30, 30, 30, 30]);
    expect(bytes(new SqliteRollups(store.db))).toEqual(bytes(expected(store.db, []).rollups));
    store.writer.stop(true);
  });
});
