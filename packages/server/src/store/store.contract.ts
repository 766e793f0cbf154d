/** Over 400 lines because it is one list: every sentence of the port in store.ts, read beside it from top to bottom. */
import type { Position, SequencedType } from '@hubbub/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  BadCursor,
  type Cursor,
  MAX_UNSTORED,
  type MessagePage,
  type PageQuery,
  type Store,
  type StoredMessage,
  StoreUnavailable,
} from './store.ts';

export interface StoreUnderTest {
  readonly store: Store;
  /** Closes as given and opens again on what was kept. */
  reopen(isClean: boolean): Promise<Store>;
  dispose(): Promise<void>;
}

const E1 = '11111111-1111-4111-8111-111111111111';
const E2 = '22222222-2222-4222-8222-222222222222';
const E3 = '33333333-3333-4333-8333-333333333333';
const T0 = Date.UTC(2026, 0, 1);
const WHOLE = { idsSince: 0, maxIds: 10_000, tail: 1000 };

const id = (n: number): string => `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`;

interface Given {
  readonly roomId?: string;
  readonly id?: string;
  readonly epoch?: string;
  readonly timestamp?: number;
  readonly userId?: string;
  readonly content?: string;
  readonly type?: SequencedType;
  readonly replyTo?: string;
}

function sent(seq: number, given: Given = {}): StoredMessage {
  const { roomId = 'r', epoch = E1, timestamp = T0 + seq, userId = 'u1', content = `message ${seq}`, type = 'chat' } = given;
  const messageId = given.id ?? id(seq);
  return { roomId, messageId, type, userId, username: 'Ann', content, timestamp, replyTo: given.replyTo, position: { epoch, seq } };
}

function imported(n: number, given: Given = {}): StoredMessage {
  return { ...sent(n, { id: id(1_000_000 + n), ...given }), position: undefined };
}

const seqs = (messages: readonly StoredMessage[]): (number | undefined)[] => messages.map((each) => each.position?.seq);
const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** Every page from one end to the other, oldest first. */
async function pageAll(
  read: (query: PageQuery) => Promise<MessagePage>,
  limit: number,
  direction: 'before' | 'after',
  start?: Cursor,
): Promise<StoredMessage[]> {
  const all: StoredMessage[] = [];
  let cursor = start;
  for (let i = 0; i < 10_000; i += 1) {
    const page = await read(cursor === undefined ? { limit } : { limit, [direction]: cursor });
    expect(page.messages.length).toBeLessThanOrEqual(limit);
    if (direction === 'before') all.unshift(...page.messages);
    else all.push(...page.messages);
    cursor = page[direction];
    if (cursor === undefined) return all;
  }
  throw new Error('the listing never ends');
}

