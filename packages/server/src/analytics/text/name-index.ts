import { classOf, LETTER, MARK, NUMBER, UNSPACED } from './code-points.ts';
import { fold } from './fold.ts';
import { HASH_START, mix } from './text-table.ts';

/** How long a name is known after a message, ms: it counts at t if used at t' ≥ t − DAY_MS. */
export const DAY_MS = 86_400_000;
/** Uses (a name by a user) that are known at most: the latest. A user has two of them, the id and the username. */
const MOST_USES = 65_536;
/** A name with more `@` is never found: it bounds how often a text is read again from its next `@`. */
const MOST_ATS = 4;
const AT = 0x40;
const COLON = 0x3a;
const COMMA = 0x2c;
const UNDERSCORE = 0x5f;
const ZWNJ = 0x200c;
const ZWJ = 0x200d;

/** A name and who used it. It changes with the next note: to be asked at once, not kept. */
export interface NameUses {
  /** Folded. */
  readonly name: string;
  /** How many used it. */
  readonly size: number;
  /** Whether the user used it in the 24 h before `t`. */
  isUsedBy(user: number, t: number): boolean;
  /** Everyone who did, the latest last. There may be many: everybody may call themselves "guest". */
  users(t: number): number[];
}

/** What a search for names asks of an index. */
export interface NameLookup {
  /** Length of the longest name (folded, UTF-16 units); 0: there is none. */
  readonly longest: number;
  /** The longest name at `start` of a folded or an ASCII text that `ending` allows, of those that another user than `author` used. */
  longestAt(text: string, start: number, ending: Ending, author: number, t: number): NameUses | undefined;
}

/** What follows a name: `:` or `,`, or anything that does not go on with it. */
export type Ending = 'address' | 'call';

/** One name by one user; a link of the list of all uses, oldest first. */
interface Use {
  readonly entry: Entry;
  readonly user: number;
  /** As it was written last. */
  name: string;
  t: number;
  older: Use | undefined;
  newer: Use | undefined;
}

interface LastUses {
  one: Use | undefined;
  other: Use | undefined;
}

class Entry implements NameUses {
  readonly name: string;
  readonly hash: number;
  readonly uses = new Map<number, Use>();
  /** The latest use, and the latest by anybody else: enough to know whether another user than any one used it. */
  newest: Use | undefined;
  newestOther: Use | undefined;
  /** Another name with the same hash. */
  next: Entry | undefined;

  constructor(name: string, hash: number) {
    this.name = name;
    this.hash = hash;
  }

  get size(): number {
    return this.uses.size;
  }

  isUsedBy(user: number, t: number): boolean {
    const use = this.uses.get(user);
    return use !== undefined && use.t >= t - DAY_MS;
  }

  isUsedByAnother(author: number, t: number): boolean {
    const use = this.newest?.user === author ? this.newestOther : this.newest;
    return use !== undefined && use.t >= t - DAY_MS;
  }

  users(t: number): number[] {
    return [...this.uses.values()].filter((use) => use.t >= t - DAY_MS).map((use) => use.user);
  }
}

/**
 * The names of a room's users of the last 24 h. Notes come in the order of time; what they leave is a function of the notes of those 24 h
 * alone (of the latest MOST_USES different ones), so an index that is built again from stored messages equals one that was kept.
 */
export class NameIndex implements NameLookup {
  readonly #mostUses: number;
  readonly #byHash = new Map<number, Entry>();
  #oldest: Use | undefined;
  #newest: Use | undefined;
  #size = 0;
  #longest = 0;
  /** Counts of names, by length, by number of `@` and by first unit. */
  readonly #lengths: number[] = [];
  readonly #ats: number[] = new Array<number>(MOST_ATS + 1).fill(0);
  /** By the lower byte. */
  readonly #starts = new Uint32Array(256);
  #mostAts = 0;
  /** Of a search: where a name may end, and its hash, in turn. */
  readonly #candidates: number[] = [];
  /** Of each user the two names used last: most messages come under one of them. */
  readonly #lastOfUser = new Map<number, LastUses>();

  constructor(mostUses = MOST_USES) {
    this.#mostUses = mostUses;
  }

  /** Uses that are held. */
  get size(): number {
    return this.#size;
  }

  get longest(): number {
    return this.#longest;
  }

  /** The user has a stored message under this name (a username, or the user's id) at `t`. RangeError when `t` is before the last one. */
  note(user: number, name: string, t: number): void {
    if (this.#newest !== undefined && t < this.#newest.t) throw new RangeError('names are noted in the order of time');
    this.expire(t);
    const use = this.#knownUse(user, name) ?? this.#useOf(user, name, t);
    if (use === undefined) return;
    const { entry } = use;
    if (use !== this.#newest) {
      this.#unlink(use);
      this.#append(use);
    }
    use.t = t;
    if (entry.uses.size > 1) {
      entry.uses.delete(user);
      entry.uses.set(user, use);
    }
    if (entry.newest !== use) {
      entry.newestOther = entry.newest;
      entry.newest = use;
    }
    if (this.#size > this.#mostUses && this.#oldest !== undefined) this.#remove(this.#oldest);
  }

  #knownUse(user: number, name: string): Use | undefined {
    const last = this.#lastOfUser.get(user);
    if (last === undefined) return undefined;
    return last.one?.name === name ? last.one : last.other?.name === name ? last.other : undefined;
  }

  /** undefined: it is no name. */
  #useOf(user: number, name: string, t: number): Use | undefined {
    const folded = fold(name);
    if (folded === '' || countAts(folded) > MOST_ATS) return undefined;
    const entry = this.#entryOf(folded);
    let use = entry.uses.get(user);
    if (use === undefined) {
      use = { entry, user, name, t, older: undefined, newer: undefined };
      entry.uses.set(user, use);
      this.#size += 1;
      this.#append(use);
    }
    use.name = name;
    const last = this.#lastOfUser.get(user);
    if (last === undefined) this.#lastOfUser.set(user, { one: use, other: undefined });
    else if (last.one !== use && last.other !== use) {
      last.other = last.one;
      last.one = use;
    }
    return use;
  }

