import { Bins } from '../rollup/bins.ts';

/** As long as there are no more bins than this, a search through all is the fastest, and takes a tenth of the memory. */
const FEW = 16;

/** Weights by bin: a few one after the other, more by their place. */
export class LatencyBins {
  /** (bin, weight) pairs, each bin once. */
  #few: number[] | undefined = [];
  #many: Bins | undefined;

  get memory(): number {
    return this.#many?.memory ?? (this.#few?.length ?? 0) * 8;
  }

  add(bin: number, weight: number): void {
    if (this.#many !== undefined) this.#many.add(bin, weight);
    else this.#addToFew(this.#few ?? [], bin, weight);
  }

  merge(other: LatencyBins): void {
    other.forEach((bin, weight) => {
      this.add(bin, weight);
    });
  }

  /** Each bin once, in any order. */
  forEach(visit: (bin: number, weight: number) => void): void {
    if (this.#many !== undefined) return this.#many.forEach(visit);
    const few = this.#few ?? [];
    for (let at = 0; at < few.length; at += 2) visit(few[at] ?? 0, few[at + 1] ?? 0);
  }

  #addToFew(few: number[], bin: number, weight: number): void {
    for (let at = 0; at < few.length; at += 2) {
      if (few[at] !== bin) continue;
      few[at + 1] = (few[at + 1] ?? 0) + weight;
      return;
    }
    few.push(bin, weight);
    if (few.length <= 2 * FEW) return;
    const many = new Bins();
    this.forEach((each, its) => {
      many.add(each, its);
    });
    this.#many = many;
    this.#few = undefined;
  }
}
