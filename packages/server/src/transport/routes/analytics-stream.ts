import { randomUUID } from 'node:crypto';
import { Type } from 'typebox';
import { ConnectionCaps } from '../../admission/connection-caps.ts';
import { SnapshotStream, type StreamReader } from '../../analytics/snapshot-stream.ts';
import { refused } from '../answer.ts';
import type { HttpDeps } from '../http-deps.ts';
import { analyticsOff, refuseQuery } from './analytics.ts';
import type { EventAdmission, EventRoute, EventSocket } from './route.ts';
import { errors } from './schemas.ts';

/**
 * Bytes that may wait for one reader: two snapshots of the largest kind, or minutes of usual diffs. All readers share the same bytes, so
 * many slow ones hold little more than one.
 */
const MOST_UNSENT = 512 * 1024;
const RETRY_AFTER_MS = 5000;
/** How long a browser waits before it comes back: not all at the same moment when the server has gone. */
const FIRST_RETRY_MS = 1000;
const RETRY_SPREAD_MS = 4000;
/** Prime to the spread, so that one after the other gets another place in it. */
const RETRY_STEP_MS = 1237;

type StreamDeps = Pick<HttpDeps, 'snapshot' | 'clock' | 'logger' | 'config'>;

/** The live snapshot, and then what changes in it. */
export function analyticsStreamRoute({ snapshot, clock, logger, config }: StreamDeps): EventRoute {
  const onBug = (error: unknown) => logger.error({ err: error }, 'a bug cost one event of the analytics stream');
  const stream = new SnapshotStream({ snapshot, clock, runId: randomUUID(), onBug });
  const caps = new ConnectionCaps({ maxConnections: config.maxStreams, maxConnectionsPerIp: config.maxStreamsPerIp });
  let admitted = 0;
  return {
    url: '/api/analytics/stream',
    schema: SCHEMA,
    admit({ query, address, lastEventId }): EventAdmission {
      const refusal = refuseQuery(query);
      if (refusal !== undefined) return { kind: 'refused', answer: refusal };
      if (!stream.refresh()) return { kind: 'refused', answer: analyticsOff };
      const verdict = caps.open(address);
      if (verdict === 'full')
        return { kind: 'refused', answer: refused('overloaded', 'All streams of this server are taken.', RETRY_AFTER_MS) };
      if (verdict === 'address_full') {
        return { kind: 'refused', answer: refused('rate_limited', 'There are too many streams from your address.', RETRY_AFTER_MS) };
      }
      const retryMs = FIRST_RETRY_MS + ((admitted++ * RETRY_STEP_MS) % RETRY_SPREAD_MS);
      let leave: (() => void) | undefined;
      return {
        kind: 'admitted',
        begin(socket) {
          socket.write(Buffer.from(`retry: ${retryMs}\n\n`));
          leave = stream.subscribe(readerOf(socket), lastEventId);
        },
        end() {
          caps.close(address);
          leave?.();
        },
      };
    },
  };
}

/** Who does not keep up is cut, and goes on from its last id when it comes back. */
function readerOf(socket: EventSocket): StreamReader {
  return {
    write(bytes) {
      if (socket.unsent + bytes.length > MOST_UNSENT) socket.destroy();
      else socket.write(bytes);
    },
  };
}

/** An answer that is no JSON. */
const EVENTS = Type.Unsafe<string>({
  description: 'Events, without end.',
  content: { 'text/event-stream': { schema: { type: 'string' } } },
});

const SCHEMA: EventRoute['schema'] = {
  summary: 'The live snapshot, as it changes',
  description: `Server-sent events, for a browser's \`EventSource\` or \`curl -N\`. The first is \`snapshot\`, with the snapshot of
\`GET /api/analytics\` whole (of all rooms: \`room\` is refused here, too); then come \`diff\`s, each a JSON merge patch (RFC 7396) against the state before: at most one a second, and only
when something changed other than \`at\` and \`uptimeSeconds\`. In a patch null means that the member is gone, and arrays are replaced whole;
no member of a snapshot is ever null. Who comes back with \`Last-Event-ID\` within a minute goes on with a \`diff\` from there, otherwise
with a \`snapshot\`. A comment every 15 s keeps the connection alive; a reader that falls ${MOST_UNSENT / 1024} KiB behind is cut.`.replaceAll(
    '\n',
    ' ',
  ),
  tags: ['analytics'],
  response: { 200: EVENTS, ...errors(400, 404, 429, 503) },
};
