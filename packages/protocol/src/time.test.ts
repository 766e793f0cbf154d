import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isoTime } from './time.ts';

const FIRST = new Date('0000-01-01T00:00:00.000Z').getTime();
const LAST = new Date('9999-12-31T23:59:59.999Z').getTime();

describe('isoTime', () => {
  it('says what toISOString says, in any order of times, from year 0000 to 9999 (FRAME-13)', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: FIRST, max: LAST })), (times) => {
        expect(times.map(isoTime)).toEqual(times.map((ms) => new Date(ms).toISOString()));
      }),
    );
    const edges = [FIRST, -1001, -1000, -999, -1, 0, 1, 999, 1000, LAST];
    expect(edges.map(isoTime)).toEqual(edges.map((ms) => new Date(ms).toISOString()));
  });

  it('keeps text order equal to time order around the turn of a second, a leap day and 1970', () => {
    for (const around of [0, Date.UTC(2024, 1, 29), Date.UTC(2025, 11, 31, 23, 59, 59, 999)]) {
      const texts = Array.from({ length: 2500 }, (_, offset) => isoTime(around - 1250 + offset));
      expect(texts.toSorted()).toEqual(texts);
      expect(new Set(texts).size).toBe(2500);
    }
  });

  it('cuts fractions of a millisecond off towards the past', () => {
    expect([1999.9999, -0.5, 0.5].map(isoTime)).toEqual([
      '1970-01-01T00:00:01.999Z',
      '1969-12-31T23:59:59.999Z',
      '1970-01-01T00:00:00.000Z',
    ]);
  });

  it('throws a RangeError beyond its years and for what is no number, and is right afterwards', () => {
    for (const ms of [FIRST - 1, LAST + 1, Number.NaN, Infinity, -Infinity, 1e300]) {
      expect(() => isoTime(ms)).toThrow(RangeError);
      expect(() => isoTime(ms)).toThrow(RangeError);
      expect(isoTime(0)).toBe('1970-01-01T00:00:00.000Z');
    }
  });
});
