import { expect, it } from 'vitest';
import { FakeClock } from '../../server/test/kit/fake-clock.ts';
import { Timer } from './timer.ts';

function bench() {
  const clock = new FakeClock();
  const rings: string[] = [];
  let waiting = 0;
  const start = clock.monotonic();
  const after = (delayMs: number, run: () => void) => {
    waiting += 1;
    const cancel = clock.after(delayMs, run);
    return () => {
      waiting -= 1;
      cancel();
    };
  };
  const timer = new Timer({ now: clock.monotonic, wall: clock.now, after }, (kind) => {
    waiting -= 1;
    rings.push(`${kind} ${clock.monotonic() - start}`);
  });
  return { clock, rings, set: (at: number) => timer.set(start + at), waiting: () => waiting };
}

it('rings when it is due, and not again', () => {
  const { clock, rings, set } = bench();
  set(300);
  clock.advance(10_000);
  expect(rings).toEqual(['tick 300']);
});

it('rings at once for what is overdue', () => {
  const { clock, rings, set } = bench();
  set(-50);
  clock.advance(0);
  expect(rings).toEqual(['tick 0']);
});

it('keeps the earlier of two times, with one timer of the clock', () => {
  const { clock, rings, set, waiting } = bench();
  for (const at of [300, 100, 100, 400]) set(at);
  expect(waiting()).toBe(1);
  clock.advance(1000);
  expect(rings).toEqual(['tick 100']);
});

it('looks at the time every 5 s at the latest', () => {
  const { clock, rings, set } = bench();
  set(60_000);
  clock.advance(5000);
  expect(rings).toEqual(['tick 5000']);
});

it('rings never, when there is nothing to wait for', () => {
  const { clock, rings, set, waiting } = bench();
  set(300);
  set(Number.POSITIVE_INFINITY);
  expect(waiting()).toBe(0);
  clock.advance(10_000);
  expect(rings).toEqual([]);
});

it('CLIENT-11: wakes up when the wall clock ran ahead by more than 5 s, and not when it was set back', () => {
  for (const [jump, kind] of [
    [5001, 'wake'],
    [5000, 'tick'],
    [-3_600_000, 'tick'],
  ] as const) {
    const { clock, rings, set } = bench();
    set(100);
    clock.jumpWall(jump);
    clock.advance(100);
    expect(rings).toEqual([`${kind} 100`]);
  }
});

it('CLIENT-11: wakes up when it rings more than 5 s late', () => {
  let now = 0;
  const due: (() => void)[] = [];
  const rings: string[] = [];
  const after = (_: number, run: () => void) => {
    due.push(run);
    return () => {};
  };
  const timer = new Timer({ now: () => now, wall: () => now, after }, (kind) => rings.push(kind));
  for (const late of [5000, 5001]) {
    timer.set(now + 100);
    now += 100 + late;
    due.shift()?.();
  }
  expect(rings).toEqual(['tick', 'wake']);
});
