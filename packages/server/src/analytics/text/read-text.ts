import { asciiLength } from './ascii.ts';
import { classOf, EMOJI, LETTER, REGIONAL, SPACE, TEXT_EMOJI } from './code-points.ts';
import { emojiOf } from './emoji.ts';
import { readingOf } from './reading.ts';
import { termsOf, termsOfAscii } from './terms.ts';

/** What the text of one message adds to the measures. README.md has the exact reading of each. */
export interface TextFacts {
  /** Code points. */
  readonly length: number;
  readonly isQuestion: boolean;
  readonly hasLink: boolean;
  /** Distinct. */
  readonly emoji: readonly string[];
  /** Distinct. */
  readonly terms: readonly string[];
}

const NONE: readonly string[] = [];

/** Never throws, whatever the string; the work is linear in its length. */
export function readText(content: string): TextFacts {
  const hasLink = content.includes('://') && /https?:\/\/\S/i.test(content);
  const isQuestion = endsInQuestion(content);
  const ascii = asciiLength(content);
  if (ascii >= 0) return { length: ascii, isQuestion, hasLink, emoji: NONE, terms: termsOfAscii(content, ascii) };
  const reading = readingOf(content);
  const emoji = (reading.anyKind & (EMOJI | TEXT_EMOJI | REGIONAL)) === 0 ? NONE : emojiOf(reading);
  return { length: reading.codePoints, isQuestion, hasLink, emoji, terms: (reading.anyKind & LETTER) === 0 ? NONE : termsOf(reading) };
}

function endsInQuestion(text: string): boolean {
  let last = text.length - 1;
  while (last >= 0 && (classOf(text.charCodeAt(last)) & SPACE) !== 0) last--;
  return text[last] === '?';
}
