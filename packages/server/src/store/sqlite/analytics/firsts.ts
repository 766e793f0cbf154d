import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Firsts } from '../../../analytics/engine/ports.ts';
import { many, one, preparer } from '../statements.ts';

const MOST_KNOWN = 200_000;

/** What is at hand of a scope. */
interface Known {
  readonly times: Map<number, number>;
  /** No user with a higher number is in it. */
  lastUser: number;
}

/** Each message asks for two of them, nearly always of a user who was here lately, or whose number says that there is none. */
export class SqliteFirsts implements Firsts {
  readonly #get: StatementSync;
  readonly #set: StatementSync;
  readonly #remove: StatementSync;
  readonly #after: StatementSync;
  readonly #last: StatementSync;
  readonly #mostKnown: number;
  /** By scope, in two generations: the older one goes when the younger one is full. */
  #young = new Map<number, Known>();
  #old = new Map<number, Known>();
  #size = 0;

  constructor(db: DatabaseSync, mostKnown = MOST_KNOWN) {
    this.#mostKnown = mostKnown;
    const prepare = preparer(db);
    this.#get = prepare('select t from firsts where scope = ? and user = ?');
    this.#set = prepare('insert or rollback into firsts values (?, ?, ?) on conflict (scope, user) do update set t = excluded.t');
    this.#remove = prepare('delete from firsts where scope = ? and user = ?');
    this.#after = prepare('select user, t from firsts where scope = ? and user > ? order by user limit ?');
    this.#last = prepare('select coalesce(max(user), 0) from firsts where scope = ?');
  }

  get(scope: number, user: number): number | undefined {
    const known = this.#young.get(scope) ?? this.#begin(scope);
    const young = known.times.get(user);
    if (young !== undefined || user > known.lastUser) return young;
    const t = this.#old.get(scope)?.times.get(user) ?? (one(this.#get, scope, user)?.[0] as number | undefined);
    if (t !== undefined) this.#remember(known, user, t);
    return t;
  }

  set(scope: number, user: number, t: number | undefined): void {
    if (t === undefined) {
      this.#remove.run(scope, user);
      for (const known of [this.#young, this.#old]) known.get(scope)?.times.delete(user);
      return;
    }
    this.#set.run(scope, user, t);
    const known = this.#young.get(scope) ?? this.#begin(scope);
    known.lastUser = Math.max(known.lastUser, user);
    this.#remember(known, user, t);
  }

  after(scope: number, user: number, limit: number): readonly (readonly [user: number, t: number])[] {
    return many(this.#after, scope, user, limit) as unknown as [number, number][];
  }

  /** After a rollback. */
  forget(): void {
    this.#young.clear();
    this.#old.clear();
    this.#size = 0;
  }

  #begin(scope: number): Known {
    const lastUser = this.#old.get(scope)?.lastUser ?? (one(this.#last, scope)?.[0] as number);
    const known = { times: new Map(), lastUser };
    this.#young.set(scope, known);
    this.#size += 1;
    return known;
  }

  #remember({ times }: Known, user: number, t: number): void {
    times.set(user, t);
    this.#size += 1;
    if (this.#size <= this.#mostKnown) return;
    this.#old = this.#young;
    this.#young = new Map();
    this.#size = 0;
  }
}
