import { type Ranked, topOf } from './top.ts';
import { CHUNK_USERS, UserColumns } from './user-body.ts';

const SLOT_MASK = 127;
const LAST_OF_USER = 128;

/** Messages by user, from containers of `users` in any order: an array for each chunk of users. */
export class UserMessages {
  readonly #columns = new UserColumns();
  readonly #chunks = new Map<number, Float64Array>();

  /** `bucketOfSlot`: −1, or beyond its end: not wanted. False for a corrupt body, of which any part may have been added. */
  add(chunk: number, body: Uint8Array, bucketOfSlot: Int32Array): boolean {
    const columns = this.#columns;
    if (!columns.open(body)) return false;
    const { users, entriesAt, countsAt, hasCounts } = columns;
    const counts = this.#countsOf(chunk);
    let gapAt = columns.usersAt;
    let entryAt = entriesAt;
    let countAt = countsAt;
    let user = -1;
    for (let i = 0; i < users; i++) {
      let gap = body[gapAt++] ?? 0;
      if (gap >= 128) gap = (gap & 127) | ((body[gapAt++] ?? 0) << 7);
      user += gap + 1;
      if (user >= CHUNK_USERS || gapAt > entriesAt) return false;
      let code = 0;
      let sum = 0;
      do {
        if (entryAt >= countsAt) return false;
        code = body[entryAt++] ?? 0;
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
        const slot = code & SLOT_MASK;
        if (slot < bucketOfSlot.length && (bucketOfSlot[slot] ?? -1) >= 0) sum += count;
      } while (code < LAST_OF_USER);
      counts[user] = (counts[user] ?? 0) + sum;
    }
    return entryAt === countsAt && gapAt === entriesAt && countAt === body.length;
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
