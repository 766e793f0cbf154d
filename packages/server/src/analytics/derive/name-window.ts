import { DAY_MS } from './spans.ts';

/** A name (case-folded) that a user had within the window; last used at `t`. In a list by `t`, oldest first. */
export interface Use {
  readonly name: string;
  readonly user: number;
  t: number;
  older: Use | undefined;
  newer: Use | undefined;
}

/** The names under which somebody wrote in a room within the last 24 hours. Exact: a name goes when `expire` passes its last use + 24 h. */
export class NameWindow {
  readonly #names = new Map<string, Map<number, Use>>();
  #oldest: Use | undefined;
  #newest: Use | undefined;
  readonly #changed: { entered(name: string): void; gone(name: string): void };

  /** `changed` is told of every name that comes to have its first user, or loses its last. */
  constructor(changed: { entered(name: string): void; gone(name: string): void }) {
    this.#changed = changed;
  }

  get size(): number {
    return this.#names.size;
  }

  /** The users who have a folded name. */
  usersOf(name: string): Iterable<number> {
    return this.#names.get(name)?.keys() ?? [];
  }

  /** Whether somebody else than `user` has the name. */
  isOfAnother(name: string, user: number): boolean {
    const uses = this.#names.get(name);
    return uses !== undefined && (uses.size > 1 || !uses.has(user));
  }

  /** `t` ≥ all times before. Answers the use for `touch`, valid until it expires. */
  use(name: string, user: number, t: number): Use {
    let uses = this.#names.get(name);
    if (uses === undefined) {
      uses = new Map();
      this.#names.set(name, uses);
      this.#changed.entered(name);
    }
    let use = uses.get(user);
    if (use === undefined) {
      use = { name, user, t, older: undefined, newer: undefined };
      uses.set(user, use);
      this.#append(use);
    } else {
      this.touch(use, t);
    }
    return use;
  }

  touch(use: Use, t: number): void {
    use.t = t;
    if (use === this.#newest) return;
    this.#unlink(use);
    this.#append(use);
  }

  /** Forgets the names last used more than 24 h before `now`; each goes through `forget`. */
  expire(now: number, forget: (use: Use) => void): void {
    const since = now - DAY_MS;
    for (let use = this.#oldest; use !== undefined && use.t < since; use = this.#oldest) {
      this.#unlink(use);
      this.#remove(use);
      forget(use);
    }
  }

  #remove(use: Use): void {
    const uses = this.#names.get(use.name);
    uses?.delete(use.user);
    if (uses?.size !== 0) return;
    this.#names.delete(use.name);
    this.#changed.gone(use.name);
  }

  #append(use: Use): void {
    use.older = this.#newest;
    use.newer = undefined;
    if (this.#newest === undefined) this.#oldest = use;
    else this.#newest.newer = use;
    this.#newest = use;
  }

  #unlink(use: Use): void {
    if (use.older === undefined) this.#oldest = use.newer;
    else use.older.newer = use.newer;
    if (use.newer === undefined) this.#newest = use.older;
    else use.newer.older = use.older;
  }
}
