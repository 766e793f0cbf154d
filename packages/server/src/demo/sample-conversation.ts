import { createHash } from 'node:crypto';
import type { ImportedEvent } from '../import/parse-line.ts';

const ROOM = 'demo';
const MESSAGES = 600;
const START = Date.UTC(2024, 0, 15, 9);
const LONGEST_PAUSE_MS = 9000;

const USERS = 'ada bob cleo dan eva finn gus hana ivan june kofi lena milo nora omar pia quinn rosa sam tess uma vik wren yuki'.split(' ');
const OPENINGS = [
  'Does anybody know how to mount an ISO image?',
  'My build fails since this morning. Has anyone seen that?',
  'Which port does it listen on?',
  'How do I find out what fills my disk?',
  'Is there a way to undo the last commit?',
  'Good morning everyone 👋',
  'Why is the first request so much slower than the others?',
];
const ANSWERS = [
  'try the documentation: https://example.org/docs',
  'works for me',
  'that happened to me last week, a restart was enough',
  'what does the log say?',
  'du -sh * | sort -h',
  'git reset --soft HEAD~1',
  '8080, unless you set PORT',
  'thanks, that was it! 🎉',
  'are you sure? I would look at the time stamps first',
  '😀',
  'same here',
  'it has to warm up: the second one comes from the cache',
];

/** A conversation that is always the same: questions, answers to them, mentions, people who come and go. */
export function* sampleConversation(): Generator<ImportedEvent, void, undefined> {
  const random = randomNumbers(7);
  const pick = <T>(all: readonly [T, ...T[]] | readonly T[]): T => all[Math.floor(random() * all.length)] as T;
  let time = START;
  let question: { readonly id: string; readonly by: string } | undefined;
  for (let i = 0; i < MESSAGES; i++) {
    // Squared: bursts with pauses between them.
    time += Math.floor(random() ** 2 * LONGEST_PAUSE_MS);
    const isOpening = question === undefined || random() < 0.12;
    const messageId = uuid(i);
    // A few do most of the talking.
    const userId = USERS[Math.floor(random() ** 2 * USERS.length)] ?? 'ada';
    const isMention = !isOpening && random() < 0.3 && question?.by !== userId;
    const content = isOpening ? pick(OPENINGS) : `${isMention ? `@${question?.by} ` : ''}${pick(ANSWERS)}`;
    const replyTo = isOpening || random() < 0.5 ? undefined : question?.id;
    yield { roomId: ROOM, messageId, type: 'chat', userId, username: userId, content, timestamp: time, replyTo, position: undefined };
    if (isOpening) question = { id: messageId, by: userId };
    if (random() < 0.03) yield { roomId: ROOM, messageId: uuid(-1 - i), type: 'leave', userId, username: userId, timestamp: time };
  }
}

function uuid(number: number): string {
  const hex = createHash('sha256').update(`sample ${number}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** The linear congruential generator of Numerical Recipes, from 0 to 1. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
