import { type Ranked, topOf } from './top.ts';
import { CHUNK_BITS, CHUNK_USERS, UserColumns } from './user-body.ts';

const SLOT_MASK = 127;
/** The highest bit of an entry: the user's last. */
const LAST_SHIFT = 7;
const FIRST_SIZE = 256;
const IN_CHUNK = CHUNK_USERS - 1;

/** (user, messages) of one bucket, one after the other, a user any number of times. */
interface Pairs {
  values: Uint32Array;
  length: number;
}

type Visit = (user: number, count: number) => void;

/**
 * Messages by user and bucket, from containers of `users` in any order, each read once: what is read is put aside by bucket, and summed
 * up when the bucket is asked for. A single bucket is summed up at once.
 */
export class BucketMessages {
  readonly #columns = new UserColumns();
  readonly #bucketOfSlot = new Int32Array(SLOT_MASK + 1);
  readonly #pairs: (Pairs | undefined)[];
  readonly #isSingle: boolean;
  /** By chunk: of the single bucket, or zeros between two questions. */
  readonly #sums = new Map<number, Float64Array>();

  constructor(bucketCount: number) {
    this.#isSingle = bucketCount === 1;
    this.#pairs = new Array<Pairs | undefined>(bucketCount).fill(undefined);
  }

  /** `bucketOfSlot`: −1, or beyond its end: not wanted. False for a corrupt body, of which any part may have been added. */
  add(chunk: number, body: Uint8Array, bucketOfSlot: Int32Array): boolean {
    const columns = this.#columns;
    if (!columns.open(body)) return false;
    const users = columns.readUsers(body);
    if (users === undefined) return false;
    const buckets = this.#bucketOfSlot.fill(-1);
    buckets.set(bucketOfSlot);
    const sums = this.#sumsOf(chunk);
    const base = chunk * CHUNK_USERS;
    const isSingle = this.#isSingle;
    const { countsAt, hasCounts } = columns;
    let countAt = countsAt;
    let i = 0;
    for (let at = columns.entriesAt; at < countsAt; at++) {
      const code = body[at] ?? 0;
      let count = 1;
      if (hasCounts) {
        count = body[countAt++] ?? 0;
        if (count >= 128) {
          count &= 127;
          let byte = 128;
          for (let scale = 128; byte >= 128 && countAt < body.length; scale *= 128) {
            byte = body[countAt++] ?? 0;
            count += (byte & 127) * scale;
          }
        }
      }
      const bucket = buckets[code & SLOT_MASK] ?? -1;
      const user = users[i] ?? 0;
      i += code >> LAST_SHIFT;
      if (bucket < 0) continue;
      if (isSingle) sums[user] = (sums[user] ?? 0) + count;
      else this.#putAside(bucket, base + user, count);
    }
    return i === columns.users && (!hasCounts || countAt === body.length);
  }

  /** Distinct users of a bucket. */
  users(bucket: number): number {
    let users = 0;
    this.#visit(bucket, (forEach) => forEach(() => users++));
    return users;
  }

  /** Most first; those that tie with the last one as well. */
  top(bucket: number, limit: number): Ranked[] {
    let top: Ranked[] = [];
    this.#visit(bucket, (forEach, size) => {
      top = topOf(forEach, size, limit);
    });
    return top;
  }

  /** Shows each user of a bucket once, with the messages. `size`: at least how many there are. */
  #visit(bucket: number, use: (forEach: (visit: Visit) => void, size: number) => void): void {
    if (this.#isSingle) return use((visit) => this.#visitSums(visit), this.#sums.size * CHUNK_USERS);
    const { values, length } = this.#pairs[bucket] ?? { values: new Uint32Array(0), length: 0 };
    const found = new Uint32Array(length / 2);
    let users = 0;
    for (let at = 0; at < length; at += 2) {
      const user = values[at] ?? 0;
      const sums = this.#sumsOf(user >>> CHUNK_BITS);
      const sum = sums[user & IN_CHUNK] ?? 0;
      if (sum === 0) found[users++] = user;
      sums[user & IN_CHUNK] = sum + (values[at + 1] ?? 0);
    }
    const each = found.subarray(0, users);
    use((visit) => {
      for (const user of each) visit(user, this.#sumsOf(user >>> CHUNK_BITS)[user & IN_CHUNK] ?? 0);
    }, users);
    for (const user of each) this.#sumsOf(user >>> CHUNK_BITS)[user & IN_CHUNK] = 0;
  }

  #visitSums(visit: Visit): void {
    for (const [chunk, sums] of this.#sums)
      for (let user = 0; user < CHUNK_USERS; user++) if (sums[user] !== 0) visit(chunk * CHUNK_USERS + user, sums[user] ?? 0);
  }

  #putAside(bucket: number, user: number, count: number): void {
    let pairs = this.#pairs[bucket];
    if (pairs === undefined) {
      pairs = { values: new Uint32Array(FIRST_SIZE), length: 0 };
      this.#pairs[bucket] = pairs;
    } else if (pairs.length === pairs.values.length) {
      const grown = new Uint32Array(pairs.length * 2);
      grown.set(pairs.values);
      pairs.values = grown;
    }
    pairs.values[pairs.length++] = user;
    pairs.values[pairs.length++] = count;
  }

  #sumsOf(chunk: number): Float64Array {
    const present = this.#sums.get(chunk);
    if (present !== undefined) return present;
    const sums = new Float64Array(CHUNK_USERS);
    this.#sums.set(chunk, sums);
    return sums;
  }
}
