import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { IntervalSet, intervalSetKind } from './interval-set.ts';
import { testLaws } from './laws.contract.ts';
import { MAX_TIME } from './time.ts';

const near = fc
  .tuple(fc.integer({ min: -60, max: 60 }), fc.integer({ min: 1, max: 12 }))
  .map(([start, length]) => [start, start + length] as const);

describe('IntervalSet', () => {
  testLaws({
    kind: intervalSetKind,
    items: near,
    add: (set, [start, end]) => set.add(start, end),
    observe: (set) => set.intervals,
    isExactlyMergeable: true,
    checkBounds(set, items) {
      const moments = Array.from({ length: 150 }, (_, i) => i - 75);
      const covered = new Set(moments.filter((t) => items.some(([start, end]) => start <= t && t < end)));
      const isWrongAt = (t: number): boolean => {
        const three = [t, t + 1, t + 2].filter((each) => covered.has(each)).length;
        return set.overlaps(t, t + 1) !== covered.has(t) || set.lengthWithin(t, t + 3) !== three || set.overlaps(t, t + 3) !== three > 0;
      };
      expect(moments.filter(isWrongAt)).toEqual([]);
    },
  });

  it('makes one of intervals that touch and leaves a gap of a millisecond', () => {
    const set = new IntervalSet();
    for (const [start, end] of [
      [0, 5],
      [10, 15],
      [5, 9],
    ] as const)
      set.add(start, end);
    expect(set.intervals).toEqual([
      [0, 9],
      [10, 15],
    ]);
    set.add(9, 10);
    expect(set.intervals).toEqual([[0, 15]]);
  });

  it('refuses what is no interval', () => {
    for (const [start, end] of [
      [1, 1],
      [2, 1],
      [0.5, 1],
      [0, Number.NaN],
      [0, MAX_TIME + 1],
    ] as const) {
      expect(() => new IntervalSet().add(start, end)).toThrow(RangeError);
    }
  });

  it('covers nothing in an empty range', () => {
    const set = new IntervalSet();
    set.add(0, 10);
    expect([set.overlaps(5, 5), set.lengthWithin(5, 5), set.overlaps(10, 20), set.overlaps(-5, 0)]).toEqual([false, 0, false, false]);
  });
});
