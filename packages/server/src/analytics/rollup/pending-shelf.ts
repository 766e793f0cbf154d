import { LEVELS } from './levels.ts';
import type { PendingContainer } from './pending.ts';
import { FAMILIES, type Family, type RollupKey, type RollupWriter } from './port.ts';

/** Of an entry itself: its key, its place in two maps. */
const ENTRY_BYTES = 400;

/** A container that is open, in the order of use. */
export interface PendingEntry {
  readonly key: RollupKey;
  readonly container: PendingContainer;
  /** By family, then level, as `compareKeys` has it. */
  readonly rank: number;
  readonly shelf: Pick<PendingShelf<PendingContainer>, 'delete'>;
  isChanged: boolean;
  /** The number of the flush after which it was last asked for. */
  lastUsed: number;
  /** As of when it was last settled, or opened. */
  memory: number;
  newer: PendingEntry | undefined;
  older: PendingEntry | undefined;
}

interface EntryOf<C extends PendingContainer> extends PendingEntry {
  readonly container: C;
}

/** All entries, the one last used first; how much memory they take. */
export class UseOrder {
  newest: PendingEntry | undefined;
  oldest: PendingEntry | undefined;
  memory = 0;

  add(entry: PendingEntry): void {
    entry.older = this.newest;
    entry.newer = undefined;
    if (this.newest === undefined) this.oldest = entry;
    else this.newest.newer = entry;
    this.newest = entry;
    this.memory += entry.memory;
  }

  remove(entry: PendingEntry): void {
    const { newer, older } = entry;
    if (newer === undefined) this.newest = older;
    else newer.older = older;
    if (older === undefined) this.oldest = newer;
    else older.newer = newer;
    this.memory -= entry.memory;
  }

  /** Takes in what it has grown by. */
  weigh(entry: PendingEntry): void {
    const memory = ENTRY_BYTES + entry.container.memory;
    this.memory += memory - entry.memory;
    entry.memory = memory;
  }

  clear(): void {
    this.newest = undefined;
    this.oldest = undefined;
    this.memory = 0;
  }
}

/** The open containers of one sort, by key. */
export class PendingShelf<C extends PendingContainer> {
  readonly #make: (family: Family, body: Uint8Array | undefined) => C;
  readonly #order: UseOrder;
  /** By scope, then by the rest of the key. */
  readonly #scopes = new Map<number, Map<number, EntryOf<C>>>();

  constructor(order: UseOrder, make: (family: Family, body: Uint8Array | undefined) => C) {
    this.#order = order;
    this.#make = make;
  }

  /** Reads it when it is not open yet. `isChange`: it is to be put at the next flush. */
  open(from: Pick<RollupWriter, 'get'>, key: RollupKey, isChange: boolean, flushes: number): C {
    const entry = this.#find(key) ?? this.#add(key, this.#make(key.family, from.get(key)), flushes);
    entry.isChanged ||= isChange;
    if (entry.lastUsed !== flushes) {
      entry.lastUsed = flushes;
      this.#order.remove(entry);
      this.#order.add(entry);
    }
    return entry.container;
  }

  delete(key: RollupKey): void {
    const own = this.#scopes.get(key.scope);
    own?.delete(nameOf(key));
    if (own?.size === 0) this.#scopes.delete(key.scope);
  }

  clear(): void {
    this.#scopes.clear();
  }

  #find(key: RollupKey): EntryOf<C> | undefined {
    return this.#scopes.get(key.scope)?.get(nameOf(key));
  }

  #add(key: RollupKey, container: C, flushes: number): EntryOf<C> {
    const entry: EntryOf<C> = {
      key,
      container,
      rank: rankOf(key),
      shelf: this,
      isChanged: false,
      lastUsed: flushes,
      memory: ENTRY_BYTES + container.memory,
      newer: undefined,
      older: undefined,
    };
    let own = this.#scopes.get(key.scope);
    if (own === undefined) {
      own = new Map();
      this.#scopes.set(key.scope, own);
    }
    own.set(nameOf(key), entry);
    this.#order.add(entry);
    return entry;
  }
}

/** As `compareKeys`. */
export function compareEntries(a: PendingEntry, b: PendingEntry): number {
  return a.rank - b.rank || a.key.scope - b.key.scope || a.key.container - b.key.container || a.key.chunk - b.key.chunk;
}

const rankOf = ({ family, level }: RollupKey): number => FAMILIES.indexOf(family) * LEVELS.length + LEVELS.indexOf(level);

const MOST_RANKS = 32;
const MOST_CHUNKS = 2 ** 20;
/** No container is further from 1970. */
const MOST_CONTAINERS = 2 ** 25;

/** All but the scope, in one whole number below 2^51. */
const nameOf = (key: RollupKey): number => ((key.container + MOST_CONTAINERS) * MOST_CHUNKS + key.chunk) * MOST_RANKS + rankOf(key);
