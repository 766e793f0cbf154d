import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../test/kit/fake-clock.ts';
import { StoreUnavailable } from '../store.ts';
import { type Beside, type MergeOptions, MergeSchedule } from './merge-schedule.ts';

/** A log that is merged 10 entries a piece, each piece when it is told to. */
function scheduleOf(restFactor = 0, options: Partial<MergeOptions> = {}) {
  const clock = new FakeClock();
  const calls: string[] = [];
  const bugs: unknown[] = [];
  let [merged, tending] = [0, 0];
  let waiting: { readonly run: () => boolean; readonly end: (error: unknown, isDone?: boolean) => void } | undefined;
  const call = (name: string, run: () => boolean): Promise<boolean> => {
    calls.push(name);
    return new Promise((resolve, reject) => {
      waiting = { run, end: (error, isDone) => (isDone === undefined ? reject(error) : resolve(isDone)) };
    });
  };
  const merge = (to: number) => {
    const run = () => {
      merged = Math.min(to, merged + 10);
      return merged === to;
    };
    return call(`merge ${to}`, run);
  };
  const tend = (isCalm: boolean) => call(isCalm ? 'tend calmly' : 'tend', () => --tending <= 0);
  const parts = {
    merge,
    tend,
    rest: restFactor === 0 ? undefined : (ms: number, beside: Beside) => (beside === 'chat' ? 50 + ms * restFactor : 0),
    clock,
  };
  const schedule = new MergeSchedule({ ...parts, onBug: (error) => bugs.push(error) }, { maxEntries: 20, maxDelayMs: 100, ...options });
  const step = async (error?: unknown) => {
    const { run, end } = waiting ?? expect.fail('nothing is under way');
    waiting = undefined;
    if (error === undefined) end(undefined, run());
    else end(error);
    await new Promise<void>((resolve) => setImmediate(resolve));
  };
  const tends = (pieces: number) => {
    tending = pieces;
  };
  return { clock, schedule, calls, bugs, step, tends, isBusy: () => waiting !== undefined };
}

