import type { PendingContainer } from './pending.ts';
import type { Family, RollupKey, RollupWriter } from './port.ts';

export interface PendingEntry {
  readonly key: RollupKey;
  readonly container: PendingContainer;
  isChanged: boolean;
  /** The number of the flush after which it was last asked for. */
  lastUsed: number;
  /** As of the last flush. */
  memory: number;
}

/** The open containers of one sort, by key. */
export class PendingShelf<C extends PendingContainer> {
  readonly #make: (family: Family, body: Uint8Array | undefined) => C;
  readonly #entries = new Map<string, PendingEntry & { readonly container: C }>();

  constructor(make: (family: Family, body: Uint8Array | undefined) => C) {
    this.#make = make;
  }

  /** Reads it when it is not open yet. `isChange`: it is to be put at the next flush. */
  open(from: Pick<RollupWriter, 'get'>, key: RollupKey, isChange: boolean, flushes: number): C {
    const name = nameOf(key);
    let entry = this.#entries.get(name);
    if (entry === undefined) {
      const container = this.#make(key.family, from.get(key));
      entry = { key, container, isChanged: false, lastUsed: flushes, memory: container.memory };
      this.#entries.set(name, entry);
    }
    entry.isChanged ||= isChange;
    entry.lastUsed = flushes;
    return entry.container;
  }

  entries(): Iterable<PendingEntry> {
    return this.#entries.values();
  }

  delete(key: RollupKey): void {
    this.#entries.delete(nameOf(key));
  }

  clear(): void {
    this.#entries.clear();
  }
}

const nameOf = ({ family, scope, level, container, chunk }: RollupKey): string => `${family}/${scope}/${level}/${container}/${chunk}`;
