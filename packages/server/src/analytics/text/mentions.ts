import { asciiLength } from './ascii.ts';
import { classOf, UNSETTLED } from './code-points.ts';
import { fold } from './fold.ts';
import type { NameLookup, NameUses } from './name-index.ts';

/** What folding turns into text with `:` or `,`, and with `@`: most messages have neither, and are not folded. */
export const ADDRESS_SIGN = /[:,\u2a74\ufe10\ufe13\ufe50\ufe55\uff0c\uff1a\u{1f101}-\u{1f10a}]/u;
export const NAME_SIGN = /[@\ufe6b\uff20]/;
const NAME_SIGNS: readonly number[] = [0x40, 0xfe6b, 0xff20];
/** Both halves of what decides whether a name ends, and one to spare. */
const AFTER_A_NAME = 3;
const NONE: readonly NameUses[] = [];

/**
 * The names that a message of `author` at `t` mentions, each once; those of other users alone (README.md, rules 11 to 15).
 * The work is at most five times the folded text, whatever the names.
 */
export function findMentions(content: string, names: NameLookup, author: number, t: number): readonly NameUses[] {
  if (names.longest === 0) return NONE;
  if (asciiLength(content) >= 0) return mentionsIn(content, names, author, t);
  if (!ADDRESS_SIGN.test(content) && !NAME_SIGN.test(content)) return NONE;
  return mentionsIn(fold(content.length > names.longest ? reachOf(content, names.longest) : content), names, author, t);
}

/**
 * What a search for names of that length can meet: the beginning of the text, and what follows each `@`. Cut only before code points that
 * folding leaves apart from what is before them, and each of which gives a unit at least.
 */
export function reachOf(content: string, longest: number): string {
  let reach = '';
  let from = 0;
  let left = longest + AFTER_A_NAME;
  for (let at = 0; at < content.length; at++) {
    const unit = content.charCodeAt(at);
    const point = (unit & 0xfc00) === 0xd800 ? (content.codePointAt(at) ?? unit) : unit;
    if (NAME_SIGNS.includes(unit)) {
      if (left < 0) from = at;
      left = longest + AFTER_A_NAME;
    } else if (left >= 0 && (classOf(point) & UNSETTLED) === 0) {
      left -= 1;
      if (left < 0) reach += content.slice(from, at);
    }
    if (point > 0xffff) at++;
  }
  return left < 0 ? reach : reach + content.slice(from);
}

/** `text`: ASCII or folded. */
function mentionsIn(text: string, names: NameLookup, author: number, t: number): readonly NameUses[] {
  const addressed = names.longestAt(text, 0, 'address', author, t);
  let at = text.indexOf('@');
  if (at < 0) return addressed === undefined ? NONE : [addressed];
  const found = new Set<NameUses>(addressed === undefined ? NONE : [addressed]);
  let last = addressed;
  for (; at >= 0; at = text.indexOf('@', at + 1)) {
    const named = names.longestAt(text, at + 1, 'call', author, t);
    if (named === undefined || named === last) continue;
    found.add(named);
    last = named;
  }
  return [...found];
}
