import { ByteReader, ByteWriter } from './bytes.ts';
import type { Mergeable, SketchKind } from './mergeable.ts';
import { requireTime } from './time.ts';

const VERSION = 1;

/** The earliest of many times, in whole milliseconds. Exact. */
export class FirstSeen implements Mergeable<FirstSeen> {
  #at: number | undefined;

  /** Undefined while nothing was seen. */
  get at(): number | undefined {
    return this.#at;
  }

  /** RangeError unless `time` is a whole number within ±2^52. */
  add(time: number): void {
    requireTime(time);
    if (this.#at === undefined || time < this.#at) this.#at = time + 0;
  }

  merge(other: FirstSeen): void {
    if (other.#at !== undefined) this.add(other.#at);
  }

  clone(): FirstSeen {
    const copy = new FirstSeen();
    copy.merge(this);
    return copy;
  }

  encode(): Uint8Array {
    const out = new ByteWriter();
    out.byte(VERSION);
    if (this.#at !== undefined) out.signed(this.#at);
    return out.finish();
  }

  static decode(bytes: Uint8Array): FirstSeen | undefined {
    const input = new ByteReader(bytes);
    if (input.byte() !== VERSION) return undefined;
    const seen = new FirstSeen();
    if (!input.isComplete) seen.#at = input.signed();
    return input.isComplete ? seen : undefined;
  }
}

export const firstSeenKind: SketchKind<FirstSeen> = { name: 'FirstSeen', empty: () => new FirstSeen(), decode: FirstSeen.decode };
