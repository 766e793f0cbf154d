import { COLUMN, KIND } from '../rollup/columns.ts';
import type { RollupPlace } from '../rollup/rollup-deltas.ts';
import { type Numbering, readNumbered, type TextFacts } from '../text/index.ts';
import type { MessageFact } from './ports.ts';

/** A message's own part, the same at whatever place it is counted. */
export interface MessageParts {
  readonly user: number;
  readonly isReply: boolean;
  readonly text: TextFacts<number>;
}

export function partsOf({ user, replyTo, content }: Pick<MessageFact, 'user' | 'replyTo' | 'content'>, numbers: Numbering): MessageParts {
  return { user, isReply: replyTo !== undefined, text: readNumbered(content, numbers) };
}

/** Counts a message, or with −1 takes it back; but the longest length stays, which is then to be recomputed. */
export function countMessage(place: RollupPlace, { user, isReply, text }: MessageParts, sign: 1 | -1): void {
  place.add(COLUMN.messages, sign);
  place.add(COLUMN.lengthSum, sign * text.length);
  if (sign > 0) place.raise(COLUMN.lengthMax, text.length);
  place.measure(KIND.length, text.length, sign);
  if (isReply) place.add(COLUMN.replies, sign);
  if (text.isQuestion) place.add(COLUMN.questions, sign);
  if (text.hasLink) place.add(COLUMN.links, sign);
  if (text.emoji.length > 0) place.add(COLUMN.emoji, sign);
  place.user(user, sign);
  for (const term of text.terms) place.rank('terms', term, sign);
  for (const each of text.emoji) place.rank('emoji', each, sign);
}
