import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  bench,
  type Happening,
  happen,
  happening,
  MINUTE,
  ofRoom,
  overAll,
  Recount,
  START,
  settled,
  summed,
} from '../../../test/kit/live-facts-world.ts';
import type { NamedLiveFact } from '../live-facts-sink.ts';
import { clampedBinOf } from '../rollup/bins.ts';

/** With the samples of all rooms, which say at how many seconds those of the room were taken. */
const sampledOf = (facts: readonly NamedLiveFact[], room: string): NamedLiveFact[] => [
  ...ofRoom(facts, room),
  ...facts.filter((fact) => fact.kind === 'connections' && fact.room === undefined),
];

/** What was written, in pieces of two, and a recount beside it. */
async function after(happenings: readonly Happening[], startAt: number) {
  const all = bench({ writeTallies: 2, writeUsers: 2 }, startAt);
  const recount = new Recount();
  for (const each of happenings) {
    happen(each, all, recount);
    if (each.kind === 'pass') await settled();
  }
  return { all, recount };
}

describe('live facts', () => {
  it('are what a recount of all events gives, written and open together, whatever fails meanwhile', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { maxLength: 60 }), fc.nat(MINUTE), async (happenings, offset) => {
        const { all, recount } = await after(happenings, START + offset);
        const open = all.live.open(undefined);
        const openA = all.live.open('a');
        const writtenYet = [...all.sink.written];
        all.sink.isAway = false;
        await all.live.stop();
        const expected = recount.end(all.clock.now());
        expect(summed(all.sink.written)).toEqual(summed(expected));
        expect(summed([...overAll(writtenYet), ...open])).toEqual(summed(overAll(expected)));
        expect(summed([...sampledOf(writtenYet, 'a'), ...openA])).toEqual(summed(sampledOf(expected, 'a')));
        expect(all.live.lost).toBe(0);
      }),
      { numRuns: 150 },
    );
  });

  it('with what stands tell after a kill of each second of a room up to the last that was told, once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(happening, { maxLength: 60 }), fc.nat(MINUTE), async (happenings, offset) => {
        const { all, recount } = await after(happenings, START + offset);
        const { written, standing, until } = all.sink;
        const told = written.filter((fact) => fact.kind === 'connections' && fact.room !== undefined);
        for (const { room, second, connections } of standing.values())
          for (let t = (second + 1) * 1000; connections > 0 && t <= until * 1000; t += 1000)
            told.push({ kind: 'connections', room, t, samples: 1, sum: connections, max: connections });
        const lastOf = (room = '') => Math.max(until, standing.get(room)?.second ?? 0) * 1000;
        const expected = recount.facts.filter(
          (fact) => fact.kind === 'connections' && fact.room !== undefined && fact.t <= lastOf(fact.room),
        );
        expect(summed(told)).toEqual(summed(expected));
      }),
      { numRuns: 150 },
    );
  });

  it('are written before an answer counts them as complete', async () => {
    const { clock, live } = bench();
    for (let second = 0; second < 100; second++) {
      live.entered(`room ${second}`, 'u');
      clock.advance(1000);
      await settled();
      expect(live.writtenUntil).toBeGreaterThanOrEqual(clock.now() - 2000);
    }
  });

  it('that the store does not take are not complete', async () => {
    const { clock, sink, live } = bench();
    sink.isAway = true;
    clock.advance(60_000);
    await settled();
    expect(live.writtenUntil).toBe(START);
    sink.isAway = false;
    clock.advance(2000);
    await settled();
    expect(live.writtenUntil).toBe(clock.now());
  });

  it('tell of rooms where nobody comes or goes once a minute', async () => {
    const { clock, sink, live } = bench();
    for (let i = 0; i < 100; i++) live.entered(`room ${i}`, 'u');
    clock.advance(10_000);
    await settled();
    const before = sink.written.length;
    for (let second = 0; second < 40; second++) {
      clock.advance(1000);
      await settled();
    }
    expect(sink.written.length - before).toBe(20);
  });

  it('are the same by seconds, as far as the last 15 minutes go', () => {
    fc.assert(
      fc.property(fc.array(happening, { maxLength: 60 }), (happenings) => {
        const all = bench();
        const recount = new Recount();
        for (const each of happenings) happen(each, all, recount);
        const now = all.clock.now();
        for (const of of ['a', undefined]) {
          const since = all.live.completeSince(of);
          expect(since).toBe(Math.max(START + 1000, Math.floor(now / 1000) * 1000 - 904_000));
          const expected = of === undefined ? overAll(recount.facts) : ofRoom(recount.facts, of);
          const wanted = expected.filter(({ t }) => t >= since && t < now + 1);
          const facts = all.live
            .seconds(of, 0, now + 5000)
            .filter((fact) => fact.kind !== 'connections' || fact.sum > 0 || of === undefined);
          expect(summed(facts, 1000)).toEqual(summed(wanted, 1000));
        }
      }),
      { numRuns: 150 },
    );
  });

  it('tell of a user in each minute once, and in the minute of leaving', async () => {
    const { clock, sink, live } = bench();
    live.entered('a', 'u');
    live.entered('a', 'u');
    clock.advance(3 * MINUTE + 10_000);
    live.exited('a', 'u');
    live.exited('a', 'u');
    clock.advance(5 * MINUTE);
    await live.stop();
    const present = sink.written.filter(({ kind }) => kind === 'present').map(({ t }) => (t - START) / MINUTE);
    expect(present).toEqual([0, 1, 2, 3]);
  });

  it('tell of a user who leaves before the round of the minute', async () => {
    const { clock, sink, live } = bench({}, START + 500);
    live.entered('a', 'u');
    clock.advance(MINUTE - 400);
    live.exited('a', 'u');
    await live.stop();
    expect(sink.written.filter(({ kind }) => kind === 'present').map(({ t }) => t - START)).toEqual([0, MINUTE]);
  });

  it('are open until their write has ended', async () => {
    const { clock, sink, live } = bench();
    live.joined('a');
    sink.isAway = true;
    clock.advance(5000);
    const expected = {
      [`moved a ${START / MINUTE}`]: { joins: 1, leaves: 0 },
      [`connections undefined ${START / MINUTE}`]: { samples: 5, sum: 0, max: 0 },
    };
    expect(summed(live.open('a'))).toEqual(expected);
    expect(summed(live.open(undefined))).toMatchObject({ [`moved undefined ${START / MINUTE}`]: { joins: 1 } });
    await settled();
    expect(summed(live.open('a'))).toEqual(expected);
    await live.stop();
  });

  it('make place for others when they are written', async () => {
    const { clock, sink, live } = bench({ users: 2, tallies: 4 });
    for (const user of ['u', 'v']) live.entered('a', user);
    for (let second = 0; second < 300; second++) {
      if (second % 60 === 0) live.joined('a');
      clock.advance(1000);
      await settled();
    }
    await live.stop();
    expect(live.lost).toBe(0);
    expect(sink.written.filter((fact) => fact.kind === 'moved' && fact.room === 'a')).toHaveLength(5);
  });

  it.each([3, 40])('of %i different latencies have each bin once', async (different) => {
    const { live, sink } = bench();
    const latencies = Array.from({ length: different }, (_, i) => 1.1 ** i);
    for (const latency of [...latencies, ...latencies]) live.delivered('a', latency, 3);
    await live.stop();
    const bins = latencies.flatMap((latency) => [clampedBinOf(latency), 6]);
    expect(sink.written).toEqual([{ kind: 'latency', room: 'a', t: START, bins, maxMs: latencies.at(-1) }]);
  });

  it('write every 2 seconds and when a minute ends, and nothing where nothing is new', async () => {
    const { clock, sink, live } = bench();
    live.joined('a');
    clock.advance(1000);
    await settled();
    expect(sink.written).toEqual([]);
    clock.advance(1000);
    await settled();
    expect(summed(sink.written)).toMatchObject({ [`moved a ${START / MINUTE}`]: { joins: 1, leaves: 0 } });
    expect(live.open('a')).toEqual([]);
    await live.stop();
  });

  it('are written as soon as their minute is over', async () => {
    const { clock, sink, live } = bench({}, START + 57_000);
    live.joined('a');
    clock.advance(3000);
    await settled();
    expect(summed(sink.written)).toMatchObject({ [`moved a ${START / MINUTE}`]: { joins: 1 } });
    await live.stop();
  });

  it('of a second start of the server add to those of the first', async () => {
    const first = bench();
    first.live.entered('a', 'u');
    first.clock.advance(10_000);
    await first.live.stop();
    const second = bench({}, first.clock.now());
    second.live.entered('a', 'u');
    second.clock.advance(10_000);
    await second.live.stop();
    const sums = summed([...first.sink.written, ...second.sink.written]);
    expect(sums[`connections a ${START / MINUTE}`]).toEqual({ samples: 20, sum: 20, max: 1 });
    expect(sums[`present a ${START / MINUTE}`]).toEqual(['u']);
  });

  it('that the sink cannot take for good are given up, counted and reported', async () => {
    const { clock, sink, live, bugs } = bench();
    sink.bug = new Error('no such table');
    live.joined('a');
    clock.advance(5000);
    await settled();
    sink.bug = undefined;
    await live.stop();
    expect(bugs).toEqual([new Error('no such table')]);
    expect(live.lost).toBeGreaterThan(0);
    expect(summed(sink.written)).not.toHaveProperty(`moved a ${START / MINUTE}`);
  });

  it('that are no durations are ignored', async () => {
    const { live, sink } = bench();
    live.delivered('a', Number.NaN, 1);
    live.delivered('a', 1, 0);
    live.delivered('a', -1, 2);
    await live.stop();
    expect(sink.written).toEqual([{ kind: 'latency', room: 'a', t: START, bins: [-513, 2], maxMs: 0 }]);
  });

  it('are written in pieces', async () => {
    const { clock, sink, live } = bench({ writeTallies: 10, writeUsers: 100 });
    for (let i = 0; i < 1000; i++) live.entered(`room ${i % 5}`, `user ${i}`);
    clock.advance(5000);
    await live.stop();
    expect(Math.max(...sink.sizes)).toBeLessThanOrEqual(100 + 3 * 10);
    expect(sink.written.filter(({ kind }) => kind === 'present')).toHaveLength(1000);
  });
});

