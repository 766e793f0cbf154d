import { checkUsername, isUserId, LIMITS, parseUuid } from '@hubbub/protocol';
import { HttpRateLimit } from '../../admission/http-rate-limit.ts';
import type { PostOutcome } from '../../hub/directory.ts';
import { type Answer, refused } from '../answer.ts';
import type { HttpDeps } from '../http-deps.ts';
import { isPublicRoom, noRoom } from './history.ts';
import { type Route, route } from './route.ts';
import { described, errors, Message, PostBody, PostQuery, RoomParams } from './schemas.ts';

type PostDeps = Pick<HttpDeps, 'directory' | 'config' | 'clock'>;

/** Many users may share an address, but an address must not gain by inventing users. */
const AUTHORS_PER_ADDRESS = 20;
/** What to tell those who are refused for a reason that passes by itself, ms. */
const RETRY_MS = 1000;

export function postRoutes({ directory, config, clock }: PostDeps): readonly Route[] {
  const { ratePerSec, rateBurst } = config;
  const byAuthor = new HttpRateLimit({ perSec: ratePerSec, burst: rateBurst }, clock);
  const byAddress = new HttpRateLimit({ perSec: ratePerSec * AUTHORS_PER_ADDRESS, burst: rateBurst * AUTHORS_PER_ADDRESS }, clock);
  return [
    route({
      method: 'POST',
      url: '/api/rooms/:room/messages',
      bodyLimit: LIMITS.frameBytes,
      schema: {
        summary: 'Send a message',
        description:
          'For bots, scripts and webhooks. Answered when the message is stored (with `STORE=none`: when it is ordered and sent out; nothing keeps it): 201, or 200 with the first one for a `messageId` that this author has used here before, whatever `content` says now.',
        tags: ['rooms'],
        params: RoomParams,
        querystring: PostQuery,
        body: PostBody,
        response: {
          200: described(Message, 'A repeat: the first message with this `messageId`. What this request says in its place is not kept.'),
          201: described(Message, 'The message, stored; with `STORE=none` ordered and sent out.'),
          ...errors(400, 403, 404, 409, 413, 415, 429, 503),
        },
      },
      async answer({ params: { room: roomId }, query, body, address }) {
        if (!isPublicRoom(roomId)) return noRoom;
        const author = readAuthor(query, body);
        if (author.kind === 'refused') return author.answer;
        const ids = readIds(body);
        if (ids.kind === 'refused') return ids.answer;
        const { userId, username } = author;
        const waitMs = byAuthor.take(JSON.stringify([address, userId])) || byAddress.take(address);
        if (waitMs > 0) return refused('rate_limited', `Too fast; try again in ${Math.ceil(waitMs / 1000)} s.`, waitMs);
        const { messageId, replyTo } = ids;
        return postAnswer(
          await directory.post({ roomId, type: body.type ?? 'chat', userId, username, content: body.content, messageId, replyTo }),
        );
      },
    }),
  ];
}

type Read<T> = ({ readonly kind: 'read' } & T) | { readonly kind: 'refused'; readonly answer: Answer };

interface Named {
  readonly userId?: string;
  readonly username?: string;
}

function readAuthor(query: Named, body: Named): Read<{ readonly userId: string; readonly username: string }> {
  const userId = query.userId ?? body.userId ?? 'anonymous';
  const username = query.username ?? body.username ?? 'Anonymous';
  if (!isUserId(userId)) return no(refused('bad_request', '"userId" has 1 to 128 characters and no control characters.'));
  const wrong = checkUsername(username);
  return wrong === undefined ? { kind: 'read', userId, username } : no(refused(wrong.code, wrong.message));
}

type Ids = { readonly messageId: string | undefined; readonly replyTo: string | undefined };

/** null is as good as absent, as in frames. */
function readIds(body: { readonly messageId?: string | null; readonly replyTo?: string | null }): Read<Ids> {
  const messageId = parseUuid(body.messageId ?? '');
  const replyTo = parseUuid(body.replyTo ?? '');
  if (typeof body.messageId === 'string' && messageId === undefined)
    return no(refused('bad_request', '"messageId" must be a UUID, such as 550e8400-e29b-41d4-a716-446655440000.'));
  if (typeof body.replyTo === 'string' && replyTo === undefined)
    return no(refused('bad_request', '"replyTo" must be the UUID of a message.'));
  return { kind: 'read', messageId, replyTo };
}

function no(answer: Answer): { readonly kind: 'refused'; readonly answer: Answer } {
  return { kind: 'refused', answer };
}

function postAnswer(outcome: PostOutcome): Answer {
  if (outcome.kind === 'stored') return { status: outcome.isRepeat ? 200 : 201, body: outcome.message };
  const answer = refused(outcome.code, outcome.message);
  const isPassing = answer.status === 429 || answer.status === 503;
  return isPassing ? refused(outcome.code, outcome.message, RETRY_MS) : answer;
}
