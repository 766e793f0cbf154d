import { COLUMN, KIND } from '../rollup/columns.ts';
import type { RollupPlace } from '../rollup/rollup-deltas.ts';
import { readText, type TextFacts } from '../text/index.ts';
import type { MessageFact } from './ports.ts';

/** A message's own part, the same at whatever place it is counted. */
export interface MessageParts {
  readonly user: number;
  readonly isReply: boolean;
  readonly text: TextFacts;
  /** Numbers of the different terms and emoji. */
  readonly terms: readonly number[];
  readonly emoji: readonly number[];
}

export function partsOf(
  { user, replyTo, content }: Pick<MessageFact, 'user' | 'replyTo' | 'content'>,
  numberOf: (text: string) => number,
): MessageParts {
  const text = readText(content);
  return { user, isReply: replyTo !== undefined, text, terms: text.terms.map(numberOf), emoji: text.emoji.map(numberOf) };
}

/** Counts a message, or with −1 takes it back; but the longest length stays, which is then to be recomputed. */
export function countMessage(place: RollupPlace, { user, isReply, text, terms, emoji }: MessageParts, sign: 1 | -1): void {
  place.add(COLUMN.messages, sign);
  place.add(COLUMN.lengthSum, sign * text.length);
  if (sign > 0) place.raise(COLUMN.lengthMax, text.length);
  place.measure(KIND.length, text.length, sign);
  if (isReply) place.add(COLUMN.replies, sign);
  if (text.isQuestion) place.add(COLUMN.questions, sign);
  if (text.hasLink) place.add(COLUMN.links, sign);
  if (emoji.length > 0) place.add(COLUMN.emoji, sign);
  place.user(user, sign);
  for (const term of terms) place.rank('terms', term, sign);
  for (const each of emoji) place.rank('emoji', each, sign);
}
