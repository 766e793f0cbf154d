import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyText } from '../../../test/kit/any-text.ts';
import { CAPACITY, HeavyHitters, heavyHittersKind } from './heavy-hitters.ts';
import { brokenLaws, type Subject, testLaws } from './laws.contract.ts';

type Item = readonly [key: string, weight: number];

/** Every key's true weight lies where the sketch says, and the allowance within its bound. */
function boundsAt(capacity: number) {
  return (sketch: HeavyHitters, items: readonly Item[]): void => {
    const truth = new Map<string, number>();
    for (const [key, weight] of items) truth.set(key, (truth.get(key) ?? 0) + weight);
    const total = items.reduce((sum, [, weight]) => sum + weight, 0);
    expect(sketch.total).toBe(total);
    expect(sketch.allowance).toBeLessThanOrEqual(total / (capacity + 1));
    if (truth.size <= capacity) expect(sketch.isExact).toBe(true);
    const listed = new Map(sketch.top(Number.POSITIVE_INFINITY).map((hitter) => [hitter.key, hitter]));
    const broken = [...new Set([...truth.keys(), ...listed.keys()])].filter((key) => {
      const weight = truth.get(key) ?? 0;
      const { atLeast, atMost } = listed.get(key) ?? { atLeast: 0, atMost: sketch.allowance };
      return weight < atLeast || weight > atMost;
    });
    expect(broken).toEqual([]);
  };
}

const subjectOf = (capacity: number): Subject<HeavyHitters, Item> => ({
  kind: heavyHittersKind(capacity),
  items: fc.tuple(
    fc.oneof(
      fc.nat(40).map((n) => `k${n}`),
      fc.constantFrom('a', 'b'),
      anyText(3),
    ),
    fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 50 })),
  ),
  add: (sketch, [key, weight]) => sketch.add(key, weight),
  observe: (sketch) => [sketch.total, sketch.allowance, sketch.top(200)],
  isExactlyMergeable: false,
  checkBounds: boundsAt(capacity),
});

describe('HeavyHitters that overflow', () => {
  testLaws(subjectOf(4));
});

describe('HeavyHitters within their capacity', () => {
  testLaws({ ...subjectOf(CAPACITY), isExactlyMergeable: true });
});

describe('HeavyHitters', () => {
  const shapes: Record<string, (i: number) => Item> = {
    skewed: (i) => [`k${Math.floor(5000 / (((i * 7919) % 5000) + 1))}`, 1],
    'all different': (i) => [`k${i}`, 1],
    constant: () => ['same', 1],
    'a heavy key after a flood of light ones': (i) => [i < 19_000 ? `k${i}` : 'late', 1],
    'rounds of just too many keys': (i) => [`k${i % 2049}`, 1],
    'weights from tiny to huge': (i) => [`k${(i * 31) % 4000}`, 2 ** (i % 30)],
  };
  for (const [name, shape] of Object.entries(shapes)) {
    it(`hold N / 1,024 on ${name}, whole or merged from 7 parts in a chain or in a tree`, () => {
      const items = Array.from({ length: 20_000 }, (_, i) => shape(i));
      const parts = Array.from({ length: 7 }, () => new HeavyHitters());
      const whole = new HeavyHitters();
      items.forEach(([key, weight], i) => {
        whole.add(key, weight);
        parts[i % 7]?.add(key, weight);
      });
      const chain = parts.reduce((sum, part) => {
        sum.merge(part);
        return sum;
      }, new HeavyHitters());
      let row = parts.map((part) => part.clone());
      while (row.length > 1) {
        row = row.flatMap((part, i) => {
          if (i % 2 === 1) return [];
          const right = row[i + 1];
          if (right !== undefined) part.merge(right);
          return [part];
        });
      }
      for (const sketch of [whole, chain, row[0] ?? whole]) boundsAt(CAPACITY)(sketch, items);
    });
  }

  it('list most first and ties by key', () => {
    const sketch = new HeavyHitters();
    for (const [key, weight] of [
      ['b', 2],
      ['a', 2],
      ['c', 9],
    ] as const)
      sketch.add(key, weight);
    expect(sketch.top(2)).toEqual([
      { key: 'c', atLeast: 9, atMost: 9 },
      { key: 'a', atLeast: 2, atMost: 2 },
    ]);
  });

  it('refuse bytes whose sums cannot be, and merges of another capacity', () => {
    const sketch = new HeavyHitters();
    sketch.add('a', 5);
    const bytes = sketch.encode();
    bytes[1] = 6;
    expect(HeavyHitters.decode(bytes)).toBeUndefined();
    expect(() => sketch.merge(new HeavyHitters(8))).toThrow(RangeError);
  });

  it('are caught by the laws when a merge forgets the allowance', () => {
    class Overconfident extends HeavyHitters {
      override get allowance(): number {
        return 0;
      }
      override clone(): Overconfident {
        const copy = new Overconfident(4);
        HeavyHitters.prototype.merge.call(copy, this);
        return copy;
      }
    }
    const subject = subjectOf(4);
    const broken = brokenLaws({ ...subject, kind: { ...subject.kind, empty: () => new Overconfident(4) } });
    expect(broken).toContain('HeavyHitters: stays within its stated bounds under any merge tree');
  });
});
