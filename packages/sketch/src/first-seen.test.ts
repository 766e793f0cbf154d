import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FirstSeen, firstSeenKind } from './first-seen.ts';
import { testLaws } from './laws.contract.ts';
import { MAX_TIME } from './time.ts';

describe('FirstSeen', () => {
  testLaws({
    kind: firstSeenKind,
    items: fc.oneof(
      fc.integer({ min: -MAX_TIME, max: MAX_TIME }),
      fc.constantFrom(0, -0, MAX_TIME, -MAX_TIME),
      fc.integer({ min: -9, max: 9 }),
    ),
    add: (seen, time) => seen.add(time),
    observe: (seen) => seen.at,
    isExactlyMergeable: true,
    checkBounds: (seen, times) => expect(seen.at).toBe(times.length === 0 ? undefined : Math.min(...times) + 0),
  });

  it('refuses what is no time', () => {
    for (const bad of [0.5, Number.NaN, Number.POSITIVE_INFINITY, MAX_TIME + 1]) expect(() => new FirstSeen().add(bad)).toThrow(RangeError);
  });
});
