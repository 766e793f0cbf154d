import { LIMITS } from '@hubbub/protocol';
import { type TSchema, Type } from 'typebox';
import { NDJSON } from '../../import/http-import.ts';

const id = (description: string) => Type.Optional(Type.String({ format: 'uuid', description }));
const whole = (description: string) => Type.Integer({ minimum: 0, description });

/** Values of JSON, one a line. */
const lines = (schema: TSchema, description: string) => Type.Unsafe<string>({ description, content: { [NDJSON]: { schema } } });

const time = Type.Union([Type.String(), Type.Integer()], {
  description: 'ISO 8601 with date, time and zone, or milliseconds since 1970.',
  examples: ['2024-05-01T12:00:00Z'],
});
const room = Type.String({ minLength: 1, maxLength: LIMITS.roomIdLength, examples: ['general'] });
const user = Type.String({ minLength: 1, maxLength: LIMITS.userIdLength, examples: ['alice'] });

const Event = Type.Object(
  {
    ...{ t: Type.Optional(time), timestamp: Type.Optional(time), room: Type.Optional(room), roomId: Type.Optional(room) },
    ...{ user: Type.Optional(user), userId: Type.Optional(user) },
    username: Type.Optional(Type.String({ description: 'Left out: the user id, cut.' })),
    type: Type.Optional(Type.Unsafe<string>({ type: 'string', enum: ['chat', 'system', 'join', 'leave'], default: 'chat' })),
    content: Type.Optional(
      Type.String({ description: `Needed for \`chat\` and \`system\`: 1 to ${LIMITS.contentCodePoints} characters.`, examples: ['Hello'] }),
    ),
    messageId: id('Left out: made of the rest, the same each time.'),
    replyTo: id('Not checked.'),
  },
  { description: 'One event. It needs a time, a room and a user, each under one of its two names; docs/import.md has every rule.' },
);

const progress = {
  read: whole('Lines that were not blank.'),
  inserted: whole('Events that were new.'),
  repeated: whole('Events that were there already.'),
  refused: whole('Lines that cannot be taken.'),
  throughLine: whole('Every line up to this one is stored or refused.'),
};

const refusals = Type.Array(
  Type.Object({
    reason: Type.String({ examples: ['bad_json'] }),
    count: whole('Lines refused for it.'),
    examples: Type.Array(Type.Object({ line: whole('From 1.'), detail: Type.String() }), { description: 'The first of them.' }),
  }),
  { description: 'Most frequent first.' },
);

const end = Type.Object({
  kind: Type.Unsafe<string>({ type: 'string', enum: ['complete', 'stopped', 'source_failed', 'store_failed'] }),
  message: Type.Optional(Type.String({ description: 'Of the last two.' })),
});

export const ImportBody = lines(Event, 'JSON lines, one event each, not compressed.');

export const ImportAnswer = lines(
  Type.Union([
    Type.Object({ progress: Type.Object(progress) }),
    Type.Object({ summary: Type.Object({ ...progress, refusals, end }) }),
    Type.Object({ error: Type.Object({ code: Type.String(), message: Type.String() }) }),
  ]),
  'JSON lines while the body is still being read: any number of `progress`, then one `summary`; `error` in its place for a fault of the server.',
);
