import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../util/clock.ts';
import { type AppendResult, type StoredMessage, StoreUnavailable } from './store.ts';
import { WriteBehind, type WriteBehindOptions } from './write-behind.ts';

/** Time that moves when told to. */
class SteppedClock implements Clock {
  #now = 0;
  #timers: { readonly at: number; readonly run: () => void }[] = [];
  #turn: (() => void)[] = [];
  now = () => this.#now;
  monotonic = () => this.#now;
  after(delayMs: number, run: () => void): () => void {
    const timer = { at: this.#now + delayMs, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((each) => each !== timer);
    };
  }
  every(): () => void {
    throw new Error('not used here');
  }
  endOfTurn(run: () => void): void {
    this.#turn.push(run);
  }
  async endTurn(): Promise<void> {
    const turn = this.#turn;
    this.#turn = [];
    for (const run of turn) run();
    await settled();
  }
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    for (;;) {
      await settled();
      while (this.#turn.length > 0) await this.endTurn();
      const due = this.#timers.filter((each) => each.at <= until).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#timers = this.#timers.filter((each) => each !== due);
      this.#now = Math.max(this.#now, due.at);
      due.run();
    }
    this.#now = until;
  }
}

const settled = async () => {
  for (let i = 0; i < 5; i += 1) await Promise.resolve();
};

