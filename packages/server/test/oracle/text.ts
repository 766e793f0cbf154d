/** What the definitions leave to a list. */
export interface TextRules {
  readonly stopWords: ReadonlySet<string>;
}

/** The letters of scripts that put no space between words, for a class of a regular expression with the flag `v`. */
export const UNSPACED = `[\\p{L}&&[${[
  'Han',
  'Hiragana',
  'Katakana',
  'Thai',
  'Lao',
  'Khmer',
  'Myanmar',
  'Tai_Le',
  'New_Tai_Lue',
  'Tai_Tham',
  'Tai_Viet',
]
  .map((script) => `\\p{scx=${script}}`)
  .join('')}]]`;

const ADDRESS = /^\S+[:,](?=\s|$)/;
const URLS_AND_MENTIONS = /https?:\/\/\S+|@\S+/gi;
const RUN = /(?:\p{L}\p{M}*)+(?:['’](?:\p{L}\p{M}*)+)*/gu;
const UNSPACED_ROWS = new RegExp(`((?:${UNSPACED}\\p{M}*)+)`, 'v');
const MANY_MARKS = /(\p{M}{30})\p{M}+/gu;

export const codePoints = (text: string): number => [...text].length;
export const isQuestion = (text: string): boolean => text.trimEnd().endsWith('?');
export const hasLink = (text: string): boolean => /https?:\/\/\S/i.test(text);
/** Each kind once. */
export const emojiOf = (text: string): ReadonlySet<string> => new Set(text.match(/\p{RGI_Emoji}/gv));

const lowered = (text: string): string => text.replace(MANY_MARKS, '$1').normalize('NFKC').toLowerCase();
/** Names and texts, so that a name is found however it is written. */
export const fold = (text: string): string => lowered(text).replaceAll('ς', 'σ');

/** The terms of a message, each once. */
export function termsOf(content: string, { stopWords }: TextRules): ReadonlySet<string> {
  const left = content.replace(ADDRESS, ' ').replace(URLS_AND_MENTIONS, ' ');
  const runs = runsOf(left).flatMap((run) => runsOf(lowered(run).replaceAll('’', "'")));
  return new Set(runs.flatMap(termsOfRun).filter((term) => lettersOf(term) >= 2 && !stopWords.has(term)));
}

const runsOf = (text: string): string[] => text.match(RUN) ?? [];
const lettersOf = (term: string): number => term.match(/\p{L}/gu)?.length ?? 0;

/** Bigrams of rows of unspaced letters; what is between them as it is. */
function termsOfRun(run: string): string[] {
  // `split` by a group gives what is between and what matched, in turn.
  return run.split(UNSPACED_ROWS).flatMap((piece, index) => (index % 2 === 1 ? bigrams(piece) : [piece.replaceAll(/^'+|'+$/g, '')]));
}

function bigrams(row: string): string[] {
  const characters = row.match(/\p{L}\p{M}*/gu) ?? [];
  return characters.slice(1).map((character, index) => `${characters[index]}${character}`);
}
