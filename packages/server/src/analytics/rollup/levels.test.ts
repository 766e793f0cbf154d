import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  containerOf,
  containerStart,
  containersOver,
  DAY_MS,
  LEVELS,
  MAX_SLOTS,
  quarterOf,
  quarterOfMonth,
  quarterOfMonthStart,
  SLOT_MS,
  slotCount,
  slotOf,
  slotStart,
  slotsWithin,
} from './levels.ts';

const time = fc.integer({ min: -6e13, max: 6e13 });
const level = fc.constantFrom(...LEVELS);

describe('levels', () => {
  it('number months as the calendar does', () => {
    fc.assert(
      fc.property(time, (t) => {
        const date = new Date(t);
        const month = (date.getUTCFullYear() - 1970) * 12 + date.getUTCMonth();
        expect(containerOf('day', t)).toBe(month);
        expect(containerStart('day', month)).toBe(Date.UTC(1970, month, 1));
        expect(slotOf('day', t)).toBe(date.getUTCDate() - 1);
      }),
    );
  });

  it('put every instant in one slot of one container', () => {
    fc.assert(
      fc.property(level, time, (level, t) => {
        const container = containerOf(level, t);
        const slot = slotOf(level, t);
        expect(slot).toBeGreaterThanOrEqual(0);
        expect(slot).toBeLessThan(slotCount(level, container));
        expect(slotCount(level, container)).toBeLessThanOrEqual(MAX_SLOTS[level]);
        expect(slotStart(level, container, slot)).toBeLessThanOrEqual(t);
        expect(slotStart(level, container, slot + 1)).toBeGreaterThan(t);
        expect(slotStart(level, container, slotCount(level, container))).toBe(containerStart(level, container + 1));
      }),
    );
  });

  it('find the containers over a range, and the slots wholly within it', () => {
    fc.assert(
      fc.property(level, time, fc.integer({ min: 0, max: 100 * DAY_MS }), (level, from, length) => {
        const over = containersOver(level, from, from + length);
        expect(over === undefined).toBe(length === 0);
        if (over === undefined) return;
        const { first, last } = over;
        expect(containerStart(level, first)).toBeLessThanOrEqual(from);
        expect(containerStart(level, first + 1)).toBeGreaterThan(from);
        expect(containerStart(level, last)).toBeLessThan(from + length);
        expect(containerStart(level, last + 1)).toBeGreaterThanOrEqual(from + length);
        const within = slotsWithin(level, last, from, from + length);
        for (let slot = 0; slot < slotCount(level, last); slot++) {
          const start = slotStart(level, last, slot);
          expect(slot >= within.from && slot < within.to).toBe(start >= from && start + SLOT_MS[level] <= from + length);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('count the quarters of a month from its beginning', () => {
    const t = Date.UTC(2026, 1, 3, 10, 47);
    expect(quarterOfMonth(t)).toBe(2 * 96 + 43);
    expect(quarterOfMonthStart(containerOf('day', t)) + quarterOfMonth(t)).toBe(quarterOf(t));
  });
});
