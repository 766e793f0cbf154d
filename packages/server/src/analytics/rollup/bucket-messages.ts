import { leastOf, type Ranked, topOf } from './top.ts';
import { bodyOfSums, CHUNK_BITS, CHUNK_USERS, UserColumns } from './user-body.ts';

const SLOT_MASK = 127;
/** The highest bit of an entry: the user's last. */
const LAST_SHIFT = 7;
const FIRST_SIZE = 256;
const IN_CHUNK = CHUNK_USERS - 1;

/** (place of a user, messages) of one bucket, one after the other, a user any number of times. */
interface Pairs {
  values: Uint32Array;
  length: number;
}

/** Of the bucket that was summed up last, each user once: the same memory for all of them. */
let places = new Uint32Array(0);
let totals = new Float64Array(0);

const NO_PAIRS: Pairs = { values: new Uint32Array(0), length: 0 };

/**
 * Messages by user and bucket, from containers of `users` or `rooms` in any order, each read once: what is read is put aside by bucket,
 * and summed up when the bucket is asked for. A single bucket is summed up at once.
 */
export class BucketMessages {
  readonly #columns = new UserColumns();
  readonly #bucketOfSlot = new Int32Array(SLOT_MASK + 1);
  readonly #pairs: (Pairs | undefined)[];
  readonly #isSingle: boolean;
  /** Chunks in the order in which they came: the place of a user is that of the chunk, then the number within it. */
  readonly #chunks: number[] = [];
  /** By the place of a user: of the single bucket, or zeros between two questions. */
  #sums = new Float64Array(0);

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
    const base = this.#placeOf(chunk);
    if (this.#isSingle) return this.#addSingle(body, users, base);
    const { countsAt, hasCounts } = columns;
    let countAt = countsAt;
    let i = 0;
    // What one user wrote in slots of one bucket, which follow each other, is put aside together.
    let sum = 0;
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
      const place = base + (users[i] ?? 0);
      const isLast = code >> LAST_SHIFT;
      i += isLast;
      if (bucket < 0) continue;
      sum += count;
      if (isLast === 0 && buckets[(body[at + 1] ?? 0) & SLOT_MASK] === bucket) continue;
      this.#putAside(bucket, place, sum);
      sum = 0;
    }
    return i === columns.users && (!hasCounts || countAt === body.length);
  }

  /** The body that is open, to the single bucket. */
  #addSingle(body: Uint8Array, users: Uint16Array, base: number): boolean {
    const { countsAt, entriesAt, hasCounts } = this.#columns;
    const isWanted = this.#bucketOfSlot;
    for (let slot = 0; slot < isWanted.length; slot++) isWanted[slot] = (isWanted[slot] ?? -1) >= 0 ? 1 : 0;
    const sums = this.#sums;
    let countAt = countsAt;
    let i = 0;
    for (let at = entriesAt; at < countsAt; at++) {
      const code = body[at] ?? 0;
      let count = hasCounts ? (body[countAt++] ?? 0) : 1;
      if (count >= 128) {
        count &= 127;
        let byte = 128;
        for (let scale = 128; byte >= 128 && countAt < body.length; scale *= 128) {
          byte = body[countAt++] ?? 0;
          count += (byte & 127) * scale;
        }
      }
      const place = base + (users[i] ?? 0);
      sums[place] = (sums[place] ?? 0) + count * (isWanted[code & SLOT_MASK] ?? 0);
      i += code >> LAST_SHIFT;
    }
    return i === this.#columns.users && (!hasCounts || countAt === body.length);
  }

  /** Distinct users of a bucket. */
  users(bucket: number): number {
    return this.#summed(bucket);
  }

  /** Most first; those that tie with the last one as well. */
  top(bucket: number, limit: number): Ranked[] {
    const length = this.#summed(bucket);
    const found = places;
    const counts = totals.subarray(0, length);
    const least = length <= limit ? 0 : leastOf(counts, limit);
    const [users, messages]: [number[], number[]] = [[], []];
    for (let i = 0; i < length; i++) {
      const count = counts[i] ?? 0;
      if (count < least) continue;
      const place = found[i] ?? 0;
      users.push((this.#chunks[place >>> CHUNK_BITS] ?? 0) * CHUNK_USERS + (place & IN_CHUNK));
      messages.push(count);
    }
    return topOf(users, messages, limit);
  }

  /** What a bucket has, by chunk, as a container that has it in slot 0 alone. */
  bodies(bucket: number, hasCounts: boolean): { readonly chunk: number; readonly body: Uint8Array }[] {
    const sums = this.#sums;
    const { values, length } = this.#pairs[bucket] ?? NO_PAIRS;
    const marks = new Int32Array(sums.length / 32).fill(this.#isSingle ? -1 : 0);
    for (let at = 0; at < length; at += 2) {
      const place = values[at] ?? 0;
      sums[place] = (sums[place] ?? 0) + (values[at + 1] ?? 0);
      marks[place >> 5] = (marks[place >> 5] ?? 0) | (1 << (place & 31));
    }
    const found = this.#chunks.flatMap((chunk, i) => {
      const body = bodyOfSums(sums, marks, i * CHUNK_USERS, hasCounts);
      return body === undefined ? [] : { chunk, body };
    });
    for (let at = 0; at < length; at += 2) sums[values[at] ?? 0] = 0;
    return found;
  }

  /** Lists each user of a bucket once, as `places` and `totals`, and says how many they are. */
  #summed(bucket: number): number {
    const sums = this.#sums;
    const { values, length: end } = this.#pairs[bucket] ?? NO_PAIRS;
    const most = this.#isSingle ? sums.length : end / 2;
    if (places.length <= most) [places, totals] = [new Uint32Array(most + 1), new Float64Array(most + 1)];
    const [found, counts] = [places, totals];
    let length = 0;
    if (this.#isSingle) {
      for (let place = 0; place < sums.length; place++) if (sums[place] !== 0) found[length++] = place;
    } else {
      for (let at = 0; at < end; at += 2) {
        const place = values[at] ?? 0;
        const sum = sums[place] ?? 0;
        found[length] = place;
        length += sum === 0 ? 1 : 0;
        sums[place] = sum + (values[at + 1] ?? 0);
      }
    }
    for (let i = 0; i < length; i++) {
      const place = found[i] ?? 0;
      counts[i] = sums[place] ?? 0;
      if (!this.#isSingle) sums[place] = 0;
    }
    return length;
  }

  #putAside(bucket: number, place: number, count: number): void {
    let pairs = this.#pairs[bucket];
    if (pairs === undefined) {
      pairs = { values: new Uint32Array(FIRST_SIZE), length: 0 };
      this.#pairs[bucket] = pairs;
    } else if (pairs.length === pairs.values.length) {
      const grown = new Uint32Array(pairs.length * 2);
      grown.set(pairs.values);
      pairs.values = grown;
    }
    pairs.values[pairs.length++] = place;
    pairs.values[pairs.length++] = count;
  }

  /** The place of a chunk's first user. */
  #placeOf(chunk: number): number {
    const present = this.#chunks.indexOf(chunk);
    if (present >= 0) return present * CHUNK_USERS;
    const base = this.#chunks.length * CHUNK_USERS;
    this.#chunks.push(chunk);
    if (base + CHUNK_USERS > this.#sums.length) {
      const grown = new Float64Array(Math.max(CHUNK_USERS, this.#sums.length * 2));
      grown.set(this.#sums);
      this.#sums = grown;
    }
    return base;
  }
}
