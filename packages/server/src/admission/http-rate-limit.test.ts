import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../../../test/kit/fake-clock.ts';
import { HttpRateLimit } from './http-rate-limit.ts';

describe('the rate limit of HTTP', () => {
  it('lets the burst through, then says how long to wait, and that wait is enough', () => {
    const clock = new FakeClock();
    const limit = new HttpRateLimit({ perSec: 5, burst: 3 }, clock);
    expect([limit.take('a'), limit.take('a'), limit.take('a'), limit.take('a')]).toEqual([0, 0, 0, 200]);
    clock.advance(199);
    expect(limit.take('a')).toBeGreaterThan(0);
    clock.advance(2);
    expect(limit.take('a')).toBe(0);
  });

  it('keeps keys apart', () => {
    const limit = new HttpRateLimit({ perSec: 1, burst: 1 }, new FakeClock());
    expect([limit.take('a'), limit.take('b')]).toEqual([0, 0]);
  });

  it('never saves up more than the burst', () => {
    const clock = new FakeClock();
    const limit = new HttpRateLimit({ perSec: 100, burst: 2 }, clock);
    limit.take('a');
    clock.advance(1_000_000);
    expect([limit.take('a'), limit.take('a'), limit.take('a') > 0]).toEqual([0, 0, true]);
  });

  it('is off at 0', () => {
    const limit = new HttpRateLimit({ perSec: 0, burst: 0 }, new FakeClock());
    expect(Array.from({ length: 1000 }, () => limit.take('a')).every((wait) => wait === 0)).toBe(true);
    expect(limit.size).toBe(0);
  });

  it('forgets the key unused for longest, so that a flood of keys takes no memory and frees nobody who is busy', () => {
    const limit = new HttpRateLimit({ perSec: 1, burst: 1 }, new FakeClock(), 10);
    limit.take('busy');
    for (let i = 0; i < 100; i++) {
      limit.take(`flood ${i}`);
      expect(limit.take('busy')).toBeGreaterThan(0);
    }
    expect(limit.size).toBe(10);
  });
});
