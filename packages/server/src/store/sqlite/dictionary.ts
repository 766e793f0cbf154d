import type { StatementSync } from 'node:sqlite';

const MAX_NAMES = 50_000;

/** Names that rows have as numbers, the lately used ones at hand. */
export class Dictionary {
  readonly #find: StatementSync;
  readonly #add: StatementSync;
  /** In order of use: two generations, of which the older is dropped when the newer is full. */
  #young = new Map<string, number>();
  #old = new Map<string, number>();

  constructor(find: StatementSync, add: StatementSync) {
    this.#find = find;
    this.#add = add;
  }

  /** Adds a name that is new. */
  number(name: string): number {
    const young = this.#young.get(name);
    if (young !== undefined) return young;
    const id = this.#old.get(name) ?? numberOf(this.#find.get(name)) ?? numberOf(this.#add.get(name));
    if (id === undefined) throw new Error('a name got no number');
    if (this.#young.size >= MAX_NAMES) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(name, id);
    return id;
  }

  /** After a rollback: what was added in it is not there. */
  forget(): void {
    this.#young.clear();
    this.#old.clear();
  }
}

function numberOf(row: unknown): number | undefined {
  return Array.isArray(row) ? Number(row[0]) : undefined;
}