/** Keeps what it is given; each append ends when the test says so, or at once. */
class FakeStore {
  readonly batches: StoredMessage[][] = [];
  readonly rows: StoredMessage[] = [];
  next: (batch: readonly StoredMessage[]) => Error | undefined = () => undefined;
  isHeld = false;
  #held: (() => void)[] = [];
  async append(batch: readonly StoredMessage[]): Promise<readonly AppendResult[]> {
    this.batches.push([...batch]);
    if (this.isHeld) await new Promise<void>((resolve) => this.#held.push(resolve));
    const error = this.next(batch);
    if (error !== undefined) throw error;
    this.rows.push(...batch);
    return batch.map(() => ({ kind: 'inserted' }));
  }
  letGo(): void {
    for (const resolve of this.#held.splice(0)) resolve();
  }
}

const message = (seq: number): StoredMessage => ({
  roomId: 'r',
  messageId: `id-${seq}`,
  type: 'chat',
  userId: 'u',
  username: 'U',
  content: 'hello',
  timestamp: 1000 + seq,
  replyTo: undefined,
  position: { epoch: 'e', seq },
});

function setUp(options: Partial<WriteBehindOptions> = {}) {
  const [store, clock] = [new FakeStore(), new SteppedClock()];
  const [told, stored, wrote, bugs]: [number[], number[], boolean[], (StoredMessage | undefined)[]] = [[], [], [], []];
  const events = {
    stored: (rows: readonly StoredMessage[]) => stored.push(...rows.map((row) => row.position?.seq ?? 0)),
    wrote: (_ms: number, _size: number, isOk: boolean) => wrote.push(isOk),
  };
  const queue = new WriteBehind(store, events, clock, { random: () => 0.999, onBug: (_error, of) => bugs.push(of), ...options });
  const send = (seq: number) => {
    expect(queue.admit(100)).toBe('admitted');
    queue.push({ message: message(seq), onStored: () => told.push(seq) }, 100);
  };
  return { store, clock, queue, told, stored, wrote, bugs, send };
}

const away = () => new StoreUnavailable('away');

describe('write-behind', () => {
  it('writes a lone message at the end of its turn, and tells its sender after the commit only', async () => {
    const { store, clock, queue, told, stored, send } = setUp();
    store.isHeld = true;
    send(1);
    expect(store.batches).toHaveLength(0);
    await clock.endTurn();
    expect(store.batches).toHaveLength(1);
    expect(told).toEqual([]);
    expect(queue.backlog()).toBe(1);
    store.letGo();
    await settled();
    expect(told).toEqual([1]);
    expect(stored).toEqual([1]);
    expect(queue.backlog()).toBe(0);
  });

  it('ASK-12 says how old the oldest message is that is not in the store', async () => {
    const { store, clock, queue, send } = setUp();
    expect(queue.oldest()).toBeUndefined();
    store.isHeld = true;
    send(3);
    await clock.endTurn();
    send(2);
    expect(queue.oldest()).toBe(1002);
    store.letGo();
    await clock.advance(0);
    store.letGo();
    await clock.advance(100);
    store.letGo();
    await settled();
    expect(queue.oldest()).toBeUndefined();
  });

  it('has one batch in flight; what comes meanwhile is the next batch', async () => {
    const { store, clock, told, send } = setUp();
    store.isHeld = true;
    send(1);
    await clock.endTurn();
    for (const seq of [2, 3, 4]) send(seq);
    await clock.advance(100);
    expect(store.batches).toHaveLength(1);
    store.letGo();
    await settled();
    await clock.endTurn();
    expect(store.batches[1]?.map((each) => each.messageId)).toEqual(['id-2', 'id-3', 'id-4']);
    store.letGo();
    await settled();
    expect(told).toEqual([1, 2, 3, 4]);
  });

  it('never waits longer than the maximum, and not at all for a full batch', async () => {
    const { store, clock, send } = setUp({ maxBatch: 10 });
    for (let seq = 1; seq <= 5; seq += 1) send(seq);
    await clock.endTurn();
    send(6);
    await clock.advance(10);
    expect(store.batches.map((batch) => batch.length)).toEqual([5, 1]);
    for (let seq = 7; seq <= 11; seq += 1) send(seq);
    await clock.endTurn();
    for (let seq = 12; seq <= 21; seq += 1) send(seq);
    await clock.endTurn();
    expect(store.batches.flat()).toHaveLength(21);
    expect(Math.max(...store.batches.map((batch) => batch.length))).toBe(10);
  });

  it('refuses as overloaded when full, as storage_unavailable when full because writes fail, and takes again after', async () => {
    const { store, clock, queue, send } = setUp({ maxMessages: 3 });
    store.isHeld = true;
    for (const seq of [1, 2, 3]) send(seq);
    expect(queue.admit(1)).toBe('overloaded');
    await clock.endTurn();
    store.next = away;
    store.letGo();
    await settled();
    expect(queue.isFailing()).toBe(true);
    expect(queue.isFull()).toBe(true);
    expect(queue.admit(1)).toBe('storage_unavailable');
    store.isHeld = false;
    store.next = () => undefined;
    await clock.advance(50);
    expect(queue.isFailing()).toBe(false);
    expect(queue.admit(1)).toBe('admitted');
  });

  it('bounds bytes too, and gives back what is released', () => {
    const { queue } = setUp({ maxBytes: 250 });
    expect(queue.admit(200)).toBe('admitted');
    expect(queue.admit(51)).toBe('overloaded');
    queue.release(200);
    expect(queue.admit(250)).toBe('admitted');
    expect(queue.isFull()).toBe(true);
  });

  it('tries again after 50 ms, then twice as long each time up to a second, in order', async () => {
    const { store, clock, told, wrote, send } = setUp();
    store.next = away;
    send(1);
    send(2);
    await clock.advance(49);
    expect(store.batches).toHaveLength(1);
    await clock.advance(1);
    expect(store.batches).toHaveLength(2);
    await clock.advance(10_000);
    const tries = store.batches.length;
    expect(tries).toBeGreaterThanOrEqual(11);
    expect(tries).toBeLessThanOrEqual(16);
    expect(wrote.every((isOk) => !isOk)).toBe(true);
    store.next = () => undefined;
    send(3);
    await clock.advance(1000);
    expect(told).toEqual([1, 2, 3]);
  });

  it('tells of a repeat without counting it as stored', async () => {
    const { store, clock, queue, stored } = setUp();
    const results: AppendResult[] = [];
    store.append = async (batch) => batch.map(() => ({ kind: 'repeat', first: message(1) }));
    queue.admit(1);
    queue.push({ message: message(2), onStored: (result) => results.push(result) }, 1);
    await clock.endTurn();
    expect(results).toEqual([{ kind: 'repeat', first: message(1) }]);
    expect(stored).toEqual([]);
  });

  it('sets a message aside that the store can never take, reports it once, and stores all others in order', async () => {
    const { store, clock, queue, told, stored, bugs, send } = setUp({ maxMessages: 20 });
    store.next = (batch) => (batch.some((each) => each.position?.seq === 7) ? new TypeError('poison') : undefined);
    for (let seq = 1; seq <= 20; seq += 1) send(seq);
    await clock.advance(1000);
    const others = Array.from({ length: 20 }, (_, i) => i + 1).filter((seq) => seq !== 7);
    expect(told).toEqual(others);
    expect(stored).toEqual(others);
    expect(bugs.map((of) => of?.position?.seq)).toEqual([7]);
    expect(await queue.flush(1000)).toEqual({ unstored: 1 });
    for (let seq = 21; seq <= 39; seq += 1) expect(queue.admit(1)).toBe('admitted');
    expect(queue.admit(1)).toBe('overloaded');
  });

  it('goes on when a callback throws', async () => {
    const { clock, queue, told, bugs, send } = setUp();
    queue.admit(1);
    queue.push({ message: message(1), onStored: () => fail() }, 1);
    send(2);
    await clock.advance(100);
    expect(told).toEqual([2]);
    expect(bugs).toHaveLength(1);
  });

  it('flushes at once and says how much it could not', async () => {
    const { store, clock, queue, told, send } = setUp();
    store.next = away;
    for (const seq of [1, 2]) send(seq);
    await clock.endTurn();
    const first = queue.flush(500);
    await clock.advance(500);
    expect(await first).toEqual({ unstored: 2 });
    store.next = () => undefined;
    expect(await queue.flush(500)).toEqual({ unstored: 0 });
    expect(told).toEqual([1, 2]);
  });

  it('STORE-1: stores everything in order and tells each sender exactly once, whatever fails and whenever', async () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('send' as const), count: fc.integer({ min: 1, max: 30 }) }),
      fc.record({ kind: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 300 }) }),
      fc.record({ kind: fc.constant('fail' as const), isAway: fc.boolean(), afterCommit: fc.boolean() }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), fc.integer({ min: 1, max: 12 }), async (steps, maxBatch) => {
        const { store, clock, queue, told, stored, send } = setUp({ maxBatch });
        const rows = new Set<string>();
        let [seq, isAway, afterCommit] = [0, false, false];
        store.append = async (batch) => {
          if (isAway && !afterCommit) throw away();
          expect(batch.length).toBeLessThanOrEqual(maxBatch);
          for (const row of batch) rows.add(row.messageId);
          if (isAway) throw away();
          return batch.map(() => ({ kind: 'inserted' }));
        };
        for (const each of steps) {
          if (each.kind === 'send') for (let i = 0; i < each.count; i += 1) send(++seq);
          else if (each.kind === 'wait') await clock.advance(each.ms);
          else [isAway, afterCommit] = [each.isAway, each.afterCommit];
        }
        isAway = false;
        await clock.advance(60_000);
        const all = Array.from({ length: seq }, (_, i) => i + 1);
        expect(told).toEqual(all);
        expect(stored).toEqual(all);
        expect([...rows]).toEqual(all.map((each) => `id-${each}`));
        expect(queue.backlog()).toBe(0);
      }),
      { numRuns: 200 },
    );
  });
});

function fail(): never {
  throw new Error('a bug in a callback');
}
