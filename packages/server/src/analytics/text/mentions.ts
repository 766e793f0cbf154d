import { classOf, LETTER, MARK, NUMBER, UNSPACED } from './code-points.ts';
import { fold } from './fold.ts';
import type { NameLookup, NameUses } from './name-index.ts';

const COLON = 0x3a;
const COMMA = 0x2c;
const UNDERSCORE = 0x5f;
const ZWNJ = 0x200c;
const ZWJ = 0x200d;
/** What folding turns into text with `:` or `,`, and with `@`: most messages have neither, and are not folded. */
export const ADDRESS_SIGN = /[:,\u2a74\ufe10\ufe13\ufe50\ufe55\uff0c\uff1a\u{1f101}-\u{1f10a}]/u;
export const NAME_SIGN = /[@\ufe6b\uff20]/;
const NONE: readonly NameUses[] = [];

/**
 * The names that a message of `author` at `t` mentions, each once; those of other users alone (README.md, rules 11 to 15).
 * The work is at most five times the folded text, whatever the names.
 */
export function findMentions(content: string, names: NameLookup, author: number, t: number): readonly NameUses[] {
  if (names.longest === 0) return NONE;
  const isAddressed = ADDRESS_SIGN.test(content);
  if (!isAddressed && !NAME_SIGN.test(content)) return NONE;
  const folded = fold(content);
  const addressed = isAddressed ? names.longestAt(folded, 0, isAddressEnd, author, t) : undefined;
  let at = folded.indexOf('@');
  if (at < 0) return addressed === undefined ? NONE : [addressed];
  const found = new Set<NameUses>(addressed === undefined ? NONE : [addressed]);
  for (; at >= 0; at = folded.indexOf('@', at + 1)) {
    const named = names.longestAt(folded, at + 1, isNameEnd, author, t);
    if (named !== undefined) found.add(named);
  }
  return [...found];
}

function isAddressEnd(folded: string, at: number): boolean {
  const unit = folded.charCodeAt(at);
  return unit === COLON || unit === COMMA;
}

function isNameEnd(folded: string, at: number): boolean {
  const point = folded.codePointAt(at);
  if (point === undefined) return true;
  if (point === UNDERSCORE || point === ZWNJ || point === ZWJ) return false;
  const kind = classOf(point);
  return (kind & (MARK | NUMBER)) === 0 && (kind & (LETTER | UNSPACED)) !== LETTER;
}
