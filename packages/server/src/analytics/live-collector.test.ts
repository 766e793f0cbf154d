import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Publication } from '../bus/bus.ts';
import type { ConnectionFact } from '../events.ts';
import type { MinuteActivity, StoredMessage } from '../store/store.ts';
import type { Clock } from '../util/clock.ts';
import { LiveCollector, readSeed } from './live-collector.ts';
import type { LiveSnapshot } from './snapshot.ts';

const MINUTE = 60_000;
const HOUR = 3_600_000;
const START = Date.UTC(2026, 2, 1, 12, 0, 30, 500);
const NOTHING = { totals: { chatMessages: 0, deletedMessages: 0 }, activity: [] };

/** Wall and monotonic time that move on together; the wall can jump. No timers: the collector may not have any. */
function manualClock(start = START) {
  let wall = start;
  let monotonic = 5;
  const never = (): never => {
    throw new Error('the collector needs no timers');
  };
  const clock: Clock = { now: () => wall, monotonic: () => monotonic, after: never, every: never, endOfTurn: never };
  const pass = (ms: number): void => {
    wall += ms;
    monotonic += ms;
  };
  const jump = (ms: number): void => {
    wall += ms;
  };
  return { clock, pass, jump };
}

let made = 0;
function chat(userId: string, timestamp: number, over: Partial<StoredMessage> = {}): StoredMessage {
  const messageId = String(made++);
  return {
    roomId: 'r',
    messageId,
    type: 'chat',
    userId,
    username: 'same',
    content: 'x',
    timestamp,
    replyTo: undefined,
    position: undefined,
    ...over,
  };
}

function connection(connectionId: string, userId: string): ConnectionFact {
  return { connectionId, userId, username: 'same name', connectedAt: START };
}

function publication(type: 'chat' | 'system' = 'chat'): Publication {
  const draft = {
    roomId: 'r',
    type,
    userId: 'u',
    username: 'u',
    authorJson: '',
    content: 'x',
    messageId: 'm',
    isClientId: false,
    replyTo: undefined,
    arrivedAt: 0,
  };
  return { draft, epoch: 'e', seq: 1, timestamp: START };
}

/** The independent way: look at every message there is. */
function recount(messages: readonly StoredMessage[], now: number): Pick<LiveSnapshot, 'totalMessages' | 'chatters' | 'messagesPerMinute'> {
  const chats = messages.filter((m) => m.type === 'chat');
  const second = (t: number): number => Math.floor(t / 1000);
  const recent = chats.filter((m) => second(m.timestamp) > second(now) - 300);
  const minutes = Array.from({ length: 15 }, (_, i) => Math.floor(now / MINUTE) - 14 + i);
  return {
    totalMessages: chats.length,
    chatters: new Set(recent.map((m) => m.userId)).size,
    messagesPerMinute: minutes.map((minute) => chats.filter((m) => Math.floor(m.timestamp / MINUTE) === minute).length),
  };
}

/** What a store would say to a restarted node. */
function storeOf(messages: readonly StoredMessage[]) {
  return {
    totals: async () => ({ chatMessages: messages.filter((m) => m.type === 'chat').length, deletedMessages: 0 }),
    activitySince: async (time: number) => {
      const rows = new Map<string, MinuteActivity>();
      for (const { type, userId, timestamp } of messages) {
        if (type !== 'chat' || timestamp < time) continue;
        const minute = Math.floor(timestamp / MINUTE) * MINUTE;
        const row = rows.get(`${minute} ${userId}`);
        rows.set(`${minute} ${userId}`, {
          minute,
          userId,
          messages: (row?.messages ?? 0) + 1,
          lastAt: Math.max(row?.lastAt ?? 0, timestamp),
        });
      }
      return [...rows.values()];
    },
  };
}

const step = fc.record({
  pass: fc.oneof(fc.nat(2000), fc.nat(2 * MINUTE), fc.nat(20 * MINUTE)),
  batch: fc.array(
    fc.record({
      user: fc.nat(6).map((n) => `user-${n}`),
      age: fc.oneof(fc.constant(0), fc.nat(400_000), fc.nat(30 * MINUTE), fc.constant(22 * 365 * 24 * HOUR)),
      type: fc.constantFrom('chat' as const, 'chat' as const, 'system' as const),
    }),
    { maxLength: 8 },
  ),
  restarts: fc.boolean(),
});

