import { ByteReader, type QuantileSketch } from '@hubbub/sketch';
import { Bins, clampBin, ZERO_BIN } from './bins.ts';
import { KIND, KIND_COUNT, type Kind } from './columns.ts';
import { addQuantiles, type QuantilesTarget } from './quantiles-segment.ts';
import { SlotDirectory } from './slot-body.ts';

interface Bucket extends QuantilesTarget {
  readonly kinds: readonly (Bins | undefined)[];
}

/** Bins of the wanted kinds by bucket, from containers of `quantiles` in any order, and from live sketches. */
export class QuantilesAccumulator {
  readonly #directory = new SlotDirectory();
  readonly #input = new ByteReader();
  readonly #wanted: readonly Kind[];
  readonly #buckets: (Bucket | undefined)[];

  constructor(bucketCount: number, kinds: readonly Kind[]) {
    this.#wanted = kinds;
    this.#buckets = new Array<Bucket | undefined>(bucketCount).fill(undefined);
  }

  /** `bucketOfSlot`: −1, or beyond its end: not wanted. False for a corrupt body, of which any part may have been added. */
  add(body: Uint8Array, bucketOfSlot: Int32Array): boolean {
    const directory = this.#directory;
    if (!directory.open(body)) return false;
    for (let i = 0; i < directory.length; i++) {
      const slot = directory.slotAt(i);
      const bucket = slot < bucketOfSlot.length ? (bucketOfSlot[slot] ?? -1) : -1;
      if (bucket < 0) continue;
      this.#input.open(body, directory.startAt(i), directory.startAt(i + 1));
      if (!addQuantiles(this.#input, this.#bucketAt(bucket))) return false;
    }
    return true;
  }

  /** Values in the kind's unit that are in no container yet. */
  addSketch(bucket: number, kind: Kind, sketch: QuantileSketch): void {
    const target = this.#bucketAt(bucket);
    sketch.forEachBin((bin, weight) => target.kinds[kind]?.add(bin === 'none' ? ZERO_BIN : clampBin(bin), weight));
    if (kind === KIND.latency) target.latencyMax = Math.max(target.latencyMax, Math.round((sketch.max ?? 0) * 1000));
  }

  count(bucket: number, kind: Kind): number {
    return this.#buckets[bucket]?.kinds[kind]?.total ?? 0;
  }

  /** The value at the nearest rank, within 1 %; undefined when empty. */
  quantile(bucket: number, kind: Kind, q: number): number | undefined {
    const estimate = this.#buckets[bucket]?.kinds[kind]?.quantile(q);
    return estimate === undefined || kind !== KIND.latency ? estimate : Math.min(estimate, this.latencyMax(bucket));
  }

  /** ms, exact to a µs; 0 when empty. */
  latencyMax(bucket: number): number {
    return (this.#buckets[bucket]?.latencyMax ?? 0) / 1000;
  }

  #bucketAt(bucket: number): Bucket {
    const present = this.#buckets[bucket];
    if (present !== undefined) return present;
    const kinds = Array.from({ length: KIND_COUNT }, (_, kind) => (this.#wanted.some((each) => each === kind) ? new Bins() : undefined));
    const made: Bucket = { kinds, latencyMax: 0 };
    this.#buckets[bucket] = made;
    return made;
  }
}
