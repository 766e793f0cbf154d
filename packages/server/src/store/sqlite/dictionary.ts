import type { StatementSync } from 'node:sqlite';
import { Recent } from './recent.ts';

const MAX_NAMES = 50_000;

/** Names that rows have as numbers, the lately used ones at hand. */
export class Dictionary {
  readonly #find: StatementSync;
  readonly #add: StatementSync;
  readonly #known: Recent<string, number>;

  constructor(find: StatementSync, add: StatementSync, maxKnown = MAX_NAMES) {
    this.#find = find;
    this.#add = add;
    this.#known = new Recent(maxKnown);
  }

  /** Adds a name that is new. */
  number(name: string): number {
    const known = this.#known.get(name);
    if (known !== undefined) return known;
    const id = numberOf(this.#find.get(name)) ?? numberOf(this.#add.get(name));
    if (id === undefined) throw new Error('a name got no number');
    this.#known.set(name, id);
    return id;
  }

  /** After a rollback: what was added in it is not there. */
  forget(): void {
    this.#known.clear();
  }
}

function numberOf(row: unknown): number | undefined {
  return Array.isArray(row) ? Number(row[0]) : undefined;
}
