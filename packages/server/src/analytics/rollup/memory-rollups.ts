import type { Level } from './levels.ts';
import {
  type Changes,
  compareKeys,
  type Family,
  isOfAllQuarters,
  type KeptContainer,
  type RollupKey,
  type RollupWriter,
  type ScopedContainer,
} from './port.ts';

interface Kept extends RollupKey {
  readonly body: Uint8Array;
}

/** All containers in a map: for tests, and for a server that keeps nothing. */
export class MemoryRollups implements RollupWriter {
  /** By family and level, then by scope. */
  readonly #shelves = new Map<string, Map<number, Map<string, Kept>>>();
  /** Of all rooms at level `quarter`: by day, when it was last changed. */
  readonly #changed = new Map<number, number>();
  #stamp = 0;

  get(key: RollupKey): Uint8Array | undefined {
    return this.#shelf(key.family, key.level).get(key.scope)?.get(`${key.container}/${key.chunk}`)?.body;
  }

  put(key: RollupKey, body: Uint8Array | undefined): void {
    if (isOfAllQuarters(key)) this.#changed.set(key.container, ++this.#stamp);
    const shelf = this.#shelf(key.family, key.level);
    const kept = shelf.get(key.scope) ?? new Map<string, Kept>();
    const place = `${key.container}/${key.chunk}`;
    if (body === undefined) kept.delete(place);
    else kept.set(place, { ...key, body });
    if (kept.size > 0) shelf.set(key.scope, kept);
    else shelf.delete(key.scope);
  }

  containers(family: Family, scope: number, level: Level, first: number, last: number): readonly KeptContainer[] {
    const kept = this.#shelf(family, level).get(scope)?.values() ?? [];
    return [...kept].filter(({ container }) => container >= first && container <= last).sort(compareKeys);
  }

  *scopesOf(family: Family, level: Level, first: number, last: number): Iterable<ScopedContainer> {
    const scopes = [...this.#shelf(family, level).keys()].sort((a, b) => a - b);
    for (const scope of scopes)
      for (const { container, chunk, body } of this.containers(family, scope, level, first, last)) yield { scope, container, chunk, body };
  }

  changesSince(stamp: number): Changes {
    const days = [...this.#changed].filter(([, changed]) => changed > stamp).map(([day]) => day);
    return { stamp: this.#stamp, days, unsettled: new Set() };
  }

  #shelf(family: Family, level: Level): Map<number, Map<string, Kept>> {
    const name = `${family}/${level}`;
    const shelf = this.#shelves.get(name) ?? new Map<number, Map<string, Kept>>();
    this.#shelves.set(name, shelf);
    return shelf;
  }
}