describe('while the store is away, live facts', () => {
  it('of too many rooms are told of all rooms alone', async () => {
    const { clock, sink, live } = bench({ tallies: 3 });
    sink.isAway = true;
    for (let i = 0; i < 10; i++) live.joined(`room ${i}`);
    clock.advance(6000);
    await settled();
    sink.isAway = false;
    await live.stop();
    const moved = sink.written.filter((fact) => fact.kind === 'moved');
    expect(moved.length).toBeLessThanOrEqual(4);
    expect(moved.reduce((sum, { joins }) => sum + joins, 0)).toBe(10);
  });

  it('of too many rooms make no connections of all rooms', async () => {
    const { clock, sink, live } = bench({ tallies: 0, rooms: 1 });
    live.connected();
    clock.advance(5000);
    for (const each of ['a', 'b', 'c']) live.entered(each, 'u');
    clock.advance(5000);
    const samples = live.seconds(undefined, 0, clock.now() + 1).map((fact) => fact.kind === 'connections' && fact.sum);
    expect(samples).toEqual(new Array(10).fill(1));
    live.exited('a', 'u');
    await live.stop();
    expect(summed(sink.written)).toEqual({ [`connections undefined ${START / MINUTE}`]: { samples: 10, sum: 10, max: 1 } });
    expect(live.lost).toBeGreaterThan(0);
  });

  it('are kept of so many users and minutes, and counted beyond', async () => {
    const { clock, sink, live } = bench({ users: 50, minutes: 3 });
    sink.isAway = true;
    for (let i = 0; i < 80; i++) live.entered('a', `user ${i}`);
    expect(live.lost).toBe(30);
    for (let second = 0; second < 600; second++) {
      clock.advance(1000);
      await settled();
    }
    sink.isAway = false;
    await live.stop();
    expect(sink.written.filter(({ kind }) => kind === 'present')).toHaveLength(50);
    expect(new Set(sink.written.map(({ t }) => t)).size).toBe(3);
    expect(live.lost).toBeGreaterThan(30);
  });

  it('by second know how far back they are whole when rooms take too much memory', () => {
    const { clock, live } = bench({ ringBytes: 20_000 });
    for (let second = 0; second < 300; second++) {
      live.delivered('a', second, 1);
      live.connected();
      live.entered('a', 'u');
      clock.advance(1000);
    }
    const since = live.completeSince('a');
    expect(since).toBeGreaterThan(START + 200_000);
    expect(since).toBeLessThan(clock.now());
    expect(live.completeSince(undefined)).toBe(START + 1000);
    const facts = live.seconds('a', 0, clock.now());
    expect(Math.min(...facts.map(({ t }) => t))).toBe(since);
    expect(facts.filter((fact) => fact.kind === 'latency')).toHaveLength((clock.now() - since) / 1000);
    expect(facts.find((fact) => fact.kind === 'connections' && fact.t === since)).toMatchObject({ sum: (since - START) / 1000 });
  });

  it('of more rooms than are told apart in a second are whole from the next second on', () => {
    const { clock, live } = bench({ rooms: 2 });
    clock.advance(10_000);
    for (const each of ['a', 'b', 'c']) live.joined(each);
    clock.advance(1000);
    expect(live.completeSince('a')).toBe(clock.now());
    expect(live.seconds(undefined, 0, clock.now()).find(({ kind }) => kind === 'moved')).toMatchObject({ joins: 3 });
  });
});

describe('a clock that is set', () => {
  it('makes no hours of samples and presence of a jump ahead', async () => {
    const { clock, sink, live } = bench();
    live.connected();
    live.entered('a', 'u');
    clock.jumpWall(8 * 60 * MINUTE);
    clock.advance(2000);
    await live.stop();
    const sums = Object.keys(summed(sink.written));
    expect(sums.filter((key) => key.startsWith('present'))).toHaveLength(3);
    expect(sums.filter((key) => key.startsWith('connections a')).length).toBeLessThan(3);
  });

  it('back goes on counting: seconds are lived twice, and known of all rooms', async () => {
    const { clock, sink, live } = bench();
    live.connected();
    clock.advance(5000);
    live.joined('a');
    clock.advance(5000);
    clock.jumpWall(-5000);
    live.joined('a');
    clock.advance(MINUTE);
    expect(live.seconds(undefined, START + 5000, START + 6000).find(({ kind }) => kind === 'moved')).toMatchObject({ joins: 2 });
    await live.stop();
    expect(summed(sink.written)).toMatchObject({
      [`moved a ${START / MINUTE}`]: { joins: 2 },
      [`connections undefined ${START / MINUTE}`]: { samples: 59 },
    });
  });
});
