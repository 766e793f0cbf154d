import { classOf, SPACE } from './code-points.ts';
import { emojiOf } from './emoji.ts';
import { termsOf } from './terms.ts';

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

/** Every emoji has one of these units. */
const EMOJI_SIGN = /[\u203c-\u3299\ud83c-\ud83e]|\ufe0f/;
const NONE: readonly string[] = [];

/** Never throws, whatever the string; the work is linear in its length. */
export function readText(content: string): TextFacts {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is what ASCII is
  const isAscii = !/[^\u0000-\u007f]/.test(content);
  return {
    length: isAscii ? content.length : countCodePoints(content),
    isQuestion: endsInQuestion(content),
    hasLink: content.includes('://') && /https?:\/\/\S/i.test(content),
    emoji: !isAscii && EMOJI_SIGN.test(content) ? emojiOf(content) : NONE,
    terms: termsOf(content),
  };
}

function countCodePoints(text: string): number {
  let count = text.length;
  for (let at = 1; at < text.length; at++) {
    if ((text.charCodeAt(at) & 0xfc00) !== 0xdc00 || (text.charCodeAt(at - 1) & 0xfc00) !== 0xd800) continue;
    count -= 1;
    at++;
  }
  return count;
}

function endsInQuestion(text: string): boolean {
  let last = text.length - 1;
  while (last >= 0 && (classOf(text.charCodeAt(last)) & SPACE) !== 0) last--;
  return text[last] === '?';
}
