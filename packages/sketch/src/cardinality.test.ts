import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyText } from '../../../test/kit/any-text.ts';
import { DistinctCount, distinctKind, EXACT_KEYS } from './cardinality.ts';
import { TextHash } from './hash.ts';
import { HyperLogLog, STANDARD_ERROR } from './hyper-log-log.ts';
import { brokenLaws, type Subject, testLaws } from './laws.contract.ts';

/** Added `times` keys at once, so that a few items reach across the bound between exact and estimated. */
interface Run {
  readonly prefix: string;
  readonly times: number;
}

const keysOf = ({ prefix, times }: Run): string[] => Array.from({ length: times }, (_, i) => `${prefix}${i}`);
const subject: Subject<DistinctCount, Run> = {
  kind: distinctKind(),
  items: fc.record({
    prefix: fc.oneof(fc.constantFrom('a', 'b', '\ud800', ''), anyText(5)),
    times: fc.oneof({ weight: 8, arbitrary: fc.nat(3) }, { weight: 1, arbitrary: fc.nat(700) }),
  }),
  add(count, run) {
    for (const key of keysOf(run)) count.add(key);
  },
  observe: (count) => [count.isExact, count.count],
  isExactlyMergeable: true,
  checkBounds(count, runs) {
    const exact = new Set(runs.flatMap(keysOf)).size;
    expect(count.isExact).toBe(exact <= EXACT_KEYS);
    expect(Math.abs(count.count - exact)).toBeLessThanOrEqual(count.isExact ? 0 : 5 * STANDARD_ERROR * exact);
  },
};

/** Relative errors over independent sets of `size` keys. */
function errors(size: number, sets: number, keyOf: (set: number, i: number) => string): number[] {
  return Array.from({ length: sets }, (_, set) => {
    const count = new DistinctCount();
    for (let i = 0; i < size; i++) count.add(keyOf(set, i));
    return count.count / size - 1;
  });
}

describe('DistinctCount', () => {
  testLaws(subject);

  it('is exact at 1,024 keys and estimated at 1,025', () => {
    const count = new DistinctCount();
    for (let i = 0; i < EXACT_KEYS; i++) count.add(`k${i}`);
    expect([count.isExact, count.count]).toEqual([true, 1024]);
    expect(DistinctCount.decode(count.encode())?.count).toBe(1024);
    count.add('k0');
    expect(count.isExact).toBe(true);
    count.add('one more');
    expect(count.isExact).toBe(false);
    expect(Math.abs(count.count / 1025 - 1)).toBeLessThan(4 * STANDARD_ERROR);
  });

  const shapes: Record<string, (set: number, i: number) => string> = {
    'numbered ids': (set, i) => `user-${set}-${i}`,
    'long common prefixes': (set, i) => `${'x'.repeat(40)}${set}/${i}`,
    'two code units': (set, i) => String.fromCharCode(i & 0xffff, set * 8 + (i >> 16)),
    'ids that differ in one bit': (set, i) => `${set}:${i.toString(2)}`,
  };
  for (const [name, keyOf] of Object.entries(shapes)) {
    it(`has a standard error of about 0.81 % on ${name}`, () => {
      const found = errors(6000, 16, keyOf);
      const rms = Math.sqrt(found.reduce((sum, e) => sum + e * e, 0) / found.length);
      expect(rms).toBeLessThan(1.5 * STANDARD_ERROR);
      expect(Math.max(...found.map(Math.abs))).toBeLessThan(4.5 * STANDARD_ERROR);
    });
  }

  it('has no bias at any size between the bound and far above the registers', () => {
    for (const size of [1100, 5000, 16_384, 60_000]) {
      const found = errors(size, 10, (set, i) => `${size}-${set}-${i}`);
      const mean = found.reduce((sum, e) => sum + e, 0) / found.length;
      expect(Math.abs(mean), `size ${size}`).toBeLessThan((4 * STANDARD_ERROR) / Math.sqrt(10));
    }
  });

  it('comes back from its bytes sparse and packed', () => {
    for (const size of [1025, 5000, 60_000]) {
      const count = new DistinctCount();
      for (let i = 0; i < size; i++) count.add(`k${i}`);
      const bytes = count.encode();
      expect(bytes.length).toBeLessThan(12_300);
      expect(DistinctCount.decode(bytes)?.encode()).toEqual(bytes);
      expect(DistinctCount.decode(bytes)?.count).toBe(count.count);
      expect(DistinctCount.decode(bytes.slice(0, -1))).toBeUndefined();
    }
  });

  it('does not mix estimates of different hash keys', () => {
    const other = { low: 1, high: 2 };
    const count = new DistinctCount(other);
    for (let i = 0; i < 2000; i++) count.add(`k${i}`);
    expect(DistinctCount.decode(count.encode())).toBeUndefined();
    expect(DistinctCount.decode(count.encode(), other)?.count).toBe(count.count);
    expect(() => new DistinctCount().merge(count)).toThrow(RangeError);
  });

  it('is bent by crafted ids only for one who knows the hash key', () => {
    const hash = new TextHash();
    const crafted: string[] = [];
    for (let i = 0; crafted.length < 3000; i++) {
      hash.update(`x${i}`);
      if (hash.high >>> 28 === 0) crafted.push(`x${i}`);
    }
    const known = new DistinctCount();
    const secret = new DistinctCount({ low: 0x1234_5678, high: 0x0bad_cafe });
    for (const key of crafted) {
      known.add(key);
      secret.add(key);
    }
    expect(known.count / 3000).toBeLessThan(0.95);
    expect(Math.abs(secret.count / 3000 - 1)).toBeLessThan(4 * STANDARD_ERROR);
  });

  it('refuses registers that no hash has', () => {
    const registers = new Uint8Array(16_384).fill(52);
    expect(HyperLogLog.fromRegisters(registers)).toBeUndefined();
    expect(HyperLogLog.fromRegisters(registers.fill(51))?.estimate()).toBeGreaterThan(1e15);
  });

  it('is caught by the laws when a merge keeps the sum of both', () => {
    class Adding extends DistinctCount {
      #extra = 0;
      override get count(): number {
        return super.count + this.#extra;
      }
      override merge(other: DistinctCount): void {
        this.#extra += other.count;
      }
      override clone(): Adding {
        const copy = new Adding();
        DistinctCount.prototype.merge.call(copy, this);
        copy.#extra = this.#extra;
        return copy;
      }
    }
    expect(brokenLaws({ ...subject, kind: { ...subject.kind, empty: () => new Adding() } })).toContain(
      'DistinctCount: merging is the same as adding everything to one',
    );
  });
});
