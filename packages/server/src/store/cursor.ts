import { BadCursor, type Cursor } from './store.ts';

/** Where an entry stands in a listing: by time, then `seq` (0 for none), then the order of insertion. */
export interface Place {
  readonly timestamp: number;
  readonly seq: number;
  readonly row: number;
}

export type Listing = 'room' | 'user';

const FIRST_TIME = Date.parse('0000-01-01T00:00:00.000Z');
const LAST_TIME = Date.parse('9999-12-31T23:59:59.999Z');

const TAGS = { room: 'r', user: 'u' } as const;

export function encodePlace(listing: Listing, place: Place): Cursor {
  return encode(`${TAGS[listing]}1,${place.timestamp},${place.seq},${place.row}`);
}

export function decodePlace(listing: Listing, cursor: Cursor): Place {
  const match = /^([ru])1,(-?\d{1,16}),(\d{1,16}),(\d{1,16})$/.exec(decode(cursor));
  if (match === null || match[1] !== TAGS[listing]) throw new BadCursor('not a cursor of this listing');
  const [timestamp, seq, row] = [Number(match[2]), Number(match[3]), Number(match[4])];
  const place = { timestamp, seq, row };
  if (!Object.values(place).every(Number.isSafeInteger)) throw new BadCursor('not a cursor of this listing');
  // Leading zeros and "-0" are spellings that `encodePlace` does not use.
  if (!isPossible(place) || encodePlace(listing, place) !== cursor) throw new BadCursor('not a cursor of this listing');
  return place;
}

/** An import takes the years that ISO 8601 has; what was numbered was sent to this server, and so after 1970. */
function isPossible({ timestamp, seq }: Place): boolean {
  return timestamp >= (seq > 0 ? 0 : FIRST_TIME) && timestamp <= LAST_TIME;
}

export function encodeName(name: string): Cursor {
  return encode(`n1,${name}`);
}

export function decodeName(cursor: Cursor): string {
  const text = decode(cursor);
  if (!text.startsWith('n1,')) throw new BadCursor('not a cursor of the list of rooms');
  return text.slice(3);
}

export function comparePlaces(a: Place, b: Place): number {
  return a.timestamp - b.timestamp || a.seq - b.seq || a.row - b.row;
}

/**
 * The cursors around a page. A page without entries lies beside the entry that was asked from, which then is the neighbour: rows
 * are whole numbers, so one row off is a place with nothing between.
 */
export function cursorsAround(
  listing: Listing,
  asked: { readonly before: Place | undefined; readonly after: Place | undefined },
  page: { readonly first: Place | undefined; readonly last: Place | undefined; readonly hasOlder: boolean; readonly hasNewer: boolean },
): { readonly before: Cursor | undefined; readonly after: Cursor | undefined } {
  const first = page.first ?? (asked.after === undefined ? undefined : { ...asked.after, row: asked.after.row + 1 });
  const last = page.last ?? (asked.before === undefined ? undefined : { ...asked.before, row: Math.max(0, asked.before.row - 1) });
  return {
    before: page.hasOlder && first !== undefined ? encodePlace(listing, first) : undefined,
    after: page.hasNewer && last !== undefined ? encodePlace(listing, last) : undefined,
  };
}

function encode(text: string): Cursor {
  return Buffer.from(text, 'utf8').toString('base64url');
}

/** Only what `encode` could have made: Node's decoder alone takes nearly anything. */
function decode(cursor: Cursor): string {
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  if (encode(text) !== cursor) throw new BadCursor('not a cursor');
  return text;
}
