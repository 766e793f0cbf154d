import { ByteReader, ByteWriter } from '@hubbub/sketch';
import type { NumberCounts } from './number-counts.ts';

/** Users of one chunk: the lowest 12 bits of their numbers. */
export const CHUNK_BITS = 12;
export const CHUNK_USERS = 1 << CHUNK_BITS;
const SLOT_BITS = 7;
const SLOT_MASK = 127;
const LAST_OF_USER = 128;
const MOST_SLOTS = 96;
const WITH_COUNTS = 1;
const SLOTS_ONLY = 2;

export const chunkOf = (user: number): number => user >>> CHUNK_BITS;
/** How an entry is named while it is changed: ascending by user, then slot. */
export const entryKey = (user: number, slot: number): number => ((user & (CHUNK_USERS - 1)) << SLOT_BITS) | slot;

/**
 * Where the three columns of a user-major body begin. A body: version (1: with counts; 2: each count is 1), number of users, bytes of
 * their column, number of entries; the users ascending (number within the chunk, or distance to the one before less 1, as varints); a
 * byte for each entry (slot, with the highest bit set at the user's last one); the counts (varints). Columns, because a question about
 * users alone then never touches the counts, and an entry takes a byte without a branch.
 */
export class UserColumns {
  readonly #input = new ByteReader();
  readonly #numbers = new Uint16Array(CHUNK_USERS);
  users = 0;
  usersAt = 0;
  entriesAt = 0;
  countsAt = 0;
  hasCounts = false;

  /** False for a body whose columns cannot lie as it says. */
  open(body: Uint8Array): boolean {
    const input = this.#input;
    input.open(body);
    const version = input.byte();
    this.hasCounts = version === WITH_COUNTS;
    this.users = input.varint();
    const usersLength = input.varint();
    const entries = input.varint();
    this.usersAt = input.at;
    this.entriesAt = this.usersAt + usersLength;
    this.countsAt = this.entriesAt + entries;
    if (input.isBroken || (version !== WITH_COUNTS && version !== SLOTS_ONLY)) return false;
    if (this.users === 0 || this.users > CHUNK_USERS || usersLength < this.users || usersLength > 2 * this.users) return false;
    if (entries < this.users || entries > this.users * MOST_SLOTS) return false;
    return this.hasCounts ? this.countsAt + entries <= body.length : this.countsAt === body.length;
  }

  /**
   * The users of the body that is open, by their numbers within the chunk; undefined when they are corrupt. Read ahead of the entries,
   * so that the loop over these has no branch that the processor cannot foresee. Good until the next call.
   */
  readUsers(body: Uint8Array): Uint16Array | undefined {
    const numbers = this.#numbers;
    const end = this.entriesAt;
    let at = this.usersAt;
    let user = -1;
    for (let i = 0; i < this.users; i++) {
      let gap = body[at++] ?? 0;
      if (gap >= 128) gap = (gap & 127) | ((body[at++] ?? 0) << 7);
      user += gap + 1;
      if (user >= CHUNK_USERS || at > end) return undefined;
      numbers[i] = user;
    }
    return at === end ? numbers : undefined;
  }
}

/** Steps through the entries of a body. Stops at the first thing that cannot be. */
class UserEntries {
  readonly #columns = new UserColumns();
  readonly #gaps = new ByteReader();
  readonly #counts = new ByteReader();
  #body: Uint8Array = new Uint8Array(0);
  #at = 0;
  #end = 0;
  #user = -1;
  #users = 0;
  #slot = -1;
  #isNewUser = true;
  isCorrupt = false;
  key = 0;
  count = 0;

  open(body: Uint8Array): void {
    const columns = this.#columns;
    this.isCorrupt = !columns.open(body);
    this.#body = body;
    this.#at = this.isCorrupt ? 0 : columns.entriesAt;
    this.#end = this.isCorrupt ? 0 : columns.countsAt;
    this.#gaps.open(body, columns.usersAt, columns.entriesAt);
    this.#counts.open(body, columns.countsAt, body.length);
    this.#user = -1;
    this.#users = 0;
    this.#isNewUser = true;
  }

