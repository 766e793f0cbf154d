import type { DatabaseSync, StatementSync } from 'node:sqlite';

/** One entry of the log. */
export interface LogRow {
  /** Its place in the log: rises with each entry. */
  readonly row: number;
  /** Numbers of the room and the user, as in `rooms` and `users`. */
  readonly room: number;
  readonly user: number;
  /** As in TYPE. */
  readonly type: number;
  /** Milliseconds since 1970 UTC. */
  readonly timestamp: number;
  /** 0 for an imported one. */
  readonly seq: number;
  readonly content: string;
  readonly username: string;
  /** 16 bytes each. */
  readonly id: Uint8Array;
  readonly replyTo: Uint8Array | undefined;
}

/** The entries of the log with `after < row ≤ through`. */
export interface Span {
  readonly after: number;
  readonly through: number;
  /** In log order. Read when it is asked for: a step that says what it wants in SQL does not need it. */
  rows(): Iterable<LogRow>;
}

/**
 * Something that is derived from the log. Each entry reaches it exactly once, in log order, in the transaction that says so: what it
 * writes is there if and only if `merged` says that the span was taken in.
 */
export interface Derived {
  /** Its row in `merged`, which a migration inserts: with `through` 0 it is given the whole log, piece by piece. */
  readonly name: string;
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
  readonly #rows: StatementSync;
  readonly #maxEntries: number;

  constructor(db: DatabaseSync, steps: readonly Derived[], maxEntries = MAX_ENTRIES) {
    this.#steps = steps;
    this.#maxEntries = maxEntries;
    this.#through = db.prepare('select through from merged where step = ?');
    this.#advance = db.prepare('update merged set through = ? where step = ?');
    this.#last = db.prepare('select coalesce(max(row), 0) as row from messages');
    this.#rows = db.prepare(
      `select row, room, user, type, t as timestamp, seq, content, username, id, reply_to as replyTo
       from messages where row > ? and row <= ? order by row`,
    );
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
      const through = Math.min(to, after + left);
      step.apply({ after, through, rows: () => this.#read(after, through) });
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

  *#read(after: number, through: number): Generator<LogRow> {
    for (const columns of this.#rows.iterate(after, through))
      yield { ...columns, replyTo: columns.replyTo ?? undefined } as unknown as LogRow;
  }
}
