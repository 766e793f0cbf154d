import { CHUNK_USERS, chunkOf, UserColumns } from './user-body.ts';

const PAGE_WORDS = CHUNK_USERS / 32;
const SLOT_MASK = 127;
const LAST_OF_USER = 128;
const NEVER = -1e9;

/**
 * Which user was there in which bucket, exact, from containers of `users` or `presence` in any order: a bit for each, in pages of a
 * chunk's users by one bucket (512 bytes), made when first needed. A page stays in the cache while a container is read.
 */
export class UserBuckets {
  readonly #buckets: number;
  readonly #columns = new UserColumns();
  /** By chunk, then by bucket: where its page begins; −1: none. */
  readonly #pages = new Map<number, Int32Array>();
  readonly #counts: Int32Array;
  #bits = new Uint32Array(16 * PAGE_WORDS);
  #end = 0;

  constructor(bucketCount: number) {
    this.#buckets = bucketCount;
    this.#counts = new Int32Array(bucketCount);
  }

  /** `bucketOfSlot`: −1, or beyond its end: not wanted. False for a corrupt body, of which any part may have been added. */
  add(chunk: number, body: Uint8Array, bucketOfSlot: Int32Array): boolean {
    const columns = this.#columns;
    if (!columns.open(body)) return false;
    const { users, entriesAt, countsAt } = columns;
    const pages = this.#pagesOf(chunk);
    const length = bucketOfSlot.length;
    let gapAt = columns.usersAt;
    let entryAt = entriesAt;
    let user = -1;
    for (let i = 0; i < users; i++) {
      let gap = body[gapAt++] ?? 0;
      if (gap >= 128) gap = (gap & 127) | ((body[gapAt++] ?? 0) << 7);
      user += gap + 1;
      if (user >= CHUNK_USERS || gapAt > entriesAt) return false;
      let code = 0;
      let previous = -1;
      do {
        if (entryAt >= countsAt) return false;
        code = body[entryAt++] ?? 0;
        const slot = code & SLOT_MASK;
        const bucket = slot < length ? (bucketOfSlot[slot] ?? -1) : -1;
        if (bucket !== previous && bucket >= 0) this.#mark(pages, bucket, user);
        previous = bucket;
      } while (code < LAST_OF_USER);
    }
    return entryAt === countsAt && gapAt === entriesAt;
  }

  /** One that is in no container yet. */
  addUser(bucket: number, user: number): void {
    this.#mark(this.#pagesOf(chunkOf(user)), bucket, user & (CHUNK_USERS - 1));
  }

  /** Distinct users of a bucket. */
  count(bucket: number): number {
    return this.#counts[bucket] ?? 0;
  }

  /** Distinct users of buckets [from, to). */
  countOver(from: number, to: number): number {
    const union = new Uint32Array(PAGE_WORDS);
    let count = 0;
    for (const pages of this.#pages.values()) {
      union.fill(0);
      for (const page of pages.subarray(from, to)) {
        if (page < 0) continue;
        for (let word = 0; word < PAGE_WORDS; word++) union[word] = (union[word] ?? 0) | (this.#bits[page + word] ?? 0);
      }
      for (const word of union) count += bitCount(word);
    }
    return count;
  }

  /** For every bucket the distinct users of it and of the `width − 1` before it. */
  trailing(width: number): Float64Array {
    const changes = new Float64Array(this.#buckets + 1);
    const last = new Float64Array(CHUNK_USERS);
    for (const pages of this.#pages.values()) {
      last.fill(NEVER);
      this.#visit(pages, (user, bucket) => {
        // The user counts from here to `bucket + width`, less what the visit before already covers.
        const start = Math.max(bucket, (last[user] ?? NEVER) + width);
        const end = Math.min(bucket + width, this.#buckets);
        last[user] = bucket;
        if (start >= end) return;
        changes[start] = (changes[start] ?? 0) + 1;
        changes[end] = (changes[end] ?? 0) - 1;
      });
    }
    const counts = changes.subarray(0, this.#buckets);
    for (let bucket = 1; bucket < counts.length; bucket++) counts[bucket] = (counts[bucket] ?? 0) + (counts[bucket - 1] ?? 0);
    return counts;
  }

  /** Each (user, bucket) once; for one user, buckets ascend. */
  forEach(visit: (user: number, bucket: number) => void): void {
    for (const [chunk, pages] of this.#pages) {
      const base = chunk * CHUNK_USERS;
      this.#visit(pages, (user, bucket) => visit(base + user, bucket));
    }
  }

  #visit(pages: Int32Array, visit: (user: number, bucket: number) => void): void {
    pages.forEach((page, bucket) => {
      if (page < 0) return;
      for (let word = 0; word < PAGE_WORDS; word++) {
        for (let rest = this.#bits[page + word] ?? 0; rest !== 0; rest &= rest - 1)
          visit(word * 32 + 31 - Math.clz32(rest & -rest), bucket);
      }
    });
  }

  #pagesOf(chunk: number): Int32Array {
    const present = this.#pages.get(chunk);
    if (present !== undefined) return present;
    const pages = new Int32Array(this.#buckets).fill(-1);
    this.#pages.set(chunk, pages);
    return pages;
  }

  #mark(pages: Int32Array, bucket: number, user: number): void {
    let page = pages[bucket] ?? -1;
    if (page < 0) page = this.#makePage(pages, bucket);
    const at = page + (user >> 5);
    const word = this.#bits[at] ?? 0;
    const marked = word | (1 << (user & 31));
    if ((word | 0) === marked) return;
    this.#bits[at] = marked;
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
  }

  #makePage(pages: Int32Array, bucket: number): number {
    if (bucket >= this.#buckets) throw new RangeError(`there are ${this.#buckets} buckets, and none is ${bucket}`);
    const page = this.#end;
    this.#end += PAGE_WORDS;
    if (this.#end > this.#bits.length) {
      const grown = new Uint32Array(this.#bits.length * 2);
      grown.set(this.#bits);
      this.#bits = grown;
    }
    pages[bucket] = page;
    return page;
  }
}

function bitCount(word: number): number {
  let n = word - ((word >>> 1) & 0x55555555);
  n = (n & 0x33333333) + ((n >>> 2) & 0x33333333);
  return Math.imul((n + (n >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
