import { ByteReader, ByteWriter } from '@hubbub/sketch';
import { CHUNK_USERS } from './user-body.ts';

const VERSION = 1;
const QUARTERS_OF_MONTH = 31 * 96;

/**
 * Visits each user of a body of `newcomers`, ascending, with the quarter of its first message, counted from the month's beginning.
 * False for a corrupt body, of which any part may have been visited. A body: version, number of users, then (number within the chunk,
 * or distance to the one before less 1; quarter) of each.
 */
export function readNewcomers(chunk: number, body: Uint8Array, visit: (user: number, quarterOfMonth: number) => void): boolean {
  const input = new ByteReader(body);
  const version = input.byte();
  const size = input.count();
  if (version !== VERSION || size === 0 || size > CHUNK_USERS) return false;
  let user = -1;
  for (let i = 0; i < size; i++) {
    user += input.varint() + 1;
    const quarter = input.varint();
    if (input.isBroken || user >= CHUNK_USERS || quarter >= QUARTERS_OF_MONTH) return false;
    visit(chunk * CHUNK_USERS + user, quarter);
  }
  return input.isComplete;
}

/** `quarters`: by number within the chunk. Undefined when empty. */
export function writeNewcomers(quarters: ReadonlyMap<number, number>): Uint8Array | undefined {
  if (quarters.size === 0) return undefined;
  const out = new ByteWriter();
  out.byte(VERSION);
  out.varint(quarters.size);
  let previous = -1;
  for (const [user, quarter] of [...quarters].sort(([a], [b]) => a - b)) {
    out.varint(user - previous - 1);
    out.varint(quarter);
    previous = user;
  }
  return out.finish();
}
