import { type Parsed, parsed, quote, refuse } from '../request/problem.ts';
import type { QueryStore } from './ports.ts';

/** A room of which nothing is kept. No number of the store's is this large. */
const EMPTY_ROOM = 0xfffffffe;

/** The number of a room; undefined: all rooms. `isLive`: it exists though nothing may be stored of it. */
export function roomOf(roomId: string | undefined, store: QueryStore, isLive: boolean): Parsed<number | undefined> {
  if (roomId === undefined) return parsed(undefined);
  const number = store.roomNumber(roomId) ?? (isLive ? EMPTY_ROOM : undefined);
  if (number !== undefined) return parsed(number);
  return refuse('room', `There is no room ${quote(roomId)}.`, 'a room that somebody wrote in or is in; left out: all rooms');
}
