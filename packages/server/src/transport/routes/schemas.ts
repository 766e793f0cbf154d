import { ERROR_CODES, type ErrorCode, LIMITS } from '@hubbub/protocol';
import { type TSchema, Type } from 'typebox';
import { HTTP_ERRORS } from '../answer.ts';

const timestamp = (description: string) => Type.String({ description, examples: ['2025-12-30T10:30:00.000Z'] });

/** Of features that are not built: clients may know them, this version sends none. */
const UNSENT: ReadonlySet<string> = new Set(['muted', 'banned', 'slow_mode', 'filtered'] satisfies ErrorCode[]);

function codesOf(status: number): readonly string[] {
  const codes = Object.entries(ERROR_CODES).filter(([code, known]) => known.status === status && !UNSENT.has(code));
  const ofHttp = Object.entries(HTTP_ERRORS).filter(([, known]) => known === status);
  return [...codes, ...ofHttp].map(([code]) => code);
}

const errorFields = (status: number) => ({
  error: Type.Object({
    code: Type.Unsafe<string>({ type: 'string', enum: codesOf(status) }),
    message: Type.String({ description: 'What is wrong and what is allowed, in a sentence.' }),
  }),
});

/** What the statuses mean here; each route uses some of them. */
const ERROR_MEANINGS: Readonly<Record<number, string>> = {
  400: 'The request is not as it should be; the message names the part.',
  401: "The administrator's token is missing or wrong.",
  403: 'You may not do this here.',
  404: 'There is no such thing here: a room name that is not allowed or reserved, or a feature that is switched off.',
  409: "Another author's message of this room has this `messageId`.",
  413: 'The body is too large.',
  415: 'The body is no JSON.',
  429: 'Too fast; `Retry-After` has the seconds to wait.',
  503: 'The store is away or behind, or the server keeps no messages; try again after `Retry-After`, if there is one.',
};

export const RoomParams = Type.Object({
  room: Type.String({ description: 'Room name, percent-encoded (`%23ubuntu`): 1 to 64 letters, digits and `_ - . : #`.' }),
});

export const UserParams = Type.Object({ user: Type.String({ description: 'User id, percent-encoded.' }) });

const limit = Type.Optional(
  Type.Integer({ minimum: 1, maximum: LIMITS.historyMessages, default: LIMITS.defaultPageSize, description: 'Entries in the page.' }),
);
const cursor = (description: string) => Type.Optional(Type.String({ description, minLength: 1, maxLength: 1024 }));

export const HistoryQuery = Type.Object({
  limit,
  before: cursor('`nextBefore` of another page: what is older than it.'),
  after: cursor('`nextAfter` of another page: what is newer than it. Not together with `before`.'),
});

export const ListQuery = Type.Object({ limit, after: cursor('`next` of the page before.') });

export const Message = Type.Object({
  messageId: Type.String(),
  roomId: Type.String(),
  type: Type.String({ description: '`chat` or `system`' }),
  userId: Type.String(),
  username: Type.String(),
  content: Type.String(),
  timestamp: timestamp('UTC, three decimals'),
  seq: Type.Optional(Type.Integer({ description: 'Place in the room; imported messages have none.' })),
  replyTo: Type.Optional(Type.String({ description: 'The id of the message that this one answers.' })),
});

const nextCursor = (description: string) => Type.Union([Type.String(), Type.Null()], { description });

const page = {
  count: Type.Integer({ description: 'Messages in this page.' }),
  messages: Type.Array(Message, { description: 'Oldest first: by time, then by `seq`.' }),
  nextBefore: nextCursor('Give it as `before` for older messages; null: there are none.'),
  nextAfter: nextCursor('Give it as `after` for newer messages; null: there are none.'),
};

export const RoomPage = Type.Object({ roomId: Type.String(), ...page });
export const UserPage = Type.Object({ userId: Type.String(), ...page });

export const RoomList = Type.Object({
  rooms: Type.Array(
    Type.Object({
      roomId: Type.String(),
      members: Type.Integer({ description: 'Users in the room now.' }),
      lastMessageAt: Type.Union([timestamp('Newest message'), Type.Null()]),
    }),
    { description: 'By name.' },
  ),
  next: nextCursor('Give it as `after` for the next page; null: this is the last.'),
});

export const MemberList = Type.Object({
  members: Type.Array(
    Type.Object({
      userId: Type.String(),
      username: Type.String(),
      connections: Type.Integer(),
      joinedAt: timestamp('Since when'),
    }),
    { description: 'In the order in which they came.' },
  ),
  count: Type.Integer({ description: 'Members of the room in all.' }),
  next: nextCursor('Give it as `after` for the next page; null: this is the last.'),
});

export const PostQuery = Type.Object({
  userId: Type.Optional(Type.String({ description: 'Author; `anonymous` by default. The body may say it too.' })),
  username: Type.Optional(Type.String({ description: '`Anonymous` by default.' })),
});

const optionalId = (description: string) => Type.Optional(Type.Unsafe<string | null>({ type: ['string', 'null'], description }));

export const PostBody = Type.Object({
  content: Type.String({ description: `1 to ${LIMITS.contentCodePoints} characters.` }),
  messageId: optionalId(
    'A UUID, a new one for each message: a repeat by the same author is answered with the first message, also when its content differs. null is none.',
  ),
  replyTo: optionalId('The id of a message of this room. null is none.'),
  type: Type.Optional(Type.Union([Type.Literal('chat'), Type.Literal('system')], { default: 'chat' })),
  userId: Type.Optional(Type.String()),
  username: Type.Optional(Type.String()),
});

export const errors = (...statuses: readonly number[]) =>
  Object.fromEntries(
    statuses.map((status) => [String(status), Type.Object(errorFields(status), { description: ERROR_MEANINGS[status] ?? 'Why not.' })]),
  );

/** The same answer, said to mean this. */
export function described<T extends TSchema>(schema: T, description: string): T {
  return { ...schema, description };
}
