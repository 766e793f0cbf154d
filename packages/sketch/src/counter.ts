import { ByteReader, ByteWriter } from './bytes.ts';
import { type Mergeable, requireWeight, type SketchKind, saturatingSum } from './mergeable.ts';

const VERSION = 1;

/**
 * A count or an integer sum from which things may be taken away again. Additions and removals are kept apart, so that both only
 * grow and any order of merges gives the same; each stays at 2^53 − 1.
 */
export class Counter implements Mergeable<Counter> {
  #added = 0;
  #removed = 0;

  get added(): number {
    return this.#added;
  }

  get removed(): number {
    return this.#removed;
  }

  /** What stands: added − removed. */
  get value(): number {
    return this.#added - this.#removed;
  }

  /** `amount`: a whole number from 1; RangeError otherwise. */
  add(amount = 1): void {
    requireWeight(amount);
    this.#added = saturatingSum(this.#added, amount);
  }

  remove(amount = 1): void {
    requireWeight(amount);
    this.#removed = saturatingSum(this.#removed, amount);
  }

  merge(other: Counter): void {
    this.#added = saturatingSum(this.#added, other.#added);
    this.#removed = saturatingSum(this.#removed, other.#removed);
  }

  clone(): Counter {
    const copy = new Counter();
    copy.merge(this);
    return copy;
  }

  encode(): Uint8Array {
    const out = new ByteWriter();
    out.byte(VERSION);
    out.varint(this.#added);
    out.varint(this.#removed);
    return out.finish();
  }

  static decode(bytes: Uint8Array): Counter | undefined {
    const input = new ByteReader(bytes);
    if (input.byte() !== VERSION) return undefined;
    const counter = new Counter();
    counter.#added = input.varint();
    counter.#removed = input.varint();
    return input.isComplete ? counter : undefined;
  }
}

export const counterKind: SketchKind<Counter> = { name: 'Counter', empty: () => new Counter(), decode: Counter.decode };
