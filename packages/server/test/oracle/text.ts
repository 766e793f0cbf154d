/** What the definitions leave to a list. */
export interface TextRules {
  readonly stopWords: ReadonlySet<string>;
}

/** A stretch of a text: [start, end) in UTF-16 units. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

const URLS = /https?:\/\/\S+/giu;
const EMOJI = /\p{RGI_Emoji}/gv;
const RUN = /\p{L}\p{M}*(?:['’]?\p{L}\p{M}*)*/gu;
/** Scripts that put no space between words. */
const UNSPACED = /^[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}\p{scx=Thai}\p{scx=Lao}\p{scx=Khmer}\p{scx=Myanmar}]/u;
const CHARACTER = /\p{L}\p{M}*/gu;

export const fold = (text: string): string => text.toLowerCase();
export const codePoints = (text: string): number => [...text].length;
export const isQuestion = (text: string): boolean => text.trimEnd().endsWith('?');
export const hasLink = (text: string): boolean => text.match(URLS) !== null;
/** Each kind once. */
export const emojiOf = (text: string): ReadonlySet<string> => new Set(text.match(EMOJI));

/** The terms of a folded text, each once; `mentions` are cut out, as URLs are. */
export function termsOf(folded: string, mentions: readonly Span[], rules: TextRules): ReadonlySet<string> {
  const units = folded.split('');
  const urls = [...folded.matchAll(URLS)].map(({ index, 0: url }) => ({ start: index, end: index + url.length }));
  for (const { start, end } of [...urls, ...mentions]) units.fill(' ', start, end);
  const runs = units.join('').match(RUN) ?? [];
  return new Set(runs.flatMap((run) => wordsOf(run.normalize('NFKC').toLowerCase())).filter((term) => !rules.stopWords.has(term)));
}

/** A run, taken apart where its script changes between one with spaces and one without. */
function wordsOf(run: string): string[] {
  const words: string[] = [];
  let stretch: string[] = [];
  const flush = () => {
    const letters = stretch.map((each) => each.replace('’', "'"));
    if (letters.length >= 2) words.push(...(UNSPACED.test(letters[0] ?? '') ? bigrams(letters) : [letters.join('')]));
    stretch = [];
  };
  let end = 0;
  for (const { index, 0: character } of run.matchAll(CHARACTER)) {
    const previous = stretch.at(-1);
    const isBroken = previous !== undefined && UNSPACED.test(previous) !== UNSPACED.test(character);
    if (isBroken) flush();
    const apostrophe = /['’]/.test(run.slice(end, index)) && stretch.length > 0;
    if (apostrophe && UNSPACED.test(character)) flush();
    else if (apostrophe) stretch.push(`${stretch.pop()}'`);
    stretch.push(character);
    end = index + character.length;
  }
  flush();
  return words;
}

const bigrams = (characters: readonly string[]): string[] => characters.slice(1).map((each, index) => `${characters[index]}${each}`);
