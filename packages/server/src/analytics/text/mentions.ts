import { classOf, LETTER, MARK, NUMBER, UNSPACED } from './code-points.ts';
import { fold } from './fold.ts';
import type { NameLookup, NameUses } from './name-index.ts';

const COLON = 0x3a;
const COMMA = 0x2c;
const UNDERSCORE = 0x5f;
const ZWNJ = 0x200c;
const ZWJ = 0x200d;
const NONE: readonly NameUses[] = [];

/**
 * The names that a message of `author` at `t` mentions, each once; those of other users alone (README.md, rules 11 to 15).
 * The work is at most five times the folded text, whatever the names.
 */
export function findMentions(content: string, names: NameLookup, author: number, t: number): readonly NameUses[] {
  if (names.longest === 0) return NONE;
  const isAddressed = mayBeAddressed(content, names.longest);
  if (!isAddressed && !content.includes('@') && !content.includes('＠') && !content.includes('﹫')) return NONE;
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

/** False when no `:` or `,` stands where one could end a name at the start. Quick: asked of every message. */
function mayBeAddressed(content: string, longest: number): boolean {
  for (let at = 0; at <= longest && at < content.length; at++) {
    const unit = content.charCodeAt(at);
    // Beyond ASCII the folded text has other lengths, and wide forms of the two signs.
    if (unit === COLON || unit === COMMA || unit > 0x7f) return true;
  }
  return false;
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
