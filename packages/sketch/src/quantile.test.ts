import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { brokenLaws, type Subject, testLaws } from './laws.contract.ts';
import { binOf, middleOf } from './log-mapping.ts';
import { COLLAPSE_SHARE, QuantileSketch, quantileKind, RELATIVE_ERROR } from './quantile.ts';

type Item = readonly [value: number, weight: number];
const QUANTILES = [0, 0.001, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 0.999, 1];

/** Every quantile beside the one of the sorted values. */
function checkBounds(sketch: QuantileSketch, items: readonly Item[]): void {
  const sorted = items.flatMap(([value, weight]) => new Array<number>(weight).fill(value)).sort((a, b) => a - b);
  expect(sketch.count).toBe(sorted.length);
  expect(sketch.min).toEqual(sorted.length === 0 ? undefined : sorted[0]);
  expect(sketch.max).toEqual(sorted.at(-1));
  if (sorted.length === 0) return;
  for (const q of QUANTILES) {
    const exact = sorted.find((_, i) => (i + 1) / sorted.length >= q) ?? Number.NaN;
    const largest = Math.max(...sorted.filter((v) => Math.sign(v) === Math.sign(exact)).map(Math.abs));
    const bound = Math.max(RELATIVE_ERROR * Math.abs(exact), largest * COLLAPSE_SHARE);
    expect(Math.abs((sketch.quantile(q) ?? Number.NaN) - exact), `q ${q} of ${exact}`).toBeLessThanOrEqual(bound);
  }
}

const anyFinite = fc.double({ noNaN: true, noDefaultInfinity: true }).map((v) => v + 0);
const value = fc.oneof(anyFinite, fc.integer({ min: -50, max: 50 }), fc.double({ min: 0, max: 1000, noNaN: true }), fc.constant(0));
const subject: Subject<QuantileSketch, Item> = {
  kind: quantileKind,
  items: fc.tuple(value, fc.integer({ min: 1, max: 9 })),
  add: (sketch, [v, weight]) => sketch.add(v, weight),
  observe: (sketch) => [sketch.count, sketch.min, sketch.max, ...QUANTILES.map((q) => sketch.quantile(q))],
  isExactlyMergeable: true,
  checkBounds,
};

