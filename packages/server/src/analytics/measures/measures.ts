import type { SeriesMeasure } from '../catalogue/ids.ts';
import { activeUsers } from './active-users.ts';
import { connections } from './connections.ts';
import { deliveryLatency } from './delivery-latency.ts';
import { dropped } from './dropped.ts';
import { emoji } from './emoji.ts';
import { joins } from './joins.ts';
import { leaves } from './leaves.ts';
import { links } from './links.ts';
import type { Measure } from './measure.ts';
import { mentions } from './mentions.ts';
import { messageLength } from './message-length.ts';
import { messages } from './messages.ts';
import { newUsers } from './new-users.ts';
import { participation } from './participation.ts';
import { presentUsers } from './present-users.ts';
import { questions } from './questions.ts';
import { replies } from './replies.ts';
import { responseTime } from './response-time.ts';
import { returningUsers } from './returning-users.ts';
import { sessions } from './sessions.ts';
import { topEmoji } from './top-emoji.ts';
import { topRooms } from './top-rooms.ts';
import { topTerms } from './top-terms.ts';
import { topUsers } from './top-users.ts';

/** How each measure of the catalogue that a series has comes out of what is kept. */
export const MEASURES: Readonly<Record<SeriesMeasure, Measure>> = {
  ...{ messages, activeUsers, presentUsers, participation, newUsers, returningUsers, joins, leaves },
  ...{ connections, messageLength, deliveryLatency, replies, questions, links, emoji, mentions },
  ...{ responseTime, sessions, dropped, topUsers, topRooms, topTerms, topEmoji },
};
