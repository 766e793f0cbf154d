import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Counter, counterKind } from './counter.ts';
import { testLaws } from './laws.contract.ts';

const amount = fc.oneof(
  fc.integer({ min: 1, max: 1000 }),
  fc.maxSafeNat().map((n) => Math.max(1, n)),
);
const total = (amounts: readonly number[]): bigint => {
  const sum = amounts.reduce((all, n) => all + BigInt(n), 0n);
  return sum < 2n ** 53n - 1n ? sum : 2n ** 53n - 1n;
};

describe('Counter', () => {
  testLaws({
    kind: counterKind,
    items: fc.tuple(fc.boolean(), amount),
    add: (counter, [isRemoval, n]) => (isRemoval ? counter.remove(n) : counter.add(n)),
    observe: (counter) => [counter.added, counter.removed, counter.value],
    isExactlyMergeable: true,
    checkBounds(counter, items) {
      expect(BigInt(counter.added)).toBe(total(items.filter(([isRemoval]) => !isRemoval).map(([, n]) => n)));
      expect(BigInt(counter.removed)).toBe(total(items.filter(([isRemoval]) => isRemoval).map(([, n]) => n)));
    },
  });

  it('counts by one unless told otherwise', () => {
    const counter = new Counter();
    counter.add();
    counter.add(5);
    counter.remove();
    expect([counter.added, counter.removed, counter.value]).toEqual([6, 1, 5]);
  });

  it('refuses amounts that are no whole numbers from 1', () => {
    for (const bad of [0, -1, 0.5, Number.NaN, 2 ** 53]) expect(() => new Counter().add(bad)).toThrow(RangeError);
  });
});
