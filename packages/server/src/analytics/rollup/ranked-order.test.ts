import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ascending } from './number-sums.ts';
import { leastOf } from './top.ts';

describe('the order of ranked sums', () => {
  const counts = fc.array(fc.oneof(fc.nat(20), fc.nat(10_000)), { minLength: 1001, maxLength: 1500 });

  it('has the same least count as sorting has, however many are wanted', () => {
    fc.assert(
      fc.property(counts, fc.integer({ min: 1, max: 1500 }), (given, wanted) => {
        const limit = Math.min(wanted, given.length);
        expect(leastOf(given, limit)).toBe(given.toSorted((a, b) => b - a)[limit - 1]);
      }),
      { numRuns: 50 },
    );
  });

  it('is by number for those that are large enough, whatever their numbers', () => {
    const sums = fc.uniqueArray(fc.tuple(fc.oneof(fc.nat(3000), fc.nat(0xfffffffe)), fc.nat(9)), { selector: ([number]) => number });
    fc.assert(
      fc.property(sums, fc.nat(9), (given, least) => {
        const { numbers, sums: found } = ascending(
          { numbers: Uint32Array.from(given, ([number]) => number), sums: Float64Array.from(given, ([, sum]) => sum) },
          least,
        );
        const expected = given.filter(([, sum]) => sum >= least).sort(([a], [b]) => a - b);
        expect(Array.from(numbers, (number, i) => [number, found[i]])).toEqual(expected);
      }),
    );
  });
});
