import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../test/kit/fake-clock.ts';
import { MemoryAnalytics } from '../engine/memory-analytics.ts';
import { LiveFacts } from '../live/live-facts.ts';
import { QUERY_LIMITS } from '../request/limits.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const ROOM = 'a';

function setUp() {
  const clock = new FakeClock();
  const onBug = (error: unknown) => expect.fail(String(error));
  const analytics = new MemoryAnalytics(clock, { minutesKeptMs: 86_400_000, maxRooms: 100 }, onBug);
  const live = new LiveFacts({ clock, sink: analytics, onBug });
  const message = { type: 'chat', userId: 'u', username: 'U', content: 'hello', replyTo: undefined, position: undefined } as const;
  analytics.inserted([{ ...message, roomId: ROOM, messageId: '00000000-0000-4000-8000-000000000001', timestamp: clock.now() }]);
  const start = clock.now();
  const ask = async (step: string, seconds: number, room: string | undefined) => {
    const [from, to] = [start, start + seconds * SECOND].map((t) => new Date(t).toISOString());
    const query = { measures: 'connections', from, to, step, ...(room === undefined ? {} : { room }) };
    const context = { now: clock.now(), completeUntil: clock.now(), limits: QUERY_LIMITS };
    const unwritten = live.open(room);
    const seen = { ...context, unwritten, seconds: live.seconds(room, start, start + seconds * SECOND) };
    const reply = await analytics.ask({ path: 'series', query, format: 'json', isRoomLive: true }, seen);
    if (reply.kind === 'problem') return expect.fail(reply.problem.message);
    const { buckets } = JSON.parse(new TextDecoder().decode(reply.body)) as { buckets: { connections: { max: number; mean: number } }[] };
    return buckets.map(({ connections }) => connections);
  };
  const enter = () => {
    live.connected();
    live.entered(ROOM, 'u');
  };
  const exit = () => {
    live.exited(ROOM, 'u');
    live.disconnected();
  };
  return { clock, start, ask, enter, exit };
}

describe('the mean of connections', () => {
  it('of a room is over all seconds at which the server looked, not over those at which somebody was in it', async () => {
    const { clock, ask, enter, exit } = setUp();
    clock.advance(10 * SECOND);
    enter();
    enter();
    clock.advance(15 * SECOND);
    exit();
    exit();
    clock.advance(2 * MINUTE - 25 * SECOND - 1);
    await new Promise((resolve) => setImmediate(resolve));
    // The first second of all was begun before the server was.
    expect(await ask('1m', 120, ROOM)).toEqual([
      { max: 2, mean: expect.closeTo(30 / 59, 3) },
      { max: 0, mean: 0 },
    ]);
    expect(await ask('1m', 120, undefined)).toEqual(await ask('1m', 120, ROOM));
  });

  it('is the mean of the seconds, of a room and of all, written or not', async () => {
    const steps = fc.array(fc.record({ seconds: fc.integer({ min: 1, max: 40 }), kind: fc.constantFrom('enter', 'exit') }), {
      minLength: 1,
      maxLength: 12,
    });
    await fc.assert(
      fc.asyncProperty(steps, fc.boolean(), async (list, isSettled) => {
        const { clock, start, ask, enter, exit } = setUp();
        let here = 0;
        for (const { seconds, kind } of list) {
          clock.advance(seconds * SECOND);
          if (kind === 'enter') enter();
          else if (here > 0) exit();
          here = kind === 'enter' ? here + 1 : Math.max(0, here - 1);
          if (isSettled) await new Promise((resolve) => setImmediate(resolve));
        }
        clock.advance(10);
        // What is on its way to be written is seen twice until it has arrived.
        await new Promise((resolve) => setImmediate(resolve));
        const passed = Math.floor((clock.now() - start) / SECOND);
        const minutes = Math.floor(passed / 60) + 1;
        for (const room of [ROOM, undefined]) {
          const bySecond = await ask('1s', minutes * 60, room);
          const byMinute = await ask('1m', minutes * 60, room);
          for (const [minute, { mean, max }] of byMinute.entries()) {
            const looked = bySecond.slice(Math.max(1, minute * 60), Math.min(passed + 1, minute * 60 + 60)).map((second) => second.max);
            const sum = looked.reduce((all, each) => all + each, 0);
            expect(mean).toBeCloseTo(looked.length === 0 ? 0 : sum / looked.length, 3);
            expect(max).toBe(Math.max(0, ...looked));
          }
        }
      }),
      { numRuns: 20 },
    );
  });
});