describe('QuantileSketch', () => {
  testLaws(subject);

  const shapes: Record<string, (i: number) => number> = {
    constant: () => 42,
    skewed: (i) => 1 / (1 - i / 5000) ** 3,
    tiny: (i) => (i + 1) * Number.MIN_VALUE,
    huge: (i) => Number.MAX_VALUE / (i + 1),
    negative: (i) => -((i + 1) ** 2),
    'both sides of zero': (i) => (i - 2500) ** 3,
    'a span of 600 orders of magnitude': (i) => 10 ** ((i % 600) - 300),
    'bin edges': (i) => 1.0202 ** (i % 500),
    'descending, so that the array grows down': (i) => 1.0202 ** -(i % 3000),
  };
  for (const [name, shape] of Object.entries(shapes)) {
    it(`keeps its bound on ${name} values`, () => {
      const items = Array.from({ length: 5000 }, (_, i): Item => [shape(i), 1]);
      const sketch = new QuantileSketch();
      for (const [v, weight] of items) sketch.add(v, weight);
      checkBounds(sketch, items);
    });
  }

  it('takes at most 2 × 2,048 bins whatever is added', () => {
    const sketch = new QuantileSketch();
    for (let exponent = -1074; exponent < 1024; exponent += 0.1) {
      sketch.add(2 ** exponent);
      sketch.add(-(2 ** exponent));
    }
    expect(sketch.encode().length).toBeLessThan(2 * 2048 * 4);
  });

  it('gives of few values the smallest that enough of them do not exceed', () => {
    const of = (values: readonly number[], q: number): number => {
      const sketch = new QuantileSketch();
      for (const v of values) sketch.add(v);
      return Math.round(sketch.quantile(q) ?? Number.NaN);
    };
    expect([of([3, 5], 0.5), of([3, 5], 0.95), of([3, 5, 9], 0.5), of([3, 5, 9], 0.95), of([3], 0), of([3, 5, 9], 1)]).toEqual([
      3, 5, 5, 9, 3, 9,
    ]);
  });

  it('has no quantile when empty', () => {
    expect(new QuantileSketch().quantile(0.5)).toBeUndefined();
  });

  it('refuses what has no place', () => {
    const sketch = new QuantileSketch();
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) expect(() => sketch.add(bad)).toThrow(RangeError);
    for (const bad of [0, -1, 0.5, Number.NaN]) expect(() => sketch.add(1, bad)).toThrow(RangeError);
    for (const bad of [-0.1, 1.1, Number.NaN]) expect(() => sketch.quantile(bad)).toThrow(RangeError);
    expect(sketch.count).toBe(0);
  });

  it('holds its count at 2^53 - 1', () => {
    const sketch = new QuantileSketch();
    sketch.add(1, Number.MAX_SAFE_INTEGER);
    sketch.merge(sketch.clone());
    expect(sketch.count).toBe(Number.MAX_SAFE_INTEGER);
    expect(sketch.quantile(0.5)).toBeCloseTo(1, 1);
  });

  it('refuses bytes whose bins lie further apart than any sketch keeps them', () => {
    const sketch = new QuantileSketch();
    sketch.add(1.01);
    sketch.add(1e17);
    const bytes = sketch.encode();
    const gap = bytes.length - 3;
    const stretched = (low: number, high: number): Uint8Array => bytes.with(gap, low).with(gap + 1, high);
    expect(QuantileSketch.decode(stretched(0xff, 0x0f))).toBeDefined();
    expect(QuantileSketch.decode(stretched(0x80, 0x10))).toBeUndefined();
  });

  it('shows its bins: positive values by bin, the rest together', () => {
    const sketch = new QuantileSketch();
    for (const [v, weight] of [
      [-3, 2],
      [0, 1],
      [5, 4],
      [5.001, 1],
      [1000, 7],
    ] as const)
      sketch.add(v, weight);
    const seen: (readonly [number | 'none', number])[] = [];
    sketch.forEachBin((bin, weight) => seen.push([bin, weight]));
    expect(seen).toEqual([
      [binOf(5), 5],
      [binOf(1000), 7],
      ['none', 3],
    ]);
    expect(Math.abs(middleOf(binOf(1000)) - 1000)).toBeLessThanOrEqual(10);
  });

  it('is as new after clear', () => {
    const sketch = new QuantileSketch();
    for (const v of [-5, 0, 7]) sketch.add(v);
    sketch.clear();
    expect(sketch.encode()).toEqual(new QuantileSketch().encode());
    sketch.add(1000);
    checkBounds(sketch, [[1000, 1]]);
  });
});

/** The bug of a popular library: its merge forgets the negative store, and the count still looks right. */
class Forgetful extends QuantileSketch {
  override merge(other: QuantileSketch): void {
    const positives = new QuantileSketch();
    for (const q of Array.from({ length: other.count }, (_, i) => i / Math.max(1, other.count - 1))) {
      const v = other.quantile(q) ?? 0;
      positives.add(Math.max(v, 0));
    }
    super.merge(positives);
  }

  override clone(): Forgetful {
    const copy = new Forgetful();
    QuantileSketch.prototype.merge.call(copy, this);
    return copy;
  }
}

describe('the laws', () => {
  it('catch a merge that loses negative values, though its count is right', () => {
    const broken = brokenLaws({ ...subject, kind: { ...quantileKind, empty: () => new Forgetful() } });
    expect(broken).toContain('QuantileSketch: merging is the same as adding everything to one');
    expect(broken).toContain('QuantileSketch: merging is commutative');
    expect(broken).toContain('QuantileSketch: stays within its stated bounds under any merge tree');
    expect(broken).not.toContain('QuantileSketch: comes back from its bytes');
  });

  it('find nothing in a sound sketch', () => {
    expect(brokenLaws(subject, 20)).toEqual([]);
  });
});
