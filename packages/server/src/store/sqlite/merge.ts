import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** The entries of the log with `after < row ≤ through`. */
export interface Span {
  readonly after: number;
  readonly through: number;
}

/**
 * Something that is derived from the log. Each entry reaches it exactly once, in log order, in the transaction that says so: what it
 * writes is there if and only if `merged` says that the span was taken in.
 */
export interface Derived {
  /** Its row in `merged`, which a migration inserts: with `through` 0 it is given the whole log, piece by piece. */
  readonly name: string;
  /** How many of the entries that wait it takes at most, in a call of their own. Undefined: as many as there may be, beside other steps. */
  pieceSize?(waiting: number): number;
  apply(span: Span): void;
}

/** Entries that one call gives to steps, all steps together: what holds a commit up for some 20 ms. */
const MAX_ENTRIES = 12_288;

/**
 * Brings what is derived from the log up to it, in bulk: a thousand entries that are sorted first touch each page of an index once, where a
 * commit of its own for each would touch a page each. Until then readers look through the entries that are not merged.
 */
export class Merge {
  readonly #steps: readonly Derived[];
  readonly #through: StatementSync;
  readonly #advance: StatementSync;
  readonly #last: StatementSync;
  readonly #maxEntries: number;

  constructor(db: DatabaseSync, steps: readonly Derived[], maxEntries = MAX_ENTRIES) {
    this.#steps = steps;
    this.#maxEntries = maxEntries;
    this.#through = db.prepare('select through from merged where step = ?');
    this.#advance = db.prepare('update merged set through = ? where step = ?');
    this.#last = db.prepare('select coalesce(max(row), 0) as row from messages');
  }

  /** The last entry of the log, 0 for none. */
  last(): number {
    return Number(this.#last.get()?.row);
  }

  /** The last entry that every step has taken in. */
  merged(): number {
    return Math.min(...this.#steps.map((step) => this.#throughOf(step)));
  }

  /** To be called in a transaction. Gives the steps what they lack up to an entry, though no more than a bounded piece; true when they have it all. */
  advance(to: number): boolean {
    let left = this.#maxEntries;
    for (const step of this.#steps) {
      const after = this.#throughOf(step);
      if (after >= to) continue;
      // A span is not cut without need: each part would touch the same pages again.
      if (left < this.#maxEntries && left < to - after) return false;
      const size = step.pieceSize?.(to - after);
      if (size !== undefined && left < this.#maxEntries) return false;
      const through = Math.min(to, after + Math.min(left, size ?? left));
      step.apply({ after, through });
      this.#advance.run(through, step.name);
      left -= through - after;
      if (through < to) return false;
    }
    return true;
  }

  #throughOf(step: Derived): number {
    const through = this.#through.get(step.name)?.through;
    if (through === undefined) throw new Error(`no migration knows of the step ${step.name}`);
    return Number(through);
  }
}