describe('when to merge', () => {
  it('merges when the oldest entry has waited, tends once, and rests', async () => {
    const { clock, schedule, calls, step, isBusy } = scheduleOf();
    schedule.wrote(3);
    clock.advance(99);
    expect(calls).toEqual([]);
    schedule.wrote(4);
    clock.advance(1);
    await step();
    await step();
    expect(calls).toEqual(['merge 4', 'tend calmly']);
    clock.advance(1000);
    expect(isBusy()).toBe(false);
  });

  it('tends piece by piece until a merge is due, and goes on after it', async () => {
    const { clock, schedule, calls, step, tends } = scheduleOf();
    tends(5);
    schedule.wrote(20);
    for (let n = 0; n < 3; n += 1) await step();
    schedule.wrote(21);
    clock.advance(100);
    for (let n = 0; n < 5; n += 1) await step();
    expect(calls).toEqual(['merge 20', 'merge 20', ...Array(2).fill('tend calmly'), 'merge 21', ...Array(3).fill('tend calmly')]);
  });

  it('looks after what is beside the log when it is told so, with nothing to merge', async () => {
    const { clock, schedule, calls, step } = scheduleOf();
    schedule.wrote(0, true);
    clock.advance(100);
    await step();
    await step();
    expect(calls).toEqual(['merge 0', 'tend calmly']);
  });

  it('lets a step that is far behind keep the others waiting no longer than usual', async () => {
    const { schedule, calls, step } = scheduleOf();
    schedule.wrote(40);
    await step();
    schedule.wrote(59);
    await step();
    schedule.wrote(60);
    await step();
    await step();
    expect(calls).toEqual(['merge 40', 'merge 40', 'merge 40', 'merge 60', 'merge 60']);
  });

  it('paces whoever can wait by pieces when merging is far behind, and never for longer', async () => {
    const { schedule, step } = scheduleOf();
    await schedule.pace();
    schedule.wrote(200);
    let isOver = false;
    const paced = schedule.pace().then(() => {
      isOver = true;
    });
    await step();
    expect(isOver).toBe(false);
    await step();
    expect(isOver).toBe(true);
    await paced;
    const failing = schedule.pace();
    await step(new StoreUnavailable('full'));
    await failing;
    const stopped = schedule.pace();
    schedule.stop();
    await stopped;
  });

  it('tries again later what failed, and tells of bugs alone', async () => {
    const { clock, schedule, calls, bugs, step } = scheduleOf();
    schedule.wrote(20);
    await step(new StoreUnavailable('full'));
    clock.advance(100);
    await step(new Error('a bug'));
    expect(calls.length).toBe(2);
    clock.advance(100);
    expect(calls.length).toBe(3);
    expect(bugs.map(String)).toEqual(['Error: a bug']);
    schedule.stop();
  });

  it('rests between the pieces of what lags, but not while an import waits', async () => {
    const { clock, schedule, calls, step, isBusy } = scheduleOf(3);
    schedule.wrote(50);
    clock.advance(10);
    await step();
    expect([calls, isBusy()]).toEqual([['merge 50'], false]);
    clock.advance(79);
    await new Promise<void>((resolve) => setImmediate(resolve));
    expect(isBusy()).toBe(false);
    clock.advance(1);
    await new Promise<void>((resolve) => setImmediate(resolve));
    expect(calls).toEqual(['merge 50', 'merge 50']);
    const paced = schedule.pace();
    await step();
    expect([calls.length, isBusy()]).toEqual([3, true]);
    await step();
    await paced;
  });

  it('does not rest where nobody has written lately', async () => {
    const { clock, schedule, calls, step, isBusy } = scheduleOf(3);
    schedule.wrote(50);
    clock.advance(100);
    await step();
    expect([calls, isBusy()]).toEqual([['merge 50', 'merge 50'], true]);
    schedule.wrote(51);
    await step();
    expect([calls.length, isBusy()]).toEqual([2, false]);
    schedule.stop();
  });

  it('says how many entries wait, and for how long the oldest has at most', async () => {
    const { clock, schedule, step } = scheduleOf();
    clock.advance(5000);
    expect(schedule.lag()).toEqual({ messages: 0, oldestMs: 0 });
    schedule.wrote(15);
    clock.advance(100);
    schedule.wrote(17);
    expect(schedule.lag()).toEqual({ messages: 17, oldestMs: 100 });
    await step();
    schedule.hasMerged(10);
    clock.advance(50);
    expect(schedule.lag()).toEqual({ messages: 7, oldestMs: 150 });
    await step();
    // 16 and 17 were written when the merge began, at the latest.
    expect(schedule.lag()).toEqual({ messages: 2, oldestMs: 50 });
    for (let left = 3; left > 0; left -= 1) {
      await step();
      clock.advance(100);
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    expect(schedule.lag()).toEqual({ messages: 0, oldestMs: 0 });
  });

  it('does not rest when it is stopped', async () => {
    const { schedule, calls, step } = scheduleOf(3);
    schedule.wrote(50);
    await step();
    schedule.stop();
    await new Promise<void>((resolve) => setImmediate(resolve));
    expect(calls).toEqual(['merge 50']);
  });

  it('merges at once for who asks, and for a while after without the long wait', async () => {
    const { clock, schedule, calls, step } = scheduleOf(0, { maxDelayMs: 5000, askedDelayMs: 700 });
    await schedule.asked();
    clock.advance(60_000);
    schedule.wrote(3);
    clock.advance(4000);
    expect(calls).toEqual([]);
    let isAnswered = false;
    const asking = schedule.asked().then(() => {
      isAnswered = true;
    });
    schedule.wrote(4);
    expect(calls).toEqual(['merge 3']);
    expect(isAnswered).toBe(false);
    await step();
    expect(isAnswered).toBe(false);
    await step();
    await asking;
    expect(calls).toEqual(['merge 3', 'tend calmly']);
    clock.advance(700);
    expect(calls.at(-1)).toBe('merge 4');
    await schedule.asked();
  });

  it('lets nobody who asks wait for long, nor beyond a failure or a stop', async () => {
    const { clock, schedule, calls, step, bugs } = scheduleOf(0, { maxDelayMs: 5000, askedDelayMs: 700 });
    schedule.wrote(3);
    const first = schedule.asked();
    clock.advance(1000);
    await first;
    await step(new StoreUnavailable('no'));
    clock.advance(61_000);
    expect(calls.filter((call) => call === 'merge 3').length).toBeGreaterThan(1);
    const second = schedule.asked();
    await step(new Error('a bug'));
    await second;
    clock.advance(61_000);
    const third = schedule.asked();
    schedule.stop();
    await third;
    expect(bugs).toEqual([new Error('a bug')]);
  });
});
