import { ByteReader, ByteWriter } from './bytes.ts';
import { readKeys, readRegisters, writeKeys, writeRegisters } from './cardinality-codec.ts';
import { DEFAULT_KEY, type HashKey, TextHash } from './hash.ts';
import { HyperLogLog, REGISTERS } from './hyper-log-log.ts';
import type { Mergeable, SketchKind } from './mergeable.ts';

/** Different keys up to which a count is exact. */
export const EXACT_KEYS = 1024;
const VERSION = 1;
const FORM_EXACT = 0;
const FORM_ESTIMATED = 1;

/**
 * How many different strings were added: exact up to 1,024, a HyperLogLog above (relative standard error 0.81 %). At most 1,024 keys
 * or 16 KiB. What it holds depends on the set of keys alone, so any order and grouping of merges gives the same, bit by bit.
 */
export class DistinctCount implements Mergeable<DistinctCount> {
  readonly #key: HashKey;
  readonly #hash: TextHash;
  #exact: Set<string> | undefined = new Set();
  #estimated: HyperLogLog | undefined;

  /** Counts that are to be merged need the same hash key; a secret one keeps strangers from bending estimates with crafted ids. */
  constructor(key: HashKey = DEFAULT_KEY) {
    this.#key = key;
    this.#hash = new TextHash(key);
  }

  get isExact(): boolean {
    return this.#exact !== undefined;
  }

  /** A whole number. */
  get count(): number {
    return this.#exact?.size ?? Math.round(this.#estimated?.estimate() ?? 0);
  }

  add(key: string): void {
    if (this.#exact === undefined) {
      this.#estimate(key);
      return;
    }
    this.#exact.add(key);
    if (this.#exact.size > EXACT_KEYS) this.#spill();
  }

  /** RangeError when the other one hashes with another key. */
  merge(other: DistinctCount): void {
    if (other.#key.low !== this.#key.low || other.#key.high !== this.#key.high)
      throw new RangeError('distinct counts with different hash keys do not merge');
    if (other.#exact !== undefined) {
      for (const key of [...other.#exact]) this.add(key);
      return;
    }
    if (this.#exact !== undefined) this.#spill();
    if (other.#estimated !== undefined) this.#estimated?.merge(other.#estimated);
  }

  clone(): DistinctCount {
    const copy = new DistinctCount(this.#key);
    copy.#exact = this.#exact === undefined ? undefined : new Set(this.#exact);
    copy.#estimated = this.#estimated?.clone();
    return copy;
  }

  encode(): Uint8Array {
    const out = new ByteWriter();
    out.byte(VERSION);
    if (this.#exact !== undefined) {
      out.byte(FORM_EXACT);
      writeKeys(out, this.#exact);
    } else {
      out.byte(FORM_ESTIMATED);
      out.varint(this.#keyMark());
      writeRegisters(out, this.#estimated?.registers ?? new Uint8Array(REGISTERS));
    }
    return out.finish();
  }

  /** Undefined as well for estimates that were made with another hash key. */
  static decode(bytes: Uint8Array, key: HashKey = DEFAULT_KEY): DistinctCount | undefined {
    const input = new ByteReader(bytes);
    if (input.byte() !== VERSION) return undefined;
    const count = new DistinctCount(key);
    const form = input.byte();
    if (form === FORM_EXACT) count.#exact = readKeys(input, EXACT_KEYS);
    else if (form === FORM_ESTIMATED) {
      count.#exact = undefined;
      if (input.varint() !== count.#keyMark()) return undefined;
      count.#estimated = readRegisters(input);
    }
    const isSound = form === FORM_EXACT ? count.#exact !== undefined : count.#estimated !== undefined;
    return isSound && input.isComplete ? count : undefined;
  }

  /** Tells keys apart without giving them away. */
  #keyMark(): number {
    this.#hash.update('');
    return this.#hash.low >>> 0;
  }

  #spill(): void {
    const keys = this.#exact ?? [];
    this.#exact = undefined;
    this.#estimated = new HyperLogLog();
    for (const key of keys) this.#estimate(key);
  }

  #estimate(key: string): void {
    this.#hash.update(key);
    this.#estimated?.add(this.#hash);
  }
}

export function distinctKind(key: HashKey = DEFAULT_KEY): SketchKind<DistinctCount> {
  return { name: 'DistinctCount', empty: () => new DistinctCount(key), decode: (bytes) => DistinctCount.decode(bytes, key) };
}