describe('the live snapshot of messages', () => {
  it('equals a recount for any history, late messages, imports and restarts included (SNAP-1, SNAP-2, SNAP-3)', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const { clock, pass } = manualClock();
        const messages: StoredMessage[] = [];
        let collector = new LiveCollector(clock, NOTHING);
        for (const { pass: ms, batch, restarts } of steps) {
          pass(ms);
          const rows = batch.map(({ user, age, type }) => chat(user, clock.now() - age, { type }));
          messages.push(...rows);
          collector.stored(rows);
          if (restarts) collector = new LiveCollector(clock, await readSeed(storeOf(messages), clock));
          expect(collector.snapshot()).toMatchObject(recount(messages, clock.now()));
        }
      }),
      { numRuns: 200 },
    );
  });

  it('starts a new minute at its first millisecond and leaves the oldest one then (SNAP-2)', () => {
    const { clock, pass } = manualClock(Date.UTC(2026, 0, 1, 0, 0, 59, 999));
    const collector = new LiveCollector(clock, NOTHING);
    collector.stored([chat('a', clock.now())]);
    expect(collector.snapshot().messagesPerMinute.at(-1)).toBe(1);
    pass(1);
    expect(collector.snapshot().messagesPerMinute.slice(-2)).toEqual([1, 0]);
    pass(13 * MINUTE);
    expect(collector.snapshot().messagesPerMinute[0]).toBe(1);
    pass(MINUTE - 1);
    expect(collector.snapshot().messagesPerMinute[0]).toBe(1);
    pass(1);
    expect(collector.snapshot().messagesPerMinute).toEqual(new Array(15).fill(0));
  });

  it('lets a chatter go after 300 seconds by the clock (SNAP-3)', () => {
    const { clock, pass } = manualClock(Date.UTC(2026, 0, 1, 0, 0, 0, 0));
    const collector = new LiveCollector(clock, NOTHING);
    collector.stored([chat('a', clock.now())]);
    pass(299_999);
    expect(collector.snapshot().chatters).toBe(1);
    pass(1);
    expect(collector.snapshot().chatters).toBe(0);
  });

  it('keeps what is live when the clock is set back by an hour, and shows that hour by its own minutes', () => {
    const { clock, pass, jump } = manualClock();
    const collector = new LiveCollector(clock, NOTHING);
    const early = [chat('early', clock.now())];
    collector.stored(early);
    pass(HOUR);
    const late = [chat('late', clock.now())];
    collector.stored(late);
    jump(-HOUR);
    expect(collector.snapshot().chatters).toBe(1);
    expect(collector.snapshot().messagesPerMinute).toEqual(recount(early, clock.now()).messagesPerMinute);
    collector.stored([chat('new', clock.now()), chat('held', clock.now() + HOUR)]);
    expect(collector.snapshot()).toMatchObject({ chatters: 3, totalMessages: 4, uptimeSeconds: 3600 });
    expect(collector.snapshot().messagesPerMinute.at(-1)).toBe(2);
    pass(300_000);
    expect(collector.snapshot().chatters).toBe(0);
    pass(HOUR - 300_000);
    expect(collector.snapshot().messagesPerMinute.at(-1)).toBe(2);
  });

  it('shows an hour of silence when the clock is set forward by one', () => {
    const { clock, jump } = manualClock();
    const collector = new LiveCollector(clock, NOTHING);
    collector.stored([chat('a', clock.now())]);
    jump(HOUR);
    expect(collector.snapshot()).toMatchObject({
      chatters: 0,
      messagesPerMinute: new Array(15).fill(0),
      totalMessages: 1,
      uptimeSeconds: 0,
    });
  });

  it('asks the store for no more than it shows', async () => {
    const asked: number[] = [];
    const activitySince = async (time: number): Promise<MinuteActivity[]> => {
      asked.push(time);
      return [];
    };
    const store = { ...storeOf([]), activitySince };
    await readSeed(store, manualClock().clock);
    expect(asked).toEqual([Math.floor(START / MINUTE) * MINUTE - 15 * MINUTE]);
  });

  it('takes totals and deletes from the store and counts only rows of type chat on top (SNAP-1)', async () => {
    const { clock } = manualClock();
    const collector = new LiveCollector(clock, { totals: { chatMessages: 196_573, deletedMessages: 4 }, activity: [] });
    collector.stored([chat('a', START), chat('a', START, { type: 'system' })]);
    expect(collector.snapshot()).toMatchObject({ totalMessages: 196_574, deletedMessages: 4 });
  });
});