  /** Forgets what no longer counts at `t`. Each note does. */
  expire(t: number): void {
    while (this.#oldest !== undefined && this.#oldest.t < t - DAY_MS) this.#remove(this.#oldest);
  }

  longestAt(text: string, start: number, ending: Ending, author: number, t: number): NameUses | undefined {
    if (this.#starts[lowerAscii(text.charCodeAt(start)) & 0xff] === 0) return undefined;
    let candidates = 0;
    let hash = HASH_START;
    let ats = 0;
    const most = this.#mostAts;
    const lengths = this.#lengths;
    const ends = this.#candidates;
    const end = Math.min(text.length, start + this.#longest);
    for (let at = start; at < end; ) {
      const unit = lowerAscii(text.charCodeAt(at));
      if (unit === AT && ++ats > most) break;
      hash = mix(hash, unit);
      at++;
      if (lengths[at - start] === 0 || !isEnd(text, at, ending)) continue;
      ends[candidates++] = at;
      ends[candidates++] = hash;
    }
    while (candidates > 0) {
      candidates -= 2;
      const found = this.#find(ends[candidates + 1] ?? 0, text, start, ends[candidates] ?? 0, author, t);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #find(hash: number, text: string, start: number, end: number, author: number, t: number): Entry | undefined {
    for (let entry = this.#byHash.get(hash); entry !== undefined; entry = entry.next) {
      if (entry.name.length === end - start && entry.isUsedByAnother(author, t) && isNameAt(entry.name, text, start)) return entry;
    }
    return undefined;
  }

  #entryOf(name: string): Entry {
    let hash = HASH_START;
    for (let at = 0; at < name.length; at++) hash = mix(hash, name.charCodeAt(at));
    const first = this.#byHash.get(hash);
    for (let entry = first; entry !== undefined; entry = entry.next) if (entry.name === name) return entry;
    const entry = new Entry(name, hash);
    entry.next = first;
    this.#byHash.set(hash, entry);
    this.#count(name, 1);
    return entry;
  }

  #remove(use: Use): void {
    const { entry } = use;
    this.#unlink(use);
    this.#size -= 1;
    entry.uses.delete(use.user);
    const last = this.#lastOfUser.get(use.user);
    if (last?.one === use) last.one = undefined;
    if (last?.other === use) last.other = undefined;
    if (last?.one === undefined && last?.other === undefined) this.#lastOfUser.delete(use.user);
    // The oldest of all is the newest of its name only when it is the last one.
    if (entry.newestOther === use) entry.newestOther = undefined;
    if (entry.uses.size === 0) this.#removeEntry(entry);
  }

  #removeEntry(entry: Entry): void {
    const first = this.#byHash.get(entry.hash);
    if (first === entry) {
      if (entry.next === undefined) this.#byHash.delete(entry.hash);
      else this.#byHash.set(entry.hash, entry.next);
    } else {
      let before = first;
      while (before !== undefined && before.next !== entry) before = before.next;
      if (before !== undefined) before.next = entry.next;
    }
    this.#count(entry.name, -1);
  }

  /** Enters a name in the counts, or takes it out. */
  #count(name: string, by: 1 | -1): void {
    const start = name.charCodeAt(0) & 0xff;
    this.#starts[start] = (this.#starts[start] ?? 0) + by;
    const ats = countAts(name);
    this.#ats[ats] = (this.#ats[ats] ?? 0) + by;
    this.#mostAts = this.#ats.findLastIndex((names, count) => names > 0 || count === 0);
    while (this.#lengths.length <= name.length) this.#lengths.push(0);
    this.#lengths[name.length] = (this.#lengths[name.length] ?? 0) + by;
    this.#longest = Math.max(this.#longest, name.length);
    while (this.#longest > 0 && this.#lengths[this.#longest] === 0) this.#longest -= 1;
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

/** A unit of a folded text is none of the capitals. */
function lowerAscii(unit: number): number {
  return unit >= 0x41 && unit <= 0x5a ? unit + 0x20 : unit;
}

function isNameAt(name: string, text: string, start: number): boolean {
  for (let at = 0; at < name.length; at++) if (name.charCodeAt(at) !== lowerAscii(text.charCodeAt(start + at))) return false;
  return true;
}

function isEnd(text: string, at: number, ending: Ending): boolean {
  const unit = text.charCodeAt(at);
  if (ending === 'address') return unit === COLON || unit === COMMA;
  if (at >= text.length) return true;
  const point = (unit & 0xfc00) === 0xd800 ? (text.codePointAt(at) ?? unit) : unit;
  if (point === UNDERSCORE || point === ZWNJ || point === ZWJ) return false;
  const kind = classOf(point);
  return (kind & (MARK | NUMBER)) === 0 && (kind & (LETTER | UNSPACED)) !== LETTER;
}

function countAts(name: string): number {
  let count = 0;
  for (let at = name.indexOf('@'); at >= 0; at = name.indexOf('@', at + 1)) count += 1;
  return count;
}
