import { type Ranked, topOf } from './top.ts';
import { CHUNK_USERS, UserColumns } from './user-body.ts';

const SLOT_MASK = 127;
/** The highest bit of an entry: the user's last. */
const LAST_SHIFT = 7;

/** Messages by user, from containers of `users` in any order: an array for each chunk of users. */
export class UserMessages {
  readonly #columns = new UserColumns();
  readonly #chunks = new Map<number, Float64Array>();
  /** By slot: 1 or 0. */
  readonly #isWanted = new Uint8Array(SLOT_MASK + 1);

  /** `bucketOfSlot`: −1, or beyond its end: not wanted. False for a corrupt body, of which any part may have been added. */
  add(chunk: number, body: Uint8Array, bucketOfSlot: Int32Array): boolean {
    const columns = this.#columns;
    if (!columns.open(body)) return false;
    const users = columns.readUsers(body);
    if (users === undefined) return false;
    const counts = this.#countsOf(chunk);
    const isWanted = this.#isWanted;
    for (let slot = 0; slot <= SLOT_MASK; slot++) isWanted[slot] = slot < bucketOfSlot.length && (bucketOfSlot[slot] ?? -1) >= 0 ? 1 : 0;
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
      const user = users[i] ?? 0;
      counts[user] = (counts[user] ?? 0) + count * (isWanted[code & SLOT_MASK] ?? 0);
      i += code >> LAST_SHIFT;
    }
    return i === columns.users && countAt === body.length;
  }

  /** Most first; those that tie with the last one as well. */
  top(limit: number): Ranked[] {
    const forEach = (visit: (number: number, count: number) => void): void => {
      for (const [chunk, counts] of this.#chunks) {
        for (let user = 0; user < CHUNK_USERS; user++) if (counts[user] !== 0) visit(chunk * CHUNK_USERS + user, counts[user] ?? 0);
      }
    };
    return topOf(forEach, this.#chunks.size * CHUNK_USERS, limit);
  }

  #countsOf(chunk: number): Float64Array {
    const present = this.#chunks.get(chunk);
    if (present !== undefined) return present;
    const counts = new Float64Array(CHUNK_USERS);
    this.#chunks.set(chunk, counts);
    return counts;
  }
}
