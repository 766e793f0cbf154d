import { CHUNK_USERS, chunkOf, UserColumns } from './user-body.ts';

const PAGE_WORDS = CHUNK_USERS / 32;
const SLOT_MASK = 127;
/** The highest bit of an entry: the user's last. */
const LAST_SHIFT = 7;
/** Where what is not wanted is written, so that the loop has no branch for it. */
const SCRAP = 0;
/** A page without users, read where none was made. */
const EMPTY = PAGE_WORDS;

/**
 * Which user was there in which bucket, exact, from containers of `users` or `presence` in any order: a bit for each, in pages of a
 * chunk's users by one bucket (512 bytes), made when a container first has the bucket. A page stays in the cache while it is read into.
 */
export class UserBuckets {
  readonly #buckets: number;
  readonly #columns = new UserColumns();
  /** By chunk, then by bucket: where its page begins. */
  readonly #pages = new Map<number, Int32Array>();
  readonly #pageOfSlot = new Int32Array(SLOT_MASK + 1);
  #bits = new Int32Array(16 * PAGE_WORDS);
  #end = 2 * PAGE_WORDS;

  constructor(bucketCount: number) {
    this.#buckets = bucketCount;
  }

  /** `bucketOfSlot`: −1, or beyond its end: not wanted. False for a corrupt body, of which any part may have been added. */
  add(chunk: number, body: Uint8Array, bucketOfSlot: Int32Array): boolean {
    const columns = this.#columns;
    if (!columns.open(body)) return false;
    const users = columns.readUsers(body);
    if (users === undefined) return false;
    const pageOfSlot = this.#findPages(this.#pagesOf(chunk), bucketOfSlot);
    const bits = this.#bits;
    const end = columns.countsAt;
    let i = 0;
    for (let at = columns.entriesAt; at < end; at++) {
      const code = body[at] ?? 0;
      const user = users[i] ?? 0;
      const word = (pageOfSlot[code & SLOT_MASK] ?? 0) + (user >> 5);
      bits[word] = (bits[word] ?? 0) | (1 << (user & 31));
      i += code >> LAST_SHIFT;
    }
    return i === columns.users;
  }

  /** One that is in no container yet. */
  addUser(bucket: number, user: number): void {
    const at = this.#pageAt(this.#pagesOf(chunkOf(user)), bucket) + ((user & (CHUNK_USERS - 1)) >> 5);
    this.#bits[at] = (this.#bits[at] ?? 0) | (1 << (user & 31));
  }

  /** Distinct users of a bucket. */
  count(bucket: number): number {
    return this.countOver(bucket, bucket + 1);
  }

  /** Distinct users of buckets [from, to). */
  countOver(from: number, to: number): number {
    const union = new Int32Array(PAGE_WORDS);
    let count = 0;
    for (const pages of this.#pages.values()) {
      union.fill(0);
      for (const page of pages.subarray(from, to)) if (page !== EMPTY) this.#unite(union, 0, page);
      for (const word of union) count += bitCount(word);
    }
    return count;
  }

  /**
   * For every bucket the distinct users of it and of the `asked − 1` before it. Buckets in blocks of `width`: such a window is the end
   * of one block and the beginning of the next (van Herk, 1992), so that its width costs nothing.
   */
  trailing(asked: number): Float64Array {
    const width = Math.max(1, Math.min(asked, this.#buckets));
    const counts = new Float64Array(this.#buckets);
    const ends = new Int32Array((width + 1) * PAGE_WORDS);
    const beginning = new Int32Array(PAGE_WORDS);
    const bits = this.#bits;
    for (const pages of this.#pages.values()) {
      ends.fill(0);
      for (let start = 0; start < this.#buckets; start += width) {
        const block = pages.subarray(start, start + width);
        beginning.fill(0);
        for (let i = 0; i < block.length; i++) {
          const page = block[i] ?? EMPTY;
          const end = (i + 1) * PAGE_WORDS;
          let count = 0;
          for (let word = 0; word < PAGE_WORDS; word++) {
            const begun = (beginning[word] ?? 0) | (bits[page + word] ?? 0);
            beginning[word] = begun;
            count += bitCount(begun | (ends[end + word] ?? 0));
          }
          counts[start + i] = (counts[start + i] ?? 0) + count;
        }
        if (width === 1) continue;
        for (let i = width - 1; i >= 0; i--) {
          const page = block[i] ?? EMPTY;
          const at = i * PAGE_WORDS;
          for (let word = at; word < at + PAGE_WORDS; word++) ends[word] = (ends[word + PAGE_WORDS] ?? 0) | (bits[page + word - at] ?? 0);
        }
      }
    }
    return counts;
  }

  /**
   * How many users of each group were there in each bucket, by group, then by bucket. `groupOf`: by chunk, the group of each of its users;
   * −1: none.
   */
  countGroups(groupOf: ReadonlyMap<number, Int32Array>, groups: number): Float64Array {
    const counts = new Float64Array(groups * this.#buckets);
    for (const [chunk, pages] of this.#pages) {
      const own = groupOf.get(chunk);
      if (own === undefined) continue;
      for (let bucket = 0; bucket < pages.length; bucket++) this.#countPage(pages[bucket] ?? EMPTY, own, counts, bucket);
    }
    return counts;
  }

  #countPage(page: number, groupOf: Int32Array, counts: Float64Array, bucket: number): void {
    if (page === EMPTY) return;
    const bits = this.#bits;
    for (let word = 0; word < PAGE_WORDS; word++) {
      for (let rest = bits[page + word] ?? 0; rest !== 0; rest &= rest - 1) {
        const group = groupOf[(word << 5) + 31 - Math.clz32(rest & -rest)] ?? -1;
        const at = group * this.#buckets + bucket;
        if (group >= 0) counts[at] = (counts[at] ?? 0) + 1;
      }
    }
  }

  #pagesOf(chunk: number): Int32Array {
    const present = this.#pages.get(chunk);
    if (present !== undefined) return present;
    const pages = new Int32Array(this.#buckets).fill(EMPTY);
    this.#pages.set(chunk, pages);
    return pages;
  }

  /** The page of each slot's bucket; all are there afterwards, so that none has to be made while entries are read. */
  #findPages(pages: Int32Array, bucketOfSlot: Int32Array): Int32Array {
    const pageOfSlot = this.#pageOfSlot;
    let previous = -1;
    let page = SCRAP;
    for (let slot = 0; slot < pageOfSlot.length; slot++) {
      const bucket = slot < bucketOfSlot.length ? (bucketOfSlot[slot] ?? -1) : -1;
      if (bucket !== previous) page = bucket < 0 ? SCRAP : this.#pageAt(pages, bucket);
      pageOfSlot[slot] = page;
      previous = bucket;
    }
    return pageOfSlot;
  }

  #pageAt(pages: Int32Array, bucket: number): number {
    const present = pages[bucket];
    if (present === undefined) throw new RangeError(`there are ${this.#buckets} buckets, and none is ${bucket}`);
    if (present !== EMPTY) return present;
    const page = this.#end;
    this.#end += PAGE_WORDS;
    if (this.#end > this.#bits.length) {
      const grown = new Int32Array(this.#bits.length * 2);
      grown.set(this.#bits);
      this.#bits = grown;
    }
    pages[bucket] = page;
    return page;
  }

  #unite(into: Int32Array, at: number, page: number): void {
    const bits = this.#bits;
    for (let word = 0; word < PAGE_WORDS; word++) into[at + word] = (into[at + word] ?? 0) | (bits[page + word] ?? 0);
  }
}

function bitCount(word: number): number {
  let n = word - ((word >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
