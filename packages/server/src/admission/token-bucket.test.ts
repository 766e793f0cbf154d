import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TokenBucket } from './token-bucket.ts';

describe('a token bucket', () => {
  it('LIMIT-1: gives its burst at once, then says when there will be one, and that is true', () => {
    const bucket = new TokenBucket(3, 1000);
    expect([1, 2, 3, 4].map(() => bucket.take(1000, 5, 3))).toEqual([0, 0, 0, 200]);
    expect(bucket.take(1100, 5, 3)).toBe(100);
    expect(bucket.take(1200, 5, 3)).toBe(0);
    expect(bucket.take(1200, 5, 3)).toBe(200);
  });

  it('LIMIT-1: saves no more than its burst', () => {
    const bucket = new TokenBucket(2, 0);
    expect([1, 2, 3].map(() => bucket.take(1e9, 1, 2))).toEqual([0, 0, 1000]);
  });

  it('LIMIT-1: takes without limit when there is none', () => {
    const bucket = new TokenBucket(0, 0);
    for (let i = 0; i < 100; i += 1) expect(bucket.take(0, 0, 0)).toBe(0);
  });

  it('rounds the wait up, so that whoever waits that long is not refused again', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1000 }),
        fc.integer({ min: 1, max: 50 }),
        fc.array(fc.nat(500), { maxLength: 100 }),
        (rate, burst, pauses) => {
          const bucket = new TokenBucket(burst, 0);
          let [now, taken] = [0, 0];
          for (const pause of pauses) {
            now += pause;
            const wait = bucket.take(now, rate, burst);
            if (wait === 0) taken += 1;
            expect(taken).toBeLessThanOrEqual(burst + (now * rate) / 1000 + 1e-6);
            if (wait > 0) {
              now += wait + 1e-6;
              expect(bucket.take(now, rate, burst)).toBe(0);
              taken += 1;
            }
          }
        },
      ),
    );
  });
});
