import { CHUNK_USERS, UserColumns } from './user-body.ts';

const SLOT_MASK = 127;
/** The highest bit of an entry: the user's last. */
const LAST_SHIFT = 7;
const NOT_WANTED = 0;

/**
 * How many distinct users each bucket has, exact, from containers of `users` or `presence` in the order of time, where buckets follow
 * each other as slots do: a user is new in a bucket exactly if the user's slot before this one is not of it. UserBuckets needs no order,
 * and takes several times as long.
 */
export class UserCounts {
  readonly #columns = new UserColumns();
  readonly #bucketOfSlot = new Int32Array(SLOT_MASK + 1);
  /** By chunk: the last bucket of each user, from 1 on. */
  readonly #lastOfUser = new Map<number, Int32Array>();
  readonly #counts: Float64Array;

  constructor(bucketCount: number) {
    this.#counts = new Float64Array(bucketCount + 1);
  }

  /** `bucketOfSlot`: −1, or beyond its end: not wanted. False for a corrupt body, of which any part may have been added. */
  add(chunk: number, body: Uint8Array, bucketOfSlot: Int32Array): boolean {
    const columns = this.#columns;
    if (!columns.open(body)) return false;
    const users = columns.readUsers(body);
    if (users === undefined) return false;
    const buckets = this.#bucketOfSlot.fill(NOT_WANTED);
    for (let slot = 0; slot < bucketOfSlot.length; slot++) buckets[slot] = (bucketOfSlot[slot] ?? -1) + 1;
    const last = this.#lastOf(chunk);
    const counts = this.#counts;
    const end = columns.countsAt;
    let i = 0;
    for (let at = columns.entriesAt; at < end; at++) {
      const code = body[at] ?? 0;
      const bucket = buckets[code & SLOT_MASK] ?? NOT_WANTED;
      const user = users[i] ?? 0;
      if (last[user] !== bucket && bucket !== NOT_WANTED) {
        last[user] = bucket;
        counts[bucket] = (counts[bucket] ?? 0) + 1;
      }
      i += code >> LAST_SHIFT;
    }
    return i === columns.users;
  }

  /** A body with slot 0 alone, in a bucket of which nothing else of its chunk is added: all its users are new there. */
  addWhole(body: Uint8Array, bucket: number): boolean {
    if (!this.#columns.open(body)) return false;
    this.#counts[bucket + 1] = (this.#counts[bucket + 1] ?? 0) + this.#columns.users;
    return true;
  }

  count(bucket: number): number {
    return this.#counts[bucket + 1] ?? 0;
  }

  #lastOf(chunk: number): Int32Array {
    const present = this.#lastOfUser.get(chunk);
    if (present !== undefined) return present;
    const last = new Int32Array(CHUNK_USERS);
    this.#lastOfUser.set(chunk, last);
    return last;
  }
}
