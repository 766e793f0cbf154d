import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Mergeable, SketchKind } from './mergeable.ts';

/** What the laws are held against. */
export interface Subject<S extends Mergeable<S>, Item> {
  readonly kind: SketchKind<S>;
  readonly items: fc.Arbitrary<Item>;
  add(sketch: S, item: Item): void;
  /** All that a reader can learn from a sketch, comparable with `toEqual`. */
  observe(sketch: S): unknown;
  /** True when any grouping of merges gives the same (Space-Saving cannot); then encoded bytes are compared, too. */
  readonly isExactlyMergeable: boolean;
  /** Throws when the sketch says something of `items` that is further from the truth than promised. */
  checkBounds(sketch: S, items: readonly Item[]): void;
}

export interface Law {
  readonly name: string;
  /** Throws when broken. */
  run(): void;
}

interface Runs {
  readonly numRuns: number;
  /** At the first counterexample, without a search for the smallest. */
  readonly endOnFailure?: boolean;
}

/** The laws as values, so that a test can also show which ones a broken sketch breaks. */
export function laws<S extends Mergeable<S>, Item>(subject: Subject<S, Item>, runs: Runs = { numRuns: 100 }): Law[] {
  const { kind, observe } = subject;
  const lists = fc.array(subject.items, { maxLength: 60 });
  const of = (items: readonly Item[]): S => {
    const sketch = kind.empty();
    for (const item of items) subject.add(sketch, item);
    return sketch;
  };
  const merged = (a: S, b: S): S => {
    const sum = a.clone();
    sum.merge(b);
    return sum;
  };
  const same = (a: S, b: S): void => {
    expect(observe(a)).toEqual(observe(b));
    expect(a.encode()).toEqual(b.encode());
  };
  const law = (name: string, run: (a: Item[], b: Item[], c: Item[]) => void): Law => ({
    name: `${kind.name}: ${name}`,
    run: () => fc.assert(fc.property(lists, lists, lists, run), runs),
  });
  const always = [
    law('stays within its stated bounds under any merge tree', (a, b, c) => {
      const all = [...a, ...b, ...c];
      for (const sketch of [of(all), merged(merged(of(a), of(b)), of(c)), merged(of(c), merged(of(b), of(a)))])
        subject.checkBounds(sketch, all);
    }),
    law('merging is commutative', (a, b) => same(merged(of(a), of(b)), merged(of(b), of(a)))),
    law('an empty one changes nothing', (a) => {
      same(merged(of(a), kind.empty()), of(a));
      same(merged(kind.empty(), of(a)), of(a));
    }),
    law('comes back from its bytes', (a) => {
      const back = kind.decode(of(a).encode());
      expect(back).toBeDefined();
      if (back !== undefined) same(back, of(a));
    }),
    law('one that came from bytes merges like the original', (a, b) => {
      same(merged(kind.decode(of(a).encode()) ?? kind.empty(), of(b)), merged(of(a), of(b)));
    }),
    law('a clone is independent, and merging leaves the other one alone', (a, b) => {
      const first = of(a);
      const second = of(b);
      merged(first, second);
      const copy = first.clone();
      for (const item of b) subject.add(copy, item);
      same(first, of(a));
      same(second, of(b));
    }),
  ];
  const exactly = [
    law('merging is associative', (a, b, c) => same(merged(merged(of(a), of(b)), of(c)), merged(of(a), merged(of(b), of(c))))),
    law('merging is the same as adding everything to one', (a, b) => same(merged(of(a), of(b)), of([...a, ...b]))),
  ];
  return [
    ...always,
    ...(subject.isExactlyMergeable ? exactly : []),
    hostileBytes(
      kind,
      lists.map((items) => of(items).encode()),
    ),
  ];
}

/** Registers every law as a test of the running suite. */
export function testLaws<S extends Mergeable<S>, Item>(subject: Subject<S, Item>): void {
  for (const { name, run } of laws(subject)) it(name, run);
}

/** The names of the laws that do not hold. */
export function brokenLaws<S extends Mergeable<S>, Item>(subject: Subject<S, Item>, numRuns = 100): string[] {
  const isBroken = (law: Law): boolean => {
    try {
      law.run();
      return false;
    } catch {
      return true;
    }
  };
  return laws(subject, { numRuns, endOnFailure: true })
    .filter(isBroken)
    .map((law) => law.name);
}

/** Anything that decodes can be used and is encoded to what was read; anything else is refused without an exception. */
function hostileBytes<S extends Mergeable<S>>(kind: SketchKind<S>, made: fc.Arbitrary<Uint8Array>): Law {
  const noise = fc.uint8Array({ maxLength: 80 });
  const versioned = noise.map((bytes) => Uint8Array.of(1, ...bytes));
  const damaged = fc.tuple(made, fc.nat(), fc.nat(255)).map(([bytes, at, value]) => bytes.with(at % bytes.length, value));
  const cut = fc.tuple(made, fc.nat()).map(([bytes, at]) => bytes.slice(0, at % bytes.length));
  const extended = made.map((bytes) => Uint8Array.of(...bytes, 0));
  const understood = (bytes: Uint8Array): void => {
    const sketch = kind.decode(bytes);
    if (sketch === undefined) return;
    sketch.clone().merge(sketch);
    expect(sketch.encode()).toEqual(bytes);
  };
  return {
    name: `${kind.name}: bytes of any kind are refused or understood`,
    run: () => fc.assert(fc.property(fc.oneof(noise, versioned, damaged, cut, extended), understood), { numRuns: 500 }),
  };
}
