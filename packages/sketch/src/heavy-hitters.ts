import { ByteReader, ByteWriter } from './bytes.ts';
import { type Mergeable, requireWeight, type SketchKind, saturatingSum } from './mergeable.ts';

/** A key's weight is known to within the total divided by this. */
export const CAPACITY = 1024;
const VERSION = 1;

export interface HeavyHitter {
  readonly key: string;
  /** The true weight is between these; they are equal while everything is exact. */
  readonly atLeast: number;
  readonly atMost: number;
}

/**
 * The keys with the most weight. Exact while there are at most `capacity` different ones (and often up to twice as many); beyond,
 * Space-Saving in its mergeable form (counters plus one shared allowance, "Mergeable summaries", Agarwal et al. 2012): every true
 * weight lies within `allowance` above its counter, and allowance ≤ total / (capacity + 1) however the parts were merged.
 * The small print: to come down to `capacity` counters, all are lowered by the largest of those that go. At least capacity + 1
 * counters lose that much each, so what is lost in all cannot exceed the total.
 */
export class HeavyHitters implements Mergeable<HeavyHitters> {
  readonly #capacity: number;
  #counters = new Map<string, number>();
  #allowance = 0;
  #total = 0;

  constructor(capacity = CAPACITY) {
    this.#capacity = capacity;
  }

  /** The weight of everything added. */
  get total(): number {
    return this.#total;
  }

  /** How much weight any key, listed or not, may have beyond its `atLeast`. 0 while exact. */
  get allowance(): number {
    return this.#allowance;
  }

  get isExact(): boolean {
    return this.#allowance === 0;
  }

  /** `weight`: a whole number from 1; RangeError otherwise. */
  add(key: string, weight = 1): void {
    requireWeight(weight);
    this.#total = saturatingSum(this.#total, weight);
    this.#raise(key, weight);
    this.#shrink();
  }

  /** Most first, ties by key. */
  top(limit: number): HeavyHitter[] {
    const ranked = [...this.#counters].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
    return ranked.slice(0, limit).map(([key, atLeast]) => ({ key, atLeast, atMost: saturatingSum(atLeast, this.#allowance) }));
  }

  /** RangeError when the capacities differ. */
  merge(other: HeavyHitters): void {
    if (other.#capacity !== this.#capacity) throw new RangeError('heavy hitters of different capacities do not merge');
    for (const [key, weight] of [...other.#counters]) this.#raise(key, weight);
    this.#total = saturatingSum(this.#total, other.#total);
    this.#allowance = saturatingSum(this.#allowance, other.#allowance);
    this.#shrink();
  }

  clone(): HeavyHitters {
    const copy = new HeavyHitters(this.#capacity);
    copy.#counters = new Map(this.#counters);
    copy.#allowance = this.#allowance;
    copy.#total = this.#total;
    return copy;
  }

  encode(): Uint8Array {
    const out = new ByteWriter();
    out.byte(VERSION);
    out.varint(this.#total);
    out.varint(this.#allowance);
    out.varint(this.#counters.size);
    for (const [key, weight] of [...this.#counters].sort(([a], [b]) => (a < b ? -1 : 1))) {
      out.text(key);
      out.varint(weight);
    }
    return out.finish();
  }

  /** Undefined as well for bytes of another capacity, as far as that can be seen. */
  static decode(bytes: Uint8Array, capacity = CAPACITY): HeavyHitters | undefined {
    const input = new ByteReader(bytes);
    if (input.byte() !== VERSION) return undefined;
    const sketch = new HeavyHitters(capacity);
    sketch.#total = input.varint();
    sketch.#allowance = input.varint();
    const size = input.count();
    if (size > 2 * capacity) return undefined;
    let previous: string | undefined;
    for (let i = 0; i < size; i++) {
      const key = input.text();
      const weight = input.varint();
      if (input.isBroken || weight === 0 || (previous !== undefined && key <= previous)) return undefined;
      sketch.#counters.set(key, weight);
      previous = key;
    }
    return input.isComplete && sketch.#isSound() ? sketch : undefined;
  }

  #raise(key: string, weight: number): void {
    this.#counters.set(key, saturatingSum(this.#counters.get(key) ?? 0, weight));
  }

  /** Down to `capacity` only once there are twice as many: each sort is paid for by `capacity` newcomers. */
  #shrink(): void {
    if (this.#counters.size <= 2 * this.#capacity) return;
    const sorted = Float64Array.from(this.#counters.values()).sort();
    const lost = sorted[sorted.length - 1 - this.#capacity] ?? 0;
    for (const [key, weight] of this.#counters) {
      if (weight > lost) this.#counters.set(key, weight - lost);
      else this.#counters.delete(key);
    }
    this.#allowance = saturatingSum(this.#allowance, lost);
  }

  /** What is left and what was lost make up the total. */
  #isSound(): boolean {
    const left = [...this.#counters.values()].reduce(saturatingSum, 0);
    if (this.#allowance === 0) return left === this.#total;
    return left <= this.#total && this.#allowance <= this.#total / (this.#capacity + 1);
  }
}

export function heavyHittersKind(capacity = CAPACITY): SketchKind<HeavyHitters> {
  return { name: 'HeavyHitters', empty: () => new HeavyHitters(capacity), decode: (bytes) => HeavyHitters.decode(bytes, capacity) };
}
