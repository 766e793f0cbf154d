import { isoTime, isReservedRoomId, LIMITS } from '@hubbub/protocol';
import type { Directory } from '../../hub/directory.ts';
import type { RoomPage } from '../../store/store.ts';
import type { Clock } from '../../util/clock.ts';
import { ok } from '../answer.ts';
import type { HttpDeps } from '../http-deps.ts';
import { decodeCursor, encodeCursor } from './opaque-cursor.ts';
import { badCursor, readStore } from './read-store.ts';
import { type Route, route } from './route.ts';
import { described, errors, ListQuery, RoomList } from './schemas.ts';

type RoomsDeps = Pick<HttpDeps, 'store' | 'storageState' | 'directory' | 'clock'>;

/** How long the sorted list of live rooms is used again, so that asking often is not sorting often. */
const LIVE_ROOMS_MS = 1000;

/** Where a listing goes on: in the store's page that begins at `storeCursor`, after the room `afterName`. */
interface Place {
  readonly storeCursor: string | undefined;
  readonly afterName: string;
}

interface LiveRoom {
  readonly roomId: string;
  readonly members: number;
  readonly lastMessageAt: number;
}

export function roomRoutes(deps: RoomsDeps): readonly Route[] {
  const liveRooms = cachedLiveRooms(deps.directory, deps.clock);
  return [
    route({
      method: 'GET',
      url: '/api/rooms',
      schema: {
        summary: 'Rooms, stored and live, by name',
        tags: ['rooms'],
        querystring: ListQuery,
        response: { 200: described(RoomList, 'One page of rooms.'), ...errors(400, 429, 503) },
      },
      answer: ({ query: { limit = LIMITS.defaultPageSize, after } }) => {
        const place = readPlace(after);
        if (place === undefined) return badCursor('after');
        // Without a store the rooms with members are all there are.
        if (deps.storageState() === 'disabled') return ok(merge({ rooms: [], next: undefined }, liveRooms(), limit, place));
        return readStore(deps.storageState, 'after', async () => {
          const stored = await deps.store.rooms(limit, place.storeCursor);
          return ok(merge(stored, liveRooms(), limit, place));
        });
      },
    }),
  ];
}

/**
 * One page of both: the store's page, and the live rooms whose names lie in the same range. When they are too many together the
 * next page begins in the same page of the store again, since only the store can make its cursors.
 */
function merge(stored: RoomPage, live: readonly LiveRoom[], limit: number, place: Place): object {
  const through = stored.next === undefined ? undefined : stored.rooms.at(-1)?.roomId;
  const isInRange = ({ roomId }: { readonly roomId: string }) => roomId > place.afterName && (through === undefined || roomId <= through);
  const found = new Map<string, LiveRoom>();
  for (const room of stored.rooms) if (isInRange(room) && !isReservedRoomId(room.roomId)) found.set(room.roomId, { ...room, members: 0 });
  for (const room of live) {
    if (!isInRange(room) || isReservedRoomId(room.roomId)) continue;
    const known = found.get(room.roomId);
    found.set(room.roomId, { ...room, lastMessageAt: Math.max(room.lastMessageAt, known?.lastMessageAt ?? 0) });
  }
  const sorted = [...found.values()].sort(byName);
  const rooms = sorted.slice(0, limit).map(roomBody);
  if (sorted.length > limit) return { rooms, next: encodeCursor([place.storeCursor ?? null, rooms.at(-1)?.roomId ?? '']) };
  return { rooms, next: stored.next === undefined ? null : encodeCursor([stored.next, through ?? place.afterName]) };
}

function readPlace(after: string | undefined): Place | undefined {
  if (after === undefined) return { storeCursor: undefined, afterName: '' };
  const [storeCursor, afterName, ...more] = decodeCursor(after) ?? [];
  const isOurs = (storeCursor === null || typeof storeCursor === 'string') && typeof afterName === 'string' && more.length === 0;
  return isOurs ? { storeCursor: storeCursor ?? undefined, afterName } : undefined;
}

function roomBody({ roomId, members, lastMessageAt }: LiveRoom): { readonly roomId: string } {
  const lastAt = lastMessageAt === 0 ? null : isoTime(lastMessageAt);
  return { ...{ members, lastMessageAt: lastAt }, roomId };
}

/** By code units, as the store orders names: they are ASCII. */
function byName(a: LiveRoom, b: LiveRoom): number {
  return a.roomId < b.roomId ? -1 : 1;
}

function cachedLiveRooms(directory: Directory, clock: Clock): () => readonly LiveRoom[] {
  let cached: readonly LiveRoom[] = [];
  let until = Number.NEGATIVE_INFINITY;
  return () => {
    if (clock.monotonic() >= until) {
      cached = [...directory.liveRooms()].sort(byName);
      until = clock.monotonic() + LIVE_ROOMS_MS;
    }
    return cached;
  };
}
