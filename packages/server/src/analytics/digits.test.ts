import fc from 'fast-check';
import { expect, it } from 'vitest';
import { shown } from './digits.ts';

it('shows a number as people write it', () => {
  expect([shown(0.1 + 0.2), shown(1 / 3), shown(2 ** 53 - 1), shown(123456789.5), shown(0)]).toEqual([
    0.3, 0.333333333, 9007199254740991, 123456790, 0,
  ]);
});

it('keeps numbers and their order', () => {
  const number = fc.double({ min: 0, max: 1e9, noNaN: true });
  fc.assert(
    fc.property(number, number, (a, b) => {
      expect(Math.abs(shown(a) - a)).toBeLessThanOrEqual(5.01e-9 * a);
      expect(shown(Math.min(a, b))).toBeLessThanOrEqual(shown(Math.max(a, b)));
      expect(shown(Math.min(a, Math.ceil(b)))).toBeLessThanOrEqual(Math.ceil(b));
    }),
  );
});