  /** False at the end, or where it became corrupt. */
  next(): boolean {
    if (this.isCorrupt) return false;
    if (this.#at === this.#end) return this.#finish();
    if (this.#isNewUser) this.#nextUser();
    const code = this.#body[this.#at++] ?? 0;
    const slot = code & SLOT_MASK;
    if (slot <= this.#slot || slot >= MOST_SLOTS) this.isCorrupt = true;
    this.#slot = slot;
    this.#isNewUser = code >= LAST_OF_USER;
    this.key = (this.#user << SLOT_BITS) | slot;
    this.count = this.#columns.hasCounts ? this.#counts.varint() : 1;
    if (this.count === 0) this.isCorrupt = true;
    return !this.isCorrupt;
  }

  #nextUser(): void {
    this.#user += this.#gaps.varint() + 1;
    this.#users += 1;
    this.#slot = -1;
    if (this.#user >= CHUNK_USERS || this.#gaps.isBroken) this.isCorrupt = true;
  }

  #finish(): false {
    const isWhole = this.#isNewUser && this.#users === this.#columns.users && this.#gaps.isComplete;
    if (!isWhole || !this.#counts.isComplete) this.isCorrupt = true;
    return false;
  }
}

/** Gathers entries, ascending by key, into a body. */
class UserBodyWriter {
  readonly #gaps = new ByteWriter();
  readonly #counts = new ByteWriter();
  readonly #out = new ByteWriter();
  readonly #codes = new Uint8Array(CHUNK_USERS * MOST_SLOTS);
  #length = 0;
  #user = -1;
  #users = 0;

  clear(): void {
    this.#gaps.clear();
    this.#counts.clear();
    this.#length = 0;
    this.#user = -1;
    this.#users = 0;
  }

  add(key: number, count: number): void {
    const user = key >> SLOT_BITS;
    if (user !== this.#user) {
      this.#closeUser();
      this.#gaps.varint(user - this.#user - 1);
      this.#user = user;
      this.#users += 1;
    }
    this.#codes[this.#length++] = key & SLOT_MASK;
    this.#counts.varint(count);
  }

  finish(hasCounts: boolean): Uint8Array | undefined {
    if (this.#users === 0) return undefined;
    this.#closeUser();
    const out = this.#out;
    out.clear();
    out.byte(hasCounts ? WITH_COUNTS : SLOTS_ONLY);
    out.varint(this.#users);
    out.varint(this.#gaps.length);
    out.varint(this.#length);
    out.raw(this.#gaps.written());
    out.raw(this.#codes.subarray(0, this.#length));
    if (hasCounts) out.raw(this.#counts.written());
    return out.finish();
  }

  #closeUser(): void {
    if (this.#length === 0) return;
    const last = this.#length - 1;
    this.#codes[last] = (this.#codes[last] ?? 0) | LAST_OF_USER;
  }
}

export interface MergedUsers {
  /** Undefined when nothing is left. */
  readonly body: Uint8Array | undefined;
  /** Entries that fell below zero, kept as none. */
  readonly shortfalls: number;
  readonly isCorrupt: boolean;
}

const entries = new UserEntries();
const writer = new UserBodyWriter();

/** A body with changes by `entryKey`; a corrupt one counts as empty. Without counts, a change above zero makes an entry be there. */
export function mergeUsers(base: Uint8Array | undefined, changes: NumberCounts, hasCounts: boolean): MergedUsers {
  const keys = changes.sorted();
  let shortfalls = 0;
  let at = 0;
  let key = keys[0] ?? Number.POSITIVE_INFINITY;
  const put = (entry: number, count: number): void => {
    if (count > 0) writer.add(entry, count);
    else if (count < 0) shortfalls += 1;
  };
  writer.clear();
  if (base !== undefined) {
    entries.open(base);
    while (entries.next()) {
      while (key < entries.key) {
        put(key, changes.get(key));
        key = keys[++at] ?? Number.POSITIVE_INFINITY;
      }
      if (key === entries.key) {
        put(key, hasCounts ? entries.count + changes.get(key) : 1);
        key = keys[++at] ?? Number.POSITIVE_INFINITY;
      } else writer.add(entries.key, entries.count);
    }
    if (entries.isCorrupt) return { ...mergeUsers(undefined, changes, hasCounts), isCorrupt: true };
  }
  for (; at < keys.length; at++) put(keys[at] ?? 0, changes.get(keys[at] ?? 0));
  return { body: writer.finish(hasCounts), shortfalls, isCorrupt: false };
}

/**
 * A body with slot 0 alone: `sums[from + i]` is of the chunk's user i, who is not there with 0. Undefined when nobody is. `marks`: a bit
 * for each place of `sums`, set where it may not be 0, so that few users are found without looking at all.
 */
export function bodyOfSums(sums: Float64Array, marks: Int32Array, from: number, hasCounts: boolean): Uint8Array | undefined {
  writer.clear();
  for (let word = 0; word < CHUNK_USERS / 32; word++) {
    for (let rest = marks[(from >> 5) + word] ?? 0; rest !== 0; rest &= rest - 1) {
      const user = (word << 5) + 31 - Math.clz32(rest & -rest);
      const sum = sums[from + user] ?? 0;
      if (sum !== 0) writer.add(entryKey(user, 0), sum);
    }
  }
  return writer.finish(hasCounts);
}

/** Visits the entries of a body, ascending by `entryKey`. False for a corrupt one, of which any part may have been visited. */
export function readEntries(body: Uint8Array, visit: (key: number, count: number) => void): boolean {
  entries.open(body);
  while (entries.next()) visit(entries.key, entries.count);
  return !entries.isCorrupt;
}

export const slotOfEntry = (key: number): number => key & SLOT_MASK;
export const userOfEntry = (chunk: number, key: number): number => chunk * CHUNK_USERS + (key >> SLOT_BITS);
