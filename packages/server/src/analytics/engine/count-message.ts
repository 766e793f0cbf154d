import { COLUMN, KIND, type SumColumn } from '../rollup/columns.ts';
import type { RollupPlace } from '../rollup/rollup-deltas.ts';
import { type Numbering, readNumbered, type TextFacts } from '../text/index.ts';
import type { MessageFact } from './ports.ts';

/** A message's own part, the same at whatever place it is counted. */
export interface MessageParts {
  readonly user: number;
  readonly text: TextFacts<number>;
  /** Where it counts one. */
  readonly columns: readonly SumColumn[];
}

const FLAGS = [COLUMN.replies, COLUMN.questions, COLUMN.links, COLUMN.emoji] as const;
/** By flags: bit i is `FLAGS[i]`. */
const COLUMNS = Array.from({ length: 2 ** FLAGS.length }, (_, flags) => [
  ...[COLUMN.messages, ...FLAGS.filter((_column, bit) => (flags & (1 << bit)) !== 0)],
]);

export function partsOf({ user, replyTo, content }: Pick<MessageFact, 'user' | 'replyTo' | 'content'>, numbers: Numbering): MessageParts {
  const text = readNumbered(content, numbers);
  const { isQuestion, hasLink, emoji } = text;
  const flags = (replyTo === undefined ? 0 : 1) + (isQuestion ? 2 : 0) + (hasLink ? 4 : 0) + (emoji.length > 0 ? 8 : 0);
  return { user, text, columns: COLUMNS[flags] ?? [] };
}

/** Counts a message, or with −1 takes it back; but the longest length stays, which is then to be recomputed. */
export function countMessage(place: RollupPlace, { user, text, columns }: MessageParts, sign: 1 | -1): void {
  const { length, terms, emoji } = text;
  place.addEach(columns, sign);
  place.add(COLUMN.lengthSum, sign * length);
  if (sign > 0) place.raise(COLUMN.lengthMax, length);
  place.measure(KIND.length, length, sign);
  place.user(user, sign);
  place.rankAll('terms', terms, sign);
  place.rankAll('emoji', emoji, sign);
}
