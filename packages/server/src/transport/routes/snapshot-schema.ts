import { type TSchema, Type } from 'typebox';
import { MAX_USER_DETAILS } from '../../analytics/snapshot.ts';

const count = (description: string) => Type.Integer({ minimum: 0, description });
const counts = (description: string) => Type.Record(Type.String(), Type.Integer({ minimum: 0 }), { description });
const ms = (description: string) => Type.Number({ minimum: 0, description });
const perSecond = (description: string) => Type.Number({ minimum: 0, description });
const instant = (description: string) => Type.String({ description: `${description}, ISO 8601 in UTC.` });
const nested = <P extends Readonly<Record<string, TSchema>>>(fields: P, description: string) => Type.Object(fields, { description });

const summary = (description: string) =>
  nested(
    {
      count: count('Measurements.'),
      p50: ms('Half of them took at most so long.'),
      p95: ms('95 % of them took at most so long.'),
      p99: ms('99 % of them took at most so long.'),
      max: ms('The longest.'),
    },
    description,
  );

const activeUser = Type.Object({
  clientId: Type.String({ description: "The user's oldest open connection." }),
  userId: Type.String(),
  username: Type.String(),
  joinedAt: instant('Since when that connection is open'),
});

const perSecondOver = nested(
  {
    last1s: perSecond('Over the last whole second.'),
    last10s: perSecond('Over the last 10.'),
    last60s: perSecond('Over the last 60.'),
  },
  'Chat messages a second, accepted by this node.',
);

const sinceStart = nested(
  {
    accepted: count(
      'Messages of type chat that were ordered here; the metric `hubbub_messages_accepted_total` counts system messages, too.',
    ),
    deliveries: count('Hand-overs of a message to one connection.'),
    joins: count('Users who entered a room.'),
    leaves: count('Users who left one.'),
    dropped: counts('Refused frames and cut deliveries, by reason.'),
    closed: counts('Connections that this node closed, by reason.'),
    resumes: nested(
      {
        recovered: count('Resumes that missed nothing.'),
        lost: count('Resumes that were told to expect a gap.'),
        replayedMessages: count('Messages replayed to all of them.'),
      },
      'Clients that came back with a position.',
    ),
    storage: nested(
      {
        writes: count('Writes that succeeded.'),
        failed: count('Writes that failed; they are tried again.'),
        messages: count('Messages written.'),
      },
      'Writes to the store.',
    ),
  },
  'Counted on this node since it started.',
);

/** Every field of the live snapshot; a test holds it against a real one. Fields may be added, so unknown ones pass. */
export const Snapshot = Type.Object(
  {
    at: instant('When it was taken'),
    totalMessages: count('Every stored chat message, over restarts, imported ones included.'),
    deletedMessages: count('Messages that were deleted.'),
    activeConnections: count('Open WebSocket connections.'),
    activeUsers: count('Distinct users connected now.'),
    chatters: count('Distinct users who wrote within the last 5 minutes.'),
    peakConnections: count('The most connections at one time since the start.'),
    messagesPerMinute: Type.Array(count('Chat messages of one minute, by their own time.'), {
      description: '15 calendar minutes (UTC), oldest first; the last one is in progress.',
    }),
    latencyP50Ms: ms('`deliveryLatency.p50`.'),
    latencyP95Ms: ms('`deliveryLatency.p95`.'),
    latencyP99Ms: ms('`deliveryLatency.p99`.'),
    activeUserDetails: Type.Array(activeUser, { description: `Users connected now, at most ${MAX_USER_DETAILS}.` }),
    uptimeSeconds: Type.Number({ minimum: 0, description: 'Since the start.' }),
    serverStartTime: instant('When this node started'),
    messagesPerSecond: perSecondOver,
    deliveryLatency: summary(
      "From a frame's arrival to the hand-over of its bytes to the kernel: deliveries of the last 5 minutes, milliseconds; zeros without any.",
    ),
    storageLatency: summary('Writes to the store within the last 5 minutes, milliseconds; zeros without any.'),
    sinceStart,
    approx: Type.Optional(
      nested(
        { chatters: Type.Number({ description: 'Of `chatters`.' }) },
        'Relative standard errors of what is an estimate; absent when all is exact.',
      ),
    ),
  },
  { additionalProperties: true, description: 'The live snapshot of this node.' },
);
