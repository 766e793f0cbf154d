import { CountsSegment } from './counts-segment.ts';
import type { Level } from './levels.ts';
import type { PendingContainer } from './pending.ts';
import { PendingNewcomers } from './pending-newcomers.ts';
import { compareEntries, type PendingEntry, PendingShelf, UseOrder } from './pending-shelf.ts';
import { PendingSlots } from './pending-slots.ts';
import { PendingUsers } from './pending-users.ts';
import type { Family, RollupKey, RollupWriter } from './port.ts';
import { QuantilesSegment } from './quantiles-segment.ts';
import { RankedSegment } from './ranked-segment.ts';
import { RollupPlace } from './rollup-place.ts';

export type { RollupPlace };

/** About 5,000 rooms, each in its present hour, day and month. */
const MAX_KEPT_BYTES = 24 * 2 ** 20;

/**
 * What one transaction changes in the kept summaries, held until `flush`. Containers stay decoded for the next transaction, as far as
 * there is room. `drop` everything after a rollback, and after anybody else has put.
 */
export class RollupDeltas {
  readonly #rollups: RollupWriter;
  readonly #maxKeptBytes: number;
  readonly #places = new Map<number, RollupPlace>();
  readonly #order = new UseOrder();
  readonly #shelves = {
    counts: this.#shelf((_, body) => new PendingSlots({ empty: () => new CountsSegment(), decode: CountsSegment.decode }, body)),
    quantiles: this.#shelf((_, body) => new PendingSlots({ empty: () => new QuantilesSegment(), decode: QuantilesSegment.decode }, body)),
    ranked: this.#shelf((_, body) => new PendingSlots({ empty: () => new RankedSegment(), decode: RankedSegment.decode }, body)),
    users: this.#shelf((family, body) => new PendingUsers(family !== 'presence', body)),
    newcomers: this.#shelf((_, body) => new PendingNewcomers(body)),
  };
  readonly #openers = {
    counts: this.#opener(this.#shelves.counts),
    quantiles: this.#opener(this.#shelves.quantiles),
    ranked: this.#opener(this.#shelves.ranked),
    users: this.#opener(this.#shelves.users),
    newcomers: this.#opener(this.#shelves.newcomers),
  };
  #flushes = 0;
  #shortfalls = 0;
  #corrupt = 0;

  constructor(rollups: RollupWriter, maxKeptBytes = MAX_KEPT_BYTES) {
    this.#rollups = rollups;
    this.#maxKeptBytes = maxKeptBytes;
  }

  /** How often something fell below zero, and was kept as zero: a fault of the caller, or of what is kept. */
  get shortfalls(): number {
    return this.#shortfalls;
  }

  /** How many bodies and segments could not be read, and were begun anew. */
  get corrupt(): number {
    return this.#corrupt;
  }

  /**
   * The place of an instant at every given level: `terms`, `emoji` only where `quarter` or `day` is given, newcomers only with `day`.
   * One object for each scope, which the next call moves; not to be used after `flush`.
   */
  at(scope: number, t: number, levels: readonly Level[]): RollupPlace {
    let place = this.#places.get(scope);
    if (place === undefined) {
      place = new RollupPlace(scope, this.#openers);
      this.#places.set(scope, place);
    }
    place.move(t, levels);
    return place;
  }

  /** Puts what changed, in key order; encodes changed slots only. When a put throws: roll back, and `drop`. */
  flush(): void {
    this.#places.clear();
    const used = this.#used();
    const changed = used.filter((entry) => entry.isChanged).sort(compareEntries);
    for (const entry of changed) {
      const { body, shortfalls, corrupt } = entry.container.settle();
      this.#rollups.put(entry.key, body);
      this.#shortfalls += shortfalls;
      this.#corrupt += corrupt;
      entry.isChanged = false;
    }
    for (const entry of used) this.#order.weigh(entry);
    this.#flushes += 1;
    this.#shed();
  }

  /** Forgets everything that is open. */
  drop(): void {
    this.#places.clear();
    for (const shelf of Object.values(this.#shelves)) shelf.clear();
    this.#order.clear();
  }

  #opener<C extends PendingContainer>(shelf: PendingShelf<C>): (key: RollupKey, isChange: boolean) => C {
    return (key, isChange) => shelf.open(this.#rollups, key, isChange, this.#flushes);
  }

  #shelf<C extends PendingContainer>(make: (family: Family, body: Uint8Array | undefined) => C): PendingShelf<C> {
    return new PendingShelf(this.#order, make);
  }

  /** Those asked for since the last flush. */
  #used(): PendingEntry[] {
    const used: PendingEntry[] = [];
    for (let entry = this.#order.newest; entry?.lastUsed === this.#flushes; entry = entry.older) used.push(entry);
    return used;
  }

  /** Closes those unused for longest until the rest has room. */
  #shed(): void {
    for (let entry = this.#order.oldest; entry !== undefined && this.#order.memory > this.#maxKeptBytes; entry = this.#order.oldest) {
      this.#order.remove(entry);
      entry.shelf.delete(entry.key);
    }
  }
}
