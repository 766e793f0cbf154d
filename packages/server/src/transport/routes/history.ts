import { isoTime, isReservedRoomId, isRoomId, isUserId, LIMITS, NO_SUCH_ROOM } from '@hubbub/protocol';
import type { MessagePage, PageQuery, StoredMessage } from '../../store/store.ts';
import { type Answer, ok, refused } from '../answer.ts';
import type { HttpDeps } from '../http-deps.ts';
import { readStore } from './read-store.ts';
import { type Route, route } from './route.ts';
import { described, errors, HistoryQuery, RoomPage, RoomParams, UserPage, UserParams } from './schemas.ts';

type HistoryDeps = Pick<HttpDeps, 'store' | 'storageState'>;

interface PageParameters {
  readonly limit?: number;
  readonly before?: string;
  readonly after?: string;
}

export function historyRoutes({ store, storageState }: HistoryDeps): readonly Route[] {
  const page = (query: PageParameters, body: (page: MessagePage) => unknown, read: (query: PageQuery) => Promise<MessagePage>) => {
    if (query.before !== undefined && query.after !== undefined) return bothCursors;
    const { limit = LIMITS.defaultPageSize, before, after } = query;
    const asked: PageQuery = { limit, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
    return readStore(storageState, before === undefined ? 'after' : 'before', async () => ok(body(await read(asked))));
  };
  return [
    route({
      method: 'GET',
      url: '/api/rooms/:room/messages',
      schema: {
        summary: 'Messages of a room',
        description: 'The newest page by default; cursors lead from there to older and newer ones.',
        tags: ['rooms'],
        params: RoomParams,
        querystring: HistoryQuery,
        response: { 200: described(RoomPage, 'One page; of a room that nobody wrote in, an empty one.'), ...errors(400, 404, 429, 503) },
      },
      answer: ({ params: { room: roomId }, query }) =>
        isPublicRoom(roomId)
          ? page(
              query,
              (found) => ({ roomId, ...pageBody(found) }),
              (asked) => store.roomMessages(roomId, asked),
            )
          : noRoom,
    }),
    route({
      method: 'GET',
      url: '/api/users/:user/messages',
      schema: {
        summary: 'Messages of a user in all rooms',
        tags: ['users'],
        params: UserParams,
        querystring: HistoryQuery,
        response: { 200: described(UserPage, 'One page; of a user who wrote nothing, an empty one.'), ...errors(400, 429, 503) },
      },
      answer: ({ params: { user: userId }, query }) =>
        isUserId(userId)
          ? page(
              query,
              (found) => ({ userId, ...pageBody(found) }),
              (asked) => store.userMessages(userId, asked),
            )
          : noUser,
    }),
  ];
}

/** A room that anyone may enter. Direct and private ones do not exist for those who may not enter them. */
export function isPublicRoom(roomId: string): boolean {
  return isRoomId(roomId) && !isReservedRoomId(roomId);
}

export const noRoom: Answer = refused(NO_SUCH_ROOM.code, NO_SUCH_ROOM.message);
const noUser: Answer = refused('bad_request', 'The path parameter "user" is no user id: 1 to 128 characters without control characters.');
const bothCursors: Answer = refused('bad_request', 'The query parameters "before" and "after" exclude each other.');

function pageBody(page: MessagePage): object {
  const { messages, before = null, after = null } = page;
  return { count: messages.length, messages: messages.map(messageBody), nextBefore: before, nextAfter: after };
}

function messageBody(stored: StoredMessage): object {
  const { messageId, roomId, type, userId, username, content, timestamp, position, replyTo } = stored;
  return { messageId, roomId, type, userId, username, content, timestamp: isoTime(timestamp), seq: position?.seq, replyTo };
}
