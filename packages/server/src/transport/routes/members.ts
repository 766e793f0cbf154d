import { isoTime, LIMITS } from '@hubbub/protocol';
import type { MemberView } from '../../hub/directory.ts';
import { ok } from '../answer.ts';
import type { HttpDeps } from '../http-deps.ts';
import { isPublicRoom, noRoom } from './history.ts';
import { decodeCursor, encodeCursor } from './opaque-cursor.ts';
import { badCursor } from './read-store.ts';
import { type Route, route } from './route.ts';
import { described, errors, ListQuery, MemberList, RoomParams } from './schemas.ts';

/** The last member shown. */
interface Shown {
  readonly joinedAt: number;
  readonly userId: string;
}

export function memberRoutes({ directory }: Pick<HttpDeps, 'directory'>): readonly Route[] {
  return [
    route({
      method: 'GET',
      url: '/api/rooms/:room/members',
      schema: {
        summary: 'Members of a room',
        tags: ['rooms'],
        params: RoomParams,
        querystring: ListQuery,
        response: {
          200: described(MemberList, 'One page of members; of a room that nobody is in, an empty one.'),
          ...errors(400, 404, 429),
        },
      },
      answer: ({ params: { room }, query: { limit = LIMITS.defaultPageSize, after } }) => {
        if (!isPublicRoom(room)) return noRoom;
        const shown = after === undefined ? undefined : readShown(after);
        if (after !== undefined && shown === undefined) return badCursor('after');
        return ok(memberPage(directory.members(room), limit, shown));
      },
    }),
  ];
}

function memberPage(all: readonly MemberView[], limit: number, shown: Shown | undefined): object {
  const start = shown === undefined ? 0 : startAfter(all, shown);
  const page = all.slice(start, start + limit);
  const last = page.at(-1);
  const isMore = start + limit < all.length && last !== undefined;
  return {
    members: page.map((member) => ({ ...member, joinedAt: isoTime(member.joinedAt) })),
    count: all.length,
    next: isMore ? encodeCursor([last.joinedAt, last.userId]) : null,
  };
}

/** Behind the member that was shown last or, when that one has left, behind everyone who came before. */
function startAfter(all: readonly MemberView[], shown: Shown): number {
  const index = all.findIndex(({ userId }) => userId === shown.userId);
  if (index >= 0) return index + 1;
  const later = all.findIndex(({ joinedAt }) => joinedAt > shown.joinedAt);
  return later < 0 ? all.length : later;
}

function readShown(cursor: string): Shown | undefined {
  const [joinedAt, userId, ...more] = decodeCursor(cursor) ?? [];
  return typeof joinedAt === 'number' && typeof userId === 'string' && more.length === 0 ? { joinedAt, userId } : undefined;
}
