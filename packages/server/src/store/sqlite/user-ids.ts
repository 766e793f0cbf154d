import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { one, preparer } from './statements.ts';

/** A power of two. */
const MOST_KNOWN = 65_536;

/** The other way round than a dictionary: ids of users by number. They never change, and none is asked for that is not there. */
export class UserIds {
  readonly #find: StatementSync;
  /** Each user has one place, which those with the same lowest bits share. */
  readonly #users = new Float64Array(MOST_KNOWN);
  readonly #names = new Array<string>(MOST_KNOWN).fill('');

  constructor(db: DatabaseSync) {
    this.#find = preparer(db)('select name from users where id = ?');
  }

  of(user: number): string {
    const place = user % MOST_KNOWN;
    if (this.#users[place] === user) return this.#names[place] ?? '';
    const name = one(this.#find, user)?.[0];
    if (typeof name !== 'string') throw new Error(`no user has the number ${user}`);
    this.#users[place] = user;
    this.#names[place] = name;
    return name;
  }

  /** After a rollback: its numbers may be given again. */
  forget(): void {
    this.#users.fill(0);
    this.#names.fill('');
  }
}
