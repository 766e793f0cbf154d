import type { Refusal } from './codes.ts';
import { LIMITS } from './limits.ts';
import { isCleanText, isLongerThan } from './text.ts';

const EMPTY: Refusal = {
  code: 'content_empty',
  message: `The content is empty; it must have 1 to ${LIMITS.contentCodePoints} characters.`,
};
const TOO_LONG: Refusal = { code: 'content_too_long', message: `The content has more than ${LIMITS.contentCodePoints} characters.` };
const INVALID: Refusal = {
  code: 'content_invalid',
  message: 'The content has control characters other than newline and tab, or lone surrogates.',
};

/**
 * Judges the text of a message; undefined means that it may be sent. Length is counted in Unicode code points.
 * Nothing but white space counts as empty.
 */
export function checkContent(text: string): Refusal | undefined {
  if (text.trim() === '') return EMPTY;
  if (isLongerThan(text, LIMITS.contentCodePoints)) return TOO_LONG;
  return isCleanText(text) ? undefined : INVALID;
}
