import { limitMarks } from './code-points.ts';

/**
 * The form in which names and the texts that hold them are compared: NFKC, lower case, `ς` as `σ` (lower case otherwise depends on what
 * follows); of more than 30 marks in a row the first 30.
 */
export function fold(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is what ASCII is
  if (!/[^\u0000-\u007f]/.test(text)) return text.toLowerCase();
  return limitMarks(text).normalize('NFKC').toLowerCase().replaceAll('ς', 'σ');
}
