import { randomBytes } from 'node:crypto';

/**
 * Server-made message ids: version-4 UUIDs in form, whose first 48 bits are the time in milliseconds and whose other 74
 * free bits are random. Rising ids keep the store's unique index local (docs/adr/0002), and their look tells that
 * a client which sends one did not make it up.
 */

const POOL_IDS = 256;
const RANDOM_BYTES = 10;
/** 2025-01-01; a random version-4 id looks like one of ours with a chance of about 1 in 500. */
const EARLIEST_MS = Date.UTC(2025, 0, 1);

let pool = '';
let used = POOL_IDS;

export function makeMessageId(now: number): string {
  if (used === POOL_IDS) {
    pool = randomBytes(POOL_IDS * RANDOM_BYTES).toString('hex');
    used = 0;
  }
  const at = used * RANDOM_BYTES * 2;
  used += 1;
  const time = now.toString(16).padStart(12, '0');
  const variant = '89ab'[Number.parseInt(pool.charAt(at + 3), 16) & 3];
  return `${time.slice(0, 8)}-${time.slice(8)}-4${pool.slice(at, at + 3)}-${variant}${pool.slice(at + 4, at + 7)}-${pool.slice(at + 8, at + 20)}`;
}

/** True when the id has the form of a server-made one from before `now`: then it is some message's, here or in the store. */
export function looksServerMade(messageId: string, now: number): boolean {
  if (messageId.charAt(14) !== '4') return false;
  const time = Number.parseInt(messageId.slice(0, 8) + messageId.slice(9, 13), 16);
  return time >= EARLIEST_MS && time <= now + 60_000;
}
