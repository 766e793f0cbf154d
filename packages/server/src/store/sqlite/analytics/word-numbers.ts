import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { EngineStore } from '../../../analytics/engine/ports.ts';
import { Recent } from '../recent.ts';
import { many, one, preparer } from '../statements.ts';

/** As long as a file has fewer words, all of them are at hand, and none needs to be looked for to know that it is new. */
const MOST_KNOWN = 100_000;
const WRITTEN_AT_ONCE = 1000;

type Numbering = EngineStore['words'];

/** Numbers of words, of which this is the only writer. New ones are written many at once: by `settle`, before the transaction ends. */
export class WordNumbers implements Numbering {
  readonly #find: StatementSync;
  readonly #last: StatementSync;
  readonly #all: StatementSync;
  readonly #add: StatementSync;
  readonly #known: Recent<string, number>;
  readonly #mostKnown: number;
  #era = 0;
  /** The highest number; undefined: it was not read yet. */
  #lastNumber: number | undefined;
  /** New ones that are not written yet, ascending by number up to the highest. */
  readonly #added = new Map<string, number>();

  constructor(db: DatabaseSync, mostKnown = MOST_KNOWN) {
    const prepare = preparer(db);
    this.#find = prepare('select id from terms where name = ?');
    this.#last = prepare('select coalesce(max(id), 0) from terms');
    this.#all = prepare('select name, id from terms');
    this.#add = prepare('insert or rollback into terms (id, name) select ?1 + key, value from json_each(?2)');
    this.#known = new Recent(mostKnown);
    this.#mostKnown = mostKnown;
  }

  get era(): number {
    return this.#era;
  }

  number(text: string): number {
    const last = this.#lastNumber ?? this.#read();
    const known = this.#known.get(text) ?? this.#added.get(text);
    if (known !== undefined) return known;
    const found = last < this.#mostKnown ? undefined : (one(this.#find, text)?.[0] as number | undefined);
    const number = found ?? last + 1;
    this.#known.set(text, number);
    if (found !== undefined) return found;
    this.#lastNumber = number;
    this.#added.set(text, number);
    if (this.#added.size === WRITTEN_AT_ONCE) this.settle();
    return number;
  }

  settle(): void {
    if (this.#added.size === 0) return;
    this.#add.run((this.#lastNumber ?? 0) - this.#added.size + 1, JSON.stringify([...this.#added.keys()]));
    this.#added.clear();
  }

  /** After a rollback. */
  forget(): void {
    this.#era += 1;
    this.#known.clear();
    this.#lastNumber = undefined;
    this.#added.clear();
  }

  #read(): number {
    const last = one(this.#last)?.[0] as number;
    if (last < this.#mostKnown) for (const [name, id] of many(this.#all)) this.#known.set(name as string, id as number);
    this.#lastNumber = last;
    return last;
  }
}
