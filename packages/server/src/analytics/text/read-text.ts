import { asciiLength } from './ascii.ts';
import { classOf, EMOJI, LETTER, REGIONAL, SPACE, TEXT_EMOJI } from './code-points.ts';
import { EMOJI_FOUND, findEmoji } from './emoji.ts';
import { readingOf } from './reading.ts';
import { findTerms, findTermsOfAscii, TERMS } from './terms.ts';
import type { Numbering } from './text-table.ts';

/** What the text of one message adds to the measures. README.md has the exact reading of each. */
export interface TextFacts<Term = string> {
  /** Code points. */
  readonly length: number;
  readonly isQuestion: boolean;
  readonly hasLink: boolean;
  /** Distinct. */
  readonly emoji: readonly Term[];
  /** Distinct. */
  readonly terms: readonly Term[];
}

/** Never throws, whatever the string; the work is linear in its length. */
export function readText(content: string): TextFacts {
  const length = find(content);
  const isQuestion = endsInQuestion(content);
  const hasLink = containsLink(content);
  return { length, isQuestion, hasLink, emoji: EMOJI_FOUND.texts(), terms: TERMS.texts() };
}

/** The same with the numbers of terms and emoji. It throws what the numbering does. */
export function readNumbered(content: string, numbering: Numbering): TextFacts<number> {
  const length = find(content);
  const isQuestion = endsInQuestion(content);
  const hasLink = containsLink(content);
  return { length, isQuestion, hasLink, emoji: EMOJI_FOUND.numbers(numbering), terms: TERMS.numbers(numbering) };
}

/** Answers the length. */
function find(content: string): number {
  TERMS.startMessage();
  EMOJI_FOUND.startMessage();
  const ascii = asciiLength(content);
  if (ascii >= 0) {
    findTermsOfAscii(content, ascii);
    return ascii;
  }
  const reading = readingOf(content);
  const { codePoints, anyKind } = reading;
  if ((anyKind & (EMOJI | TEXT_EMOJI | REGIONAL)) !== 0) findEmoji(reading);
  if ((anyKind & LETTER) !== 0) findTerms(reading);
  return codePoints;
}

function containsLink(text: string): boolean {
  return text.includes('://') && /https?:\/\/\S/i.test(text);
}

function endsInQuestion(text: string): boolean {
  let last = text.length - 1;
  while (last >= 0 && (classOf(text.charCodeAt(last)) & SPACE) !== 0) last--;
  return text[last] === '?';
}
