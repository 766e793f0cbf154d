import type { CatalogueEntry } from './entry.ts';
import type { SeriesMeasure } from './ids.ts';
import { field, HEAVY, ofEvents, ofMessages, QUANTILES, quantile, RANKED_BUCKET } from './terms.ts';

/** The measures that have a value in every bucket. */
export const SERIES: Readonly<Record<SeriesMeasure, CatalogueEntry>> = {
  messages: ofMessages({
    unit: 'messages',
    sentence: 'Chat messages that stand: stored and not deleted since.',
    formula: 'count(messages)',
  }),
  activeUsers: ofMessages({
    unit: 'users',
    sentence: 'Distinct users who wrote at least one chat message.',
    formula: 'count(distinct user of messages)',
  }),
  presentUsers: ofEvents({
    unit: 'users',
    sentence: 'Distinct users who were connected to the room at any moment of the bucket.',
    formula: 'count(distinct user whose presence [join, leave) meets the bucket)',
    finestStep: '1m',
  }),
  participation: ofMessages({
    unit: 'ratio',
    sentence:
      'Users who wrote for each user who was present; above 1 where some wrote without being connected, as bots over HTTP do; null where no presence was recorded, as for imported logs.',
    formula: 'activeUsers / presentUsers',
    finestStep: '1m',
    value: { kind: 'ratio' },
  }),
  newUsers: ofMessages({
    unit: 'users',
    sentence: 'Users whose first ever chat message, in the room or anywhere if all rooms are asked for, lies in the bucket.',
    formula: 'count(users with start ≤ min(t of messages) < start + step)',
    window: 'The whole history up to the end of the bucket.',
  }),
  returningUsers: ofMessages({
    unit: 'users',
    sentence: 'Users who wrote in the bucket and had written before it.',
    formula: 'activeUsers − newUsers',
    window: 'The whole history up to the end of the bucket.',
  }),
  joins: ofEvents({
    unit: 'joins',
    sentence: 'Users who entered the room, each time they did: also those who come back after the server was restarted.',
    formula: 'count(joins)',
  }),
  leaves: ofEvents({
    unit: 'leaves',
    sentence: 'Users who left the room, each time they did; a server that ends counts none.',
    formula: 'count(leaves)',
  }),
  connections: ofEvents({
    unit: 'connections',
    sentence: 'Open connections, sampled at each whole second and summed over the servers second by second, while one runs.',
    formula: 'max(samples), sum(samples) / count(samples); a room that nobody is in has samples of 0',
    value: {
      kind: 'object',
      fields: { max: field('connections', 'The largest sample.'), mean: field('connections', 'The mean of the samples.') },
    },
  }),
  messageLength: ofMessages({
    unit: 'code points',
    sentence: 'How long chat messages are, in Unicode code points.',
    formula: 'quantiles of length(content) over messages',
    exactness: QUANTILES,
    value: {
      kind: 'object',
      fields: {
        count: field('messages', 'Messages that were measured.'),
        mean: field('code points', 'The mean length.'),
        p50: quantile(50, 'code points'),
        p95: quantile(95, 'code points'),
        max: field('code points', 'The longest message.'),
      },
    },
  }),
  deliveryLatency: ofEvents({
    unit: 'ms',
    sentence: 'Time from the arrival of a frame at the server to the moment its bytes are handed to the kernel, every delivery counted.',
    formula: 'quantiles of (handed over − arrived) over deliveries',
    exactness: QUANTILES,
    value: {
      kind: 'object',
      fields: {
        count: field('deliveries', 'Deliveries that were measured.'),
        p50: quantile(50, 'ms'),
        p95: quantile(95, 'ms'),
        p99: quantile(99, 'ms'),
        max: field('ms', 'The slowest delivery.'),
      },
    },
  }),
  replies: ofMessages({
    unit: 'messages',
    sentence: 'Chat messages that answer another one by its id.',
    formula: 'count(messages with replyTo)',
  }),
  questions: ofMessages({
    unit: 'messages',
    sentence: 'Chat messages whose text, without trailing white space, ends in a question mark.',
    formula: 'count(messages whose trimmed text ends in ?)',
  }),
  links: ofMessages({
    unit: 'messages',
    sentence: 'Chat messages with at least one http:// or https:// address.',
    formula: 'count(messages with an address)',
  }),
  emoji: ofMessages({
    unit: 'messages',
    sentence: 'Chat messages with at least one emoji; digits and # alone are none.',
    formula: 'count(messages with an RGI emoji)',
  }),
  mentions: ofMessages({
    unit: 'messages',
    sentence:
      'Chat messages that name another user who wrote in the room within the 24 h before: as @name anywhere, or beginning with name: or name, – by username or id, in any case of letters, the longest name that fits.',
    formula: 'count(messages with a mention)',
    window: 'The bucket and the 24 h before each of its messages.',
  }),
  responseTime: ofMessages({
    unit: 's',
    sentence:
      'Time from a chat message to the first later one by another user that replies to it or mentions its author, within 10 minutes; one sample for each answered message, in the bucket of the answer.',
    formula: 'quantiles of (t of answer − t of message) over answered messages',
    window: 'The bucket, the 10 minutes before each of its messages, and the 24 h before for names.',
    exactness: QUANTILES,
    value: {
      kind: 'object',
      fields: { count: field('messages', 'Messages that were answered.'), p50: quantile(50, 's'), p95: quantile(95, 's') },
    },
  }),
  sessions: ofMessages({
    unit: 'sessions',
    sentence:
      "Runs of one user's chat messages in a room with gaps of at most 30 minutes, in the bucket of the first message; over all rooms the rooms' sessions together.",
    formula: 'count, median of (last t − first t), messages / count',
    window: 'The bucket, 30 minutes before it, and the rest of each session that begins in it.',
    exactness: QUANTILES,
    value: {
      kind: 'object',
      fields: {
        count: field('sessions', 'Sessions that began.'),
        p50Duration: field(
          's',
          'From the first to the last message: the smallest duration such that at least half of the sessions took at most so long.',
        ),
        meanMessages: field('messages', 'Messages in a session, on average.'),
      },
    },
  }),
  dropped: ofEvents({
    unit: 'frames',
    sentence: 'Frames that were refused, by reason; counted over all rooms alone, null for one room.',
    formula: 'count(refused frames) by reason',
    value: { kind: 'counts', of: 'reason' },
    isPerRoom: false,
  }),
  topUsers: ofMessages({
    unit: 'messages',
    sentence: 'The users who wrote most, with their chat messages.',
    formula: 'count(messages) by user, largest first',
    window: RANKED_BUCKET,
    finestStep: '1h',
    value: { kind: 'ranked', key: 'user' },
  }),
  topRooms: ofMessages({
    unit: 'messages',
    sentence: 'The rooms in which most was written, with their chat messages; of one room that room alone.',
    formula: 'count(messages) by room, largest first',
    window: RANKED_BUCKET,
    finestStep: '1h',
    value: { kind: 'ranked', key: 'room' },
  }),
  topTerms: ofMessages({
    unit: 'messages',
    sentence:
      'The words that occur in most chat messages, once a message: at least two letters, case folded, without stop words, addresses and mentions; pairs of characters in scripts without spaces.',
    formula: 'count(messages with the word) by word, largest first',
    exactness: HEAVY,
    window: RANKED_BUCKET,
    finestStep: '1h',
    value: { kind: 'ranked', key: 'word' },
  }),
  topEmoji: ofMessages({
    unit: 'messages',
    sentence: 'The emoji that occur in most chat messages, once a message.',
    formula: 'count(messages with the emoji) by emoji, largest first',
    exactness: HEAVY,
    window: RANKED_BUCKET,
    finestStep: '1h',
    value: { kind: 'ranked', key: 'emoji' },
  }),
};