/** What every durable store must do; `make` gives an empty one. */
export function storeContract(name: string, make: () => Promise<StoreUnderTest>): void {
  describe(`store contract: ${name}`, () => {
    let test: StoreUnderTest;
    let store: Store;
    beforeEach(async () => {
      test = await make();
      store = test.store;
      await store.openEpoch('r', E1, 1);
    });
    afterEach(() => test.dispose());

    const reopen = async (isClean: boolean): Promise<void> => {
      store = await test.reopen(isClean);
    };
    const append = (...batch: StoredMessage[]) => store.append(batch);
    const kinds = async (...batch: StoredMessage[]) => (await store.append(batch)).map((each) => each.kind);
    const history = async (roomId = 'r') => pageAll((query) => store.roomMessages(roomId, query), 50, 'before');

    describe('append', () => {
      it('keeps every field of what it is given', async () => {
        const full = sent(1, { content: 'line one\nline "two" \u{1f600} \u0000?', replyTo: id(99), type: 'system', userId: 'Ünï' });
        const plain = sent(2);
        await append(full, plain);
        expect(await history()).toEqual([full, plain]);
        expect(await store.find('r', id(1))).toEqual(full);
        expect(await store.sequencedAfter('r', 0, 10, 10)).toEqual([full, plain]);
        expect((await store.room('r', WHOLE)).tail).toEqual([full, plain]);
      });

      it('takes an empty batch, and one of many rooms, users and epochs', async () => {
        expect(await store.append([])).toEqual([]);
        const rooms = range(1, 60).map((n) => `room-${n}`);
        for (const roomId of rooms) await store.openEpoch(roomId, E1, 1);
        const batch = rooms.flatMap((roomId, n) => [sent(1, { roomId, userId: `u${n}` }), sent(2, { roomId })]);
        expect(new Set(await kinds(...batch))).toEqual(new Set(['inserted']));
        for (const roomId of rooms) expect(seqs(await history(roomId))).toEqual([1, 2]);
      });

      it('has the same id in two rooms as two messages', async () => {
        await store.openEpoch('s', E1, 1);
        expect(await kinds(sent(1), sent(1, { roomId: 's' }))).toEqual(['inserted', 'inserted']);
      });

      it('STORE-6: may be repeated after a doubtful end: the same id at the same position is inserted again, changing nothing', async () => {
        const batch = range(1, 5).map((seq) => sent(seq));
        await append(...batch);
        expect(await kinds(...batch.slice(2), sent(6))).toEqual(['inserted', 'inserted', 'inserted', 'inserted']);
        expect(await history()).toEqual([...batch, sent(6)]);
        expect(await store.totals()).toEqual({ chatMessages: 6, deletedMessages: 0 });
        expect(await store.userMessages('u1', { limit: 50 }).then((page) => page.messages.length)).toBe(6);
      });

      it('STORE-1: writes a batch whole or not at all', async () => {
        await append(sent(1));
        const broken = { ...sent(3), position: undefined };
        await expect(append(sent(2), broken, sent(4))).rejects.toThrow();
        expect(seqs(await history())).toEqual([1]);
        expect((await store.room('r', WHOLE)).head?.seq).toBe(1);
        expect((await store.totals()).chatMessages).toBe(1);
        expect(await kinds(sent(2), sent(3))).toEqual(['inserted', 'inserted']);
      });

      it('refuses an epoch that was never opened, as a bug and not as an absence', async () => {
        const error = await append(sent(1, { epoch: E2 })).catch((reason: unknown) => reason);
        expect(error).toBeInstanceOf(Error);
        expect(error).not.toBeInstanceOf(StoreUnavailable);
        expect(await history()).toEqual([]);
      });

      it('survives both kinds of stop', async () => {
        await append(sent(1));
        await reopen(true);
        await append(sent(2));
        await reopen(false);
        expect(await history()).toEqual([sent(1), sent(2)]);
        expect((await store.totals()).chatMessages).toBe(2);
      });
    });

    describe('repeats', () => {
      const first = sent(1, { id: id(7), content: 'first' });
      const again = sent(2, { id: id(7), content: 'again', userId: 'u2' });

      const expectOnlyFirst = async () => {
        expect(await history()).toEqual([first, sent(3)]);
        expect(await store.find('r', id(7))).toEqual(first);
        expect(await store.sequencedAfter('r', 0, 10, 10)).toEqual([first, again, sent(3)]);
        expect((await store.userMessages('u2', { limit: 10 })).messages).toEqual([]);
        expect((await store.totals()).chatMessages).toBe(2);
        expect((await store.activitySince(0)).reduce((sum, each) => sum + each.messages, 0)).toBe(2);
        const { head, tail, knownIds } = await store.room('r', WHOLE);
        expect(head?.seq).toBe(3);
        expect(tail).toEqual([first, again, sent(3)]);
        expect(knownIds.filter((each) => each.messageId === id(7))).toEqual([{ messageId: id(7), userId: 'u1', epoch: E1, seq: 1 }]);
      };

      it('ID-8, STORE-6: a known id at another position is a repeat; it keeps its seq and stands in no history', async () => {
        await append(first);
        expect(await append(again, sent(3))).toEqual([{ kind: 'repeat', first }, { kind: 'inserted' }]);
        await expectOnlyFirst();
      });

      it('ID-8: twice in one batch is the same', async () => {
        expect(await append(first, again, sent(3))).toEqual([{ kind: 'inserted' }, { kind: 'repeat', first }, { kind: 'inserted' }]);
        await expectOnlyFirst();
      });

      it('a repeat may itself be written again', async () => {
        await append(first, again, sent(3));
        expect(await append(first, again, sent(3))).toEqual([{ kind: 'inserted' }, { kind: 'repeat', first }, { kind: 'inserted' }]);
        await expectOnlyFirst();
        await reopen(true);
        await expectOnlyFirst();
      });

      it('an imported message is a first too', async () => {
        const old = imported(1, { id: id(7), timestamp: T0 - 1000 });
        await store.importEvents([old]);
        expect(await append(sent(1, { id: id(7) }))).toEqual([{ kind: 'repeat', first: old }]);
        expect(await history()).toEqual([old]);
        expect(seqs(await store.sequencedAfter('r', 0, 10, 10))).toEqual([1]);
      });

      it('a repeat at the end of a room is its head all the same', async () => {
        await append(first, again);
        expect((await store.room('r', WHOLE)).head).toMatchObject({ seq: 2, seqFloor: 2, timestamp: again.timestamp });
        expect(await store.missed('r', { epoch: E1, seq: 1 }, 10)).toMatchObject({ kind: 'covered', count: 1 });
      });
    });

    describe('import', () => {
      const notice = { roomId: 'r', messageId: id(50), type: 'join', userId: 'u1', username: 'Ann', timestamp: T0 } as const;

      it('STORE-6: says what was new, once, also within one batch, also after a restart', async () => {
        expect(await store.importEvents([imported(1), notice, imported(2), imported(1), notice])).toEqual([true, true, true, false, false]);
        await reopen(true);
        expect(await store.importEvents([imported(1), notice, imported(3)])).toEqual([false, false, true]);
        expect((await history()).map((each) => each.messageId)).toEqual([1, 2, 3].map((n) => imported(n).messageId));
        expect((await store.totals()).chatMessages).toBe(3);
      });

      it('keeps notices out of history, totals and activity', async () => {
        await store.importEvents([notice, { ...notice, type: 'leave', messageId: id(51) }]);
        expect(await history()).toEqual([]);
        expect((await store.userMessages('u1', { limit: 10 })).messages).toEqual([]);
        expect(await store.activitySince(0)).toEqual([]);
        expect((await store.totals()).chatMessages).toBe(0);
      });

      it('does not overwrite a message that was sent', async () => {
        await append(sent(1));
        expect(await store.importEvents([imported(1, { id: id(1), content: 'other' })])).toEqual([false]);
        expect(await store.find('r', id(1))).toEqual(sent(1));
      });

      it('has no part in the order: no seq, no head, no tail, but a time that is told', async () => {
        await store.importEvents([imported(1, { roomId: 'quiet', timestamp: T0 + 500 })]);
        expect(await store.room('quiet', WHOLE)).toMatchObject({ head: undefined, knownIds: [], tail: [], importedThrough: T0 + 500 });
        expect(await store.sequencedAfter('quiet', 0, 100, 100)).toEqual([]);
        expect((await store.find('quiet', id(1_000_001)))?.position).toBeUndefined();
      });
    });

    describe('room', () => {
      it('says nothing of a room that it does not know', async () => {
        expect(await store.room('nowhere', { idsSince: 5, maxIds: 10, tail: 10 })).toEqual({
          head: undefined,
          knownIds: [],
          knownSince: 5,
          tail: [],
          importedThrough: 0,
        });
        expect(await store.find('nowhere', id(1))).toBeUndefined();
        expect(await history('nowhere')).toEqual([]);
        expect(await store.missed('nowhere', { epoch: E1, seq: 0 }, 10)).toEqual({ kind: 'unknown' });
      });

      it('has a head below the first seq when an epoch is opened and nothing stored', async () => {
        await store.openEpoch('fresh', E2, 41);
        expect((await store.room('fresh', WHOLE)).head).toEqual({ epoch: E2, seq: 40, timestamp: 0, isContinued: true, seqFloor: 40 });
      });

      it('opens an epoch once, however often it is said', async () => {
        await append(sent(1));
        await store.openEpoch('r', E1, 1);
        await store.openEpoch('r', E1, 1);
        expect((await store.room('r', WHOLE)).head).toMatchObject({ epoch: E1, seq: 1 });
      });

      it('gives the newest of the tail, oldest first, up to the head', async () => {
        await append(...range(1, 30).map((seq) => sent(seq)));
        expect(seqs((await store.room('r', { ...WHOLE, tail: 10 })).tail)).toEqual(range(21, 30));
        expect(seqs((await store.room('r', { ...WHOLE, tail: 0 })).tail)).toEqual([]);
      });

      it('has no hole in the tail: it ends where an epoch jumped', async () => {
        await append(sent(1), sent(2));
        await store.openEpoch('r', E2, 100);
        expect((await store.room('r', WHOLE)).tail).toEqual([]);
        await append(sent(100, { epoch: E2 }), sent(101, { epoch: E2 }));
        expect(seqs((await store.room('r', WHOLE)).tail)).toEqual([100, 101]);
      });

      it('finds the tail and the head under imports of any time', async () => {
        await append(...range(1, 5).map((seq) => sent(seq)));
        await store.importEvents(range(1, 40).map((n) => imported(n, { timestamp: T0 + (n % 8) })));
        await store.importEvents(range(41, 80).map((n) => imported(n, { timestamp: T0 + 1000 + n })));
        const { head, tail, importedThrough } = await store.room('r', WHOLE);
        expect(seqs(tail)).toEqual(range(1, 5));
        expect(head).toMatchObject({ seq: 5, timestamp: T0 + 5 });
        expect(importedThrough).toBe(T0 + 1080);
        expect(seqs(await store.sequencedAfter('r', 1, 4, 10))).toEqual([2, 3, 4]);
      });

      it('knows every id since a time', async () => {
        await append(...range(1, 20).map((seq) => sent(seq)));
        const { knownIds, knownSince } = await store.room('r', { idsSince: T0 + 11, maxIds: 100, tail: 0 });
        expect(new Set(knownIds.map((each) => each.messageId))).toEqual(new Set(range(11, 20).map(id)));
        expect(knownSince).toBe(T0 + 11);
      });

      it('says since when it knows them all when there are too many, also when many share one time', async () => {
        await append(...range(1, 20).map((seq) => sent(seq, { timestamp: T0 + Math.floor(seq / 4) })));
        const { knownIds, knownSince } = await store.room('r', { idsSince: 0, maxIds: 6, tail: 0 });
        expect(knownIds.length).toBeLessThanOrEqual(6);
        const known = new Set(knownIds.map((each) => each.messageId));
        for (const seq of range(1, 20)) if (T0 + Math.floor(seq / 4) >= knownSince) expect(known.has(id(seq))).toBe(true);
        expect(known.has(id(20))).toBe(true);
      });

      it('does not claim to know imported ids', async () => {
        await append(sent(1), sent(2));
        await store.importEvents([imported(1, { timestamp: T0 + 50 })]);
        expect((await store.room('r', WHOLE)).knownSince).toBeGreaterThan(T0 + 50);
      });
    });

    describe('epochs', () => {
      it('go on after a clean stop, with the same head', async () => {
        await append(sent(1), sent(2));
        const before = (await store.room('r', WHOLE)).head;
        expect(before).toEqual({ epoch: E1, seq: 2, timestamp: T0 + 2, isContinued: true, seqFloor: 2 });
        await reopen(true);
        expect((await store.room('r', WHOLE)).head).toEqual(before);
        await reopen(true);
        expect((await store.room('r', WHOLE)).head).toEqual(before);
      });

      it('end after a crash, with a floor above all that may have been sent', async () => {
        await append(sent(1), sent(2));
        await reopen(false);
        const head = (await store.room('r', WHOLE)).head;
        expect(head).toMatchObject({ epoch: E1, seq: 2, isContinued: false });
        expect(head?.seqFloor).toBeGreaterThanOrEqual(2 + MAX_UNSTORED);
      });

      it('do not come back to life by later clean stops', async () => {
        await append(sent(1));
        await reopen(false);
        await reopen(true);
        await reopen(true);
        const head = (await store.room('r', WHOLE)).head;
        expect(head?.isContinued).toBe(false);
        expect(head?.seqFloor).toBeGreaterThanOrEqual(1 + MAX_UNSTORED);
      });

      it('count from their first seq when nothing of them was stored', async () => {
        await append(sent(1));
        await store.openEpoch('r', E2, 50_000);
        await reopen(false);
        const head = (await store.room('r', WHOLE)).head;
        expect(head).toMatchObject({ epoch: E2, seq: 49_999, isContinued: false });
        expect(head?.seqFloor).toBeGreaterThanOrEqual(49_999 + MAX_UNSTORED);
      });

      it('started after a crash are continued until the next', async () => {
        await append(sent(1));
        await reopen(false);
        await store.openEpoch('r', E2, 30_000);
        expect((await store.room('r', WHOLE)).head).toMatchObject({ epoch: E2, isContinued: true, seqFloor: 29_999 });
        await reopen(true);
        expect((await store.room('r', WHOLE)).head).toMatchObject({ epoch: E2, isContinued: true });
        await reopen(false);
        expect((await store.room('r', WHOLE)).head).toMatchObject({ epoch: E2, isContinued: false });
      });

      it('of other rooms are not touched by a new one', async () => {
        await store.openEpoch('s', E1, 1);
        await store.openEpoch('r', E2, 10);
        expect((await store.room('s', WHOLE)).head).toMatchObject({ epoch: E1, isContinued: true });
      });
    });

    describe('missed', () => {
      const missed = (since: Position, through = 1_000_000) => store.missed('r', since, through);

      it('counts what lies after a position, up to another', async () => {
        await append(...range(1, 10).map((seq) => sent(seq)));
        expect(await missed({ epoch: E1, seq: 4 })).toMatchObject({ kind: 'covered', count: 6 });
        expect(await missed({ epoch: E1, seq: 4 }, 7)).toMatchObject({ kind: 'covered', count: 3 });
        expect(await missed({ epoch: E1, seq: 0 })).toMatchObject({ kind: 'covered', count: 10 });
        expect(await missed({ epoch: E1, seq: 10 })).toEqual({ kind: 'covered', count: 0, bytes: 0 });
      });

      it('is unknown in an unknown epoch and beyond what was stored', async () => {
        await append(sent(1));
        expect(await missed({ epoch: E2, seq: 0 })).toEqual({ kind: 'unknown' });
        expect(await missed({ epoch: E1, seq: 2 })).toEqual({ kind: 'unknown' });
      });

      it('EPOCH-3: covers a position of an ended epoch of which no more was seen than stored, over all epochs since', async () => {
        await append(...range(1, 10).map((seq) => sent(seq)));
        await reopen(false);
        await store.openEpoch('r', E2, 30_001);
        await append(...range(30_001, 30_005).map((seq) => sent(seq, { epoch: E2 })));
        await store.openEpoch('r', E3, 60_001);
        await append(sent(60_001, { epoch: E3 }));
        expect(await missed({ epoch: E1, seq: 8 })).toMatchObject({ kind: 'covered', count: 2 + 5 + 1 });
        expect(await missed({ epoch: E1, seq: 10 })).toMatchObject({ kind: 'covered', count: 6 });
        expect(await missed({ epoch: E2, seq: 30_005 })).toMatchObject({ kind: 'covered', count: 1 });
        expect(await missed({ epoch: E1, seq: 11 })).toEqual({ kind: 'unknown' });
        expect(await missed({ epoch: E2, seq: 30_006 })).toEqual({ kind: 'unknown' });
      });

      it('covers who joined a new epoch before its first message', async () => {
        await append(sent(1));
        await store.openEpoch('r', E2, 100);
        expect(await missed({ epoch: E2, seq: 99 })).toMatchObject({ kind: 'covered', count: 0 });
        await append(sent(100, { epoch: E2 }));
        expect(await missed({ epoch: E2, seq: 99 })).toMatchObject({ kind: 'covered', count: 1 });
      });

      it('covers a client whose replay over two epochs was cut off in the first, but nothing in the gap between', async () => {
        await append(...range(1, 5).map((seq) => sent(seq)));
        await store.openEpoch('r', E2, 100);
        await append(sent(100, { epoch: E2 }));
        expect(await missed({ epoch: E2, seq: 3 })).toMatchObject({ kind: 'covered', count: 3 });
        expect(await missed({ epoch: E2, seq: 6 })).toEqual({ kind: 'unknown' });
        expect(await missed({ epoch: E2, seq: 50 })).toEqual({ kind: 'unknown' });
      });

      it('counts rows of an ended epoch that came to the store after the next one was opened', async () => {
        await append(sent(1));
        await store.openEpoch('r', E2, 100);
        await append(sent(2));
        expect(await missed({ epoch: E1, seq: 2 })).toMatchObject({ kind: 'covered', count: 0 });
      });

      it('stops counting above the limits of a replay', async () => {
        const long = 'x'.repeat(1000);
        for (const start of [0, 1, 2, 3, 4, 5])
          await append(...range(start * 1000 + 1, start * 1000 + 1000).map((seq) => sent(seq, { content: long })));
        const all = await missed({ epoch: E1, seq: 0 });
        expect(all.kind === 'covered' && (all.count > 5000 || all.bytes > 4 * 1024 * 1024)).toBe(true);
        const some = await missed({ epoch: E1, seq: 5000 });
        expect(some.kind === 'covered' && some.count === 1000 && some.bytes > 1_000_000 && some.bytes < 2_000_000).toBe(true);
      });
    });

    describe('sequencedAfter', () => {
      it('gives a range, ascending, over epochs, at most so many', async () => {
        await append(...range(1, 600).map((seq) => sent(seq, { timestamp: T0 })));
        await store.openEpoch('r', E2, 1000);
        await append(...range(1000, 1005).map((seq) => sent(seq, { epoch: E2, timestamp: T0 })));
        expect(seqs(await store.sequencedAfter('r', 597, 1002, 100))).toEqual([598, 599, 600, 1000, 1001, 1002]);
        expect(seqs(await store.sequencedAfter('r', 0, 1002, 3))).toEqual([1, 2, 3]);
        expect(seqs(await store.sequencedAfter('r', 255, 258, 100))).toEqual([256, 257, 258]);
        expect(await store.sequencedAfter('r', 1005, 9999, 100)).toEqual([]);
        expect(await store.sequencedAfter('r', 600, 999, 100)).toEqual([]);
      });
    });

    describe('paging', () => {
      /** Live and imported rows, thrown together over few timestamps; some users share rows. */
      const fill = async (): Promise<readonly StoredMessage[]> => {
        const live = range(1, 40).map((seq) => sent(seq, { timestamp: T0 + Math.floor(seq / 7), userId: `u${seq % 3}` }));
        const old = range(1, 40).map((n) => imported(n, { timestamp: T0 - 3 + (n % 9), userId: `u${n % 2}` }));
        await append(...live.slice(0, 20));
        await store.importEvents(old.slice(0, 25));
        await append(...live.slice(20));
        await store.importEvents(old.slice(25));
        return [...live, ...old];
      };
      const ids = (messages: readonly StoredMessage[]) => messages.map((each) => each.messageId).sort();

      it.each([1, 2, 7, 200])('gives every message of a room once in chronological order, both ways, %i at a time', async (limit) => {
        const all = await fill();
        const read = (query: PageQuery) => store.roomMessages('r', query);
        const down = await pageAll(read, limit, 'before');
        expect(ids(down)).toEqual(ids(all));
        for (let i = 1; i < down.length; i += 1) expect(down[i]?.timestamp).toBeGreaterThanOrEqual(down[i - 1]?.timestamp ?? 0);
        const withSeq = down.filter((each) => each.position !== undefined);
        expect(seqs(withSeq)).toEqual(range(1, 40));
        let oldest = await read({ limit });
        for (let guard = 0; oldest.before !== undefined && guard < 1000; guard += 1) oldest = await read({ limit, before: oldest.before });
        const up = oldest.after === undefined ? [] : await pageAll(read, limit, 'after', oldest.after);
        expect([...oldest.messages, ...up]).toEqual(down);
      });

      it.each([1, 3, 200])('gives every message of a user once over all rooms, %i at a time', async (limit) => {
        const all = await fill();
        await store.openEpoch('s', E1, 1);
        await append(sent(1, { roomId: 's', userId: 'u0', timestamp: T0 }));
        const mine = [...all.filter((each) => each.userId === 'u0'), sent(1, { roomId: 's', userId: 'u0', timestamp: T0 })];
        const down = await pageAll((query) => store.userMessages('u0', query), limit, 'before');
        expect(down.map((each) => `${each.roomId} ${each.messageId}`).sort()).toEqual(
          mine.map((each) => `${each.roomId} ${each.messageId}`).sort(),
        );
        for (let i = 1; i < down.length; i += 1) expect(down[i]?.timestamp).toBeGreaterThanOrEqual(down[i - 1]?.timestamp ?? 0);
      });

      it('has no cursor where there is nothing more', async () => {
        await append(sent(1), sent(2));
        const page = await store.roomMessages('r', { limit: 2 });
        expect([page.before, page.after]).toEqual([undefined, undefined]);
        expect(await store.roomMessages('nowhere', { limit: 2 })).toEqual({ messages: [], before: undefined, after: undefined });
      });

      it('goes on from a cursor when more was written since', async () => {
        await append(...range(1, 4).map((seq) => sent(seq)));
        const older = await store.roomMessages('r', { limit: 2 });
        const oldest = await store.roomMessages('r', { limit: 2, before: older.before as Cursor });
        expect(seqs(oldest.messages)).toEqual([1, 2]);
        await append(sent(5));
        const newer = await store.roomMessages('r', { limit: 10, after: oldest.after as Cursor });
        expect(seqs(newer.messages)).toEqual([3, 4, 5]);
      });

      it('HTTP-5, HTTP-15 refuses cursors that it did not make, and those of another listing', async () => {
        await append(sent(1), sent(2));
        const { before } = await store.roomMessages('r', { limit: 1 });
        const real = before as Cursor;
        const forged = [
          '',
          'x',
          '0',
          `${real}A`,
          real.slice(1),
          '../../etc',
          "' or 1=1 --",
          Buffer.from('r1,1,NaN,2').toString('base64url'),
          ...[`r1,${'9'.repeat(16)},1,1`, 'r1,-99,1,1', 'r1,-99999999999999,0,1', 'r1,999999999999999,1,1', 'r1,01,1,1', 'r1,-0,0,1'].map(
            (text) => Buffer.from(text).toString('base64url'),
          ),
        ];
        for (const cursor of forged) {
          await expect(store.roomMessages('r', { limit: 1, before: cursor })).rejects.toBeInstanceOf(BadCursor);
          await expect(store.roomMessages('r', { limit: 1, after: cursor })).rejects.toBeInstanceOf(BadCursor);
          await expect(store.userMessages('u1', { limit: 1, before: cursor })).rejects.toBeInstanceOf(BadCursor);
          await expect(store.rooms(1, cursor)).rejects.toBeInstanceOf(BadCursor);
        }
        await expect(store.userMessages('u1', { limit: 1, before: real })).rejects.toBeInstanceOf(BadCursor);
        await expect(store.rooms(1, real)).rejects.toBeInstanceOf(BadCursor);
      });
    });

    describe('overviews', () => {
      it('lists rooms that have messages, by name, with their last time', async () => {
        for (const roomId of ['b', 'a', 'c', 'empty']) await store.openEpoch(roomId, E1, 1);
        await append(sent(1, { roomId: 'b' }), sent(2, { roomId: 'b' }), sent(1, { roomId: 'a' }));
        await store.importEvents([imported(9, { roomId: 'c', timestamp: T0 + 99 })]);
        const first = await store.rooms(2, undefined);
        expect(first.rooms).toEqual([
          { roomId: 'a', lastMessageAt: T0 + 1 },
          { roomId: 'b', lastMessageAt: T0 + 2 },
        ]);
        const second = await store.rooms(2, first.next);
        expect(second).toEqual({ rooms: [{ roomId: 'c', lastMessageAt: T0 + 99 }], next: undefined });
      });

      it('SNAP-1: counts chat messages that stand, imported ones too, and nothing else, over restarts', async () => {
        await append(sent(1), sent(2, { type: 'system' }), sent(3));
        await store.importEvents([imported(1), imported(2, { type: 'system' })]);
        expect(await store.totals()).toEqual({ chatMessages: 3, deletedMessages: 0 });
        await reopen(true);
        await append(sent(4));
        await reopen(false);
        expect(await store.totals()).toEqual({ chatMessages: 4, deletedMessages: 0 });
      });

      it('sums the activity of each user and minute since a time', async () => {
        const minute = 60_000;
        await store.openEpoch('s', E1, 1);
        await append(
          sent(1, { timestamp: T0 }),
          sent(2, { timestamp: T0 + minute }),
          sent(3, { timestamp: T0 + minute + 5, userId: 'u2' }),
          sent(4, { timestamp: T0 + minute + 9, type: 'system' }),
          sent(1, { roomId: 's', timestamp: T0 + minute + 7 }),
          sent(5, { timestamp: T0 + 2 * minute }),
        );
        const activity = await store.activitySince(T0 + 1);
        const sorted = [...activity].sort((a, b) => a.minute - b.minute || (a.userId < b.userId ? -1 : 1));
        expect(sorted).toEqual([
          { minute: T0 + minute, userId: 'u1', messages: 2, lastAt: T0 + minute + 7 },
          { minute: T0 + minute, userId: 'u2', messages: 1, lastAt: T0 + minute + 5 },
          { minute: T0 + 2 * minute, userId: 'u1', messages: 1, lastAt: T0 + 2 * minute },
        ]);
      });
    });

    it('takes hostile names as names', async () => {
      const names = ['__proto__', 'constructor', "'; drop table messages; --", '"', '\u{1f600}\u{1f600}', '%_*', ' ', '\\', 'toString'];
      for (const [n, roomId] of names.entries()) {
        await store.openEpoch(roomId, E1, 1);
        const message = { ...sent(1, { roomId, userId: roomId, content: roomId }), username: names[names.length - 1 - n] as string };
        await append(message);
        expect(await history(roomId)).toEqual([message]);
        expect((await store.userMessages(roomId, { limit: 5 })).messages).toEqual([message]);
        expect(await store.find(roomId, id(1))).toEqual(message);
      }
      await reopen(false);
      const listed: string[] = [];
      for (let next: Cursor | undefined, i = 0; i < 20; i += 1) {
        const page = await store.rooms(1, next);
        listed.push(...page.rooms.map((each) => each.roomId));
        next = page.next;
        if (next === undefined) break;
      }
      expect(listed.sort()).toEqual([...names].sort());
    });

    it('answers StoreUnavailable once it is closed', async () => {
      await store.close(true);
      await expect(append(sent(1))).rejects.toBeInstanceOf(StoreUnavailable);
      await expect(store.totals()).rejects.toBeInstanceOf(StoreUnavailable);
      store = await test.reopen(true);
    });
  });
}
