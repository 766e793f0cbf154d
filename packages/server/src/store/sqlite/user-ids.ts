import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { Recent } from './recent.ts';
import { one, preparer } from './statements.ts';

const MAX_NAMES = 50_000;

/** The other way round than a dictionary: ids of users by number. They never change, and none is asked for that is not there. */
export class UserIds {
  readonly #find: StatementSync;
  readonly #known = new Recent<number, string>(MAX_NAMES);

  constructor(db: DatabaseSync) {
    this.#find = preparer(db)('select name from users where id = ?');
  }

  of(user: number): string {
    const known = this.#known.get(user);
    if (known !== undefined) return known;
    const name = one(this.#find, user)?.[0];
    if (typeof name !== 'string') throw new Error(`no user has the number ${user}`);
    this.#known.set(user, name);
    return name;
  }

  /** After a rollback: its numbers may be given again. */
  forget(): void {
    this.#known.clear();
  }
}
