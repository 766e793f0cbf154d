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
  /** It takes of what waits as much as it finds right, in calls of its own. */
  readonly isAlone?: boolean;
  /**
   * Takes a span in, or some of it, and answers up to which entry it has everything: not beyond the span. A step that takes a span in another
   * order than the log's keeps, in the same transaction, what it has of it.
   */
  apply(span: Span): number;
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
      if (left < this.#maxEntries && (step.isAlone || left < to - after)) return false;
      const through = step.apply({ after, through: step.isAlone ? to : Math.min(to, after + left) });
      if (through > after) this.#advance.run(through, step.name);
      left = step.isAlone ? 0 : left - (through - after);
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