describe('the live snapshot of connections', () => {
  it('tells users apart by id and not by name (SNAP-3)', () => {
    const { clock } = manualClock();
    const collector = new LiveCollector(clock, NOTHING);
    for (const [id, user] of [
      ['c1', 'u1'],
      ['c2', 'u1'],
      ['c3', 'u2'],
    ] as const)
      collector.connected(connection(id, user));
    expect(collector.snapshot()).toMatchObject({ activeConnections: 3, activeUsers: 2, peakConnections: 3 });
    collector.disconnected(connection('c1', 'u1'));
    expect(collector.snapshot()).toMatchObject({ activeConnections: 2, activeUsers: 2, peakConnections: 3 });
    collector.disconnected(connection('c2', 'u1'));
    collector.disconnected(connection('c2', 'u1'));
    const joinedAt = new Date(START).toISOString();
    expect(collector.snapshot().activeUserDetails).toEqual([{ clientId: 'c3', userId: 'u2', username: 'same name', joinedAt }]);
    expect(collector.snapshot()).toMatchObject({ activeConnections: 1, activeUsers: 1 });
  });

  it('names at most 200 users, each once (SNAP-5)', () => {
    const collector = new LiveCollector(manualClock().clock, NOTHING);
    for (let i = 0; i < 1000; i++) collector.connected(connection(`c${i}`, `u${i % 500}`));
    const details = collector.snapshot().activeUserDetails;
    expect(details).toHaveLength(200);
    expect(new Set(details.map((d) => d.userId)).size).toBe(200);
  });
});

describe('the live snapshot of speed', () => {
  it('is all zeros before anything was delivered (SNAP-4)', () => {
    const snapshot = new LiveCollector(manualClock().clock, NOTHING).snapshot();
    expect(snapshot).toMatchObject({ latencyP50Ms: 0, latencyP95Ms: 0, latencyP99Ms: 0, storageLatency: { count: 0 } });
    expect(snapshot.approx).toBeUndefined();
  });

  it('weighs each latency by its deliveries, within 1 % (SNAP-4)', () => {
    const collector = new LiveCollector(manualClock().clock, NOTHING);
    collector.delivered('r', 2, 940);
    collector.delivered('r', 20, 45);
    collector.delivered('r', 500, 15);
    const { latencyP50Ms, latencyP95Ms, latencyP99Ms, deliveryLatency } = collector.snapshot();
    expect(Math.abs(latencyP50Ms / 2 - 1)).toBeLessThanOrEqual(0.0101);
    expect(Math.abs(latencyP95Ms / 20 - 1)).toBeLessThanOrEqual(0.0101);
    expect(Math.abs(latencyP99Ms / 500 - 1)).toBeLessThanOrEqual(0.0101);
    expect(deliveryLatency).toMatchObject({ count: 1000, max: 500 });
  });

  it('forgets deliveries after five minutes and no more than ten seconds (SNAP-4)', () => {
    const { clock, pass } = manualClock();
    const collector = new LiveCollector(clock, NOTHING);
    collector.delivered('r', 3, 7);
    pass(300_000);
    expect(collector.snapshot().deliveryLatency.count).toBe(7);
    pass(10_000);
    expect(collector.snapshot()).toMatchObject({ latencyP99Ms: 0, deliveryLatency: { count: 0 } });
  });

  it('does not throw on a latency that cannot be', () => {
    const collector = new LiveCollector(manualClock().clock, NOTHING);
    for (const latency of [Number.NaN, Number.POSITIVE_INFINITY, -3]) collector.delivered('r', latency, 1);
    collector.delivered('r', 1, 0);
    expect(collector.snapshot().deliveryLatency).toMatchObject({ count: 1, max: 0 });
  });

  it('gives rates over whole seconds, of chat alone', () => {
    const { clock, pass } = manualClock();
    const collector = new LiveCollector(clock, NOTHING);
    for (let i = 0; i < 30; i++) collector.accepted(publication());
    collector.accepted(publication('system'));
    expect(collector.snapshot().messagesPerSecond).toEqual({ last1s: 0, last10s: 0, last60s: 0 });
    pass(1000);
    expect(collector.snapshot().messagesPerSecond).toEqual({ last1s: 30, last10s: 3, last60s: 0.5 });
    pass(60_000);
    expect(collector.snapshot().messagesPerSecond.last60s).toBe(0);
  });

  it('counts joins, leaves, drops, closes, resumes and writes since the start', () => {
    const collector = new LiveCollector(manualClock().clock, NOTHING);
    collector.joined();
    collector.left();
    collector.dropped('rate_limited');
    collector.dropped('rate_limited');
    collector.closed('tooSlow');
    collector.resumed(true, 40);
    collector.resumed(false, 0);
    collector.wrote(4, 500, true);
    collector.wrote(9, 10, false);
    const snapshot = collector.snapshot();
    expect(snapshot.sinceStart).toEqual({
      accepted: 0,
      deliveries: 0,
      joins: 1,
      leaves: 1,
      dropped: { rate_limited: 2 },
      closed: { tooSlow: 1 },
      resumes: { recovered: 1, lost: 1, replayedMessages: 40 },
      storage: { writes: 2, failed: 1, messages: 500 },
    });
    expect(snapshot.storageLatency).toMatchObject({ count: 2, max: 9 });
  });
});
