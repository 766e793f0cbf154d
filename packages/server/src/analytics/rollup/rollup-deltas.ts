import { CountsSegment } from './counts-segment.ts';
import type { Level } from './levels.ts';
import type { PendingContainer } from './pending.ts';
import { PendingNewcomers } from './pending-newcomers.ts';
import { type PendingEntry, PendingShelf } from './pending-shelf.ts';
import { PendingSlots } from './pending-slots.ts';
import { PendingUsers } from './pending-users.ts';
import { compareKeys, type RollupKey, type RollupWriter } from './port.ts';
import { QuantilesSegment } from './quantiles-segment.ts';
import { RankedSegment } from './ranked-segment.ts';
import { RollupPlace } from './rollup-place.ts';

export type { RollupPlace };

const MAX_KEPT_BYTES = 16 * 2 ** 20;

/**
 * What one transaction changes in the kept summaries, held until `flush`. Containers stay decoded for the next transaction, as far as
 * there is room. `drop` everything after a rollback, and after anybody else has put.
 */
export class RollupDeltas {
  readonly #rollups: RollupWriter;
  readonly #maxKeptBytes: number;
  readonly #places = new Map<number, RollupPlace>();
  readonly #shelves = {
    counts: new PendingShelf((_, body) => new PendingSlots({ empty: () => new CountsSegment(), decode: CountsSegment.decode }, body)),
    quantiles: new PendingShelf(
      (_, body) => new PendingSlots({ empty: () => new QuantilesSegment(), decode: QuantilesSegment.decode }, body),
    ),
    ranked: new PendingShelf((_, body) => new PendingSlots({ empty: () => new RankedSegment(), decode: RankedSegment.decode }, body)),
    users: new PendingShelf((family, body) => new PendingUsers(family === 'users', body)),
    newcomers: new PendingShelf((_, body) => new PendingNewcomers(body)),
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
      const openers = {
        counts: this.#opener(this.#shelves.counts),
        quantiles: this.#opener(this.#shelves.quantiles),
        ranked: this.#opener(this.#shelves.ranked),
        users: this.#opener(this.#shelves.users),
        newcomers: this.#opener(this.#shelves.newcomers),
      };
      place = new RollupPlace(scope, openers);
      this.#places.set(scope, place);
    }
    place.move(t, levels);
    return place;
  }

  /** Puts what changed, in key order; encodes changed slots only. When a put throws: roll back, and `drop`. */
  flush(): void {
    this.#places.clear();
    const changed = [...this.#entries()].filter((entry) => entry.isChanged).sort((a, b) => compareKeys(a.key, b.key));
    for (const entry of changed) {
      const { body, shortfalls, corrupt } = entry.container.settle();
      this.#rollups.put(entry.key, body);
      this.#shortfalls += shortfalls;
      this.#corrupt += corrupt;
      entry.isChanged = false;
      entry.memory = entry.container.memory;
    }
    this.#flushes += 1;
    this.#shed();
  }

  /** Forgets everything that is open. */
  drop(): void {
    this.#places.clear();
    for (const shelf of Object.values(this.#shelves)) shelf.clear();
  }

  #opener<C extends PendingContainer>(shelf: PendingShelf<C>): (key: RollupKey, isChange: boolean) => C {
    return (key, isChange) => shelf.open(this.#rollups, key, isChange, this.#flushes);
  }

  *#entries(): Iterable<PendingEntry> {
    for (const shelf of Object.values(this.#shelves)) yield* shelf.entries();
  }

  /** Closes those unused for longest until the rest has room. */
  #shed(): void {
    const entries = [...this.#entries()];
    let memory = entries.reduce((sum, entry) => sum + entry.memory, 0);
    if (memory <= this.#maxKeptBytes) return;
    for (const entry of entries.sort((a, b) => a.lastUsed - b.lastUsed)) {
      if (memory <= this.#maxKeptBytes) return;
      memory -= entry.memory;
      for (const shelf of Object.values(this.#shelves)) shelf.delete(entry.key);
    }
  }
}
