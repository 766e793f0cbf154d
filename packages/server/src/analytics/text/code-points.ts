/** What a code point is to the readers of text: a sum of these. */
export const LETTER = 1;
export const MARK = 2;
/** A letter of a script that is written without spaces. */
export const UNSPACED = 4;
/** NFKC or lower case may do more to it with its neighbours than to each by itself. All marks are. */
export const UNSETTLED = 8;
/** `\s`: also what `trimEnd` cuts. */
export const SPACE = 16;
export const NUMBER = 32;
/** An emoji by itself. */
export const EMOJI = 64;
/** An emoji when U+FE0F follows (and U+20E3 after that, for digits, `#` and `*`). */
export const TEXT_EMOJI = 128;
export const REGIONAL = 256;
/** Takes a skin tone. */
export const TONED = 512;
/** A letter that NFKC and lower case turn into others, whatever stands beside it: see `expansionOf`. */
export const EXPANDS = 1024;
const KNOWN = 2048;

/**
 * Han, Hiragana, Katakana (with the length mark ー that both use), and the scripts of Unicode's line breaking class SA that people chat in.
 * Tibetan, Yi and Hangul have separators of words or syllables.
 */
export const UNSPACED_SCRIPTS =
  /[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}\p{scx=Tai_Le}\p{scx=New_Tai_Lue}\p{scx=Tai_Tham}\p{scx=Tai_Viet}]/u;

/** Their letters compose with marks at most; Hangul's only as whole syllables. */
const SETTLED_SCRIPTS =
  /[\uac00-\ud7a3\p{scx=Latin}\p{scx=Greek}\p{scx=Cyrillic}\p{scx=Armenian}\p{scx=Hebrew}\p{scx=Arabic}\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}\p{scx=Lao}]/u;
/** Its lower case depends on where it stands. */
const SIGMA = 'Σ';

const TONED_EMOJI = /^\p{RGI_Emoji_Modifier_Sequence}$/v;
const PROPERTIES: readonly (readonly [value: number, is: (character: string) => boolean])[] = [
  ...(
    [
      [LETTER, /\p{L}/u],
      [MARK | UNSETTLED, /\p{M}/u],
      [SPACE, /\s/],
      [NUMBER, /\p{N}/u],
      [EMOJI, /[\p{Emoji_Presentation}--\p{Regional_Indicator}]/v],
      [TEXT_EMOJI, /[\p{Emoji}--\p{Emoji_Presentation}]/v],
      [REGIONAL, /\p{Regional_Indicator}/u],
    ] as const
  ).map(([value, pattern]) => [value, (character: string) => pattern.test(character)] as const),
  [UNSPACED, (character) => UNSPACED_SCRIPTS.test(character) && /\p{L}/u.test(character)],
  [UNSETTLED, (character) => /\p{L}/u.test(character) && !isSettled(character) && !isSettledOnceExpanded(character)],
  [EXPANDS, (character) => /\p{L}/u.test(character) && !isSettled(character) && isSettledOnceExpanded(character)],
  [TONED, (character) => /\p{Emoji_Modifier_Base}/u.test(character) && TONED_EMOJI.test(`${character}\u{1f3fb}`)],
];

/** Several letters that one becomes, with spaces among them if it is a ligature of several words: else both places are −1. */
export interface Expansion {
  readonly text: string;
  readonly firstSpace: number;
  readonly lastSpace: number;
}

const BLOCK = 256;
/** By code point, filled a block at a time when first asked. Pages never touched take no memory. */
const CLASSES = new Uint16Array(0x110000);
const LOWER = Uint16Array.from({ length: 0x10000 }, (_, unit) => unit);
LOWER[0x2019] = 0x27;
/** Of each code point met that EXPANDS to one unit: that. Pages never touched take no memory here either. */
const EXPANDED = new Uint16Array(0x110000);
/** Of the others. */
const EXPANSIONS = new Map<number, Expansion>();

export function classOf(point: number): number {
  return (CLASSES[point] ?? 0) || classify(point);
}

/** A UTF-16 unit as a term has it, where it is settled: in lower case, `’` as `'`. */
export function lowerUnit(unit: number): number {
  return LOWER[unit] ?? unit;
}

/** The unit that a code point that EXPANDS becomes by NFKC and lower case; 0: they are several. */
export function expandedUnit(point: number): number {
  return EXPANDED[point] ?? 0;
}

/** What it becomes, if several. */
export function expansionOf(point: number): Expansion | undefined {
  return EXPANSIONS.get(point);
}

function classify(point: number): number {
  const first = point - (point % BLOCK);
  for (let at = first; at < first + BLOCK; at++) CLASSES[at] = KNOWN;
  // Half of a pair is nothing.
  if (first >= 0xd800 && first < 0xe000) return KNOWN;
  for (const [value, is] of PROPERTIES) {
    for (let at = first; at < first + BLOCK; at++) if (is(String.fromCodePoint(at))) CLASSES[at] = (CLASSES[at] ?? 0) | value;
  }
  for (let at = first; at < first + BLOCK; at++) {
    const kind = CLASSES[at] ?? 0;
    if ((kind & LETTER) === 0 || (kind & UNSETTLED) !== 0) continue;
    const lower = String.fromCodePoint(at).normalize('NFKC').toLowerCase();
    if ((kind & EXPANDS) === 0 && at < 0x10000) LOWER[at] = lower.charCodeAt(0);
    else if ((kind & EXPANDS) === 0) continue;
    else if (lower.length > 1) EXPANSIONS.set(at, { text: lower, firstSpace: lower.indexOf(' '), lastSpace: lower.lastIndexOf(' ') });
    else EXPANDED[at] = lower.charCodeAt(0);
  }
  return CLASSES[point] ?? KNOWN;
}

function isSettled(letter: string): boolean {
  if (!SETTLED_SCRIPTS.test(letter) || letter === SIGMA || letter.normalize('NFKC') !== letter) return false;
  const lower = letter.toLowerCase();
  return letter.length === 1 ? lower.length === 1 : lower === letter;
}

function isSettledOnceExpanded(letter: string): boolean {
  const signs = [...letter.normalize('NFKC')];
  return signs.every((sign, at) => (sign === ' ' && at > 0 && at < signs.length - 1) || (/\p{L}/u.test(sign) && isSettled(sign)));
}

/** Marks in a row that count; the rest is cut before normalizing, which is quadratic in them (UAX #15, stream-safe text format). */
export const MARKS_IN_A_ROW = 30;

export function limitMarks(text: string): string {
  let row = 0;
  for (let at = 0; at < text.length; at++) {
    const point = text.codePointAt(at) ?? 0;
    if (point > 0xffff) at++;
    row = (classOf(point) & MARK) === 0 ? 0 : row + 1;
    if (row > MARKS_IN_A_ROW) return text.replace(/(\p{M}{30})\p{M}+/gu, '$1');
  }
  return text;
}
