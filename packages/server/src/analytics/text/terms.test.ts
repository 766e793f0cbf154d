import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyText } from '../../../../../test/kit/any-text.ts';
import { MARKS_IN_A_ROW, UNSPACED_SCRIPTS } from './code-points.ts';
import { readText } from './index.ts';
import { STOP_WORDS } from './stop-words.ts';

const termsOf = (text: string): string[] => readText(text).terms.toSorted();

describe('terms', () => {
  it.each([
    ['runs of letters', 'boot/grub 2nd-disk', ['boot', 'disk', 'grub', 'nd']],
    ['lower case and compatible forms as one', 'ＧＮＯＭＥ Gnome ﬁle FILE', ['file', 'gnome']],
    ['a letter with its marks, composed', 'cafe\u0301 CAFÉ', ['café']],
    ['inner apostrophes kept, both kinds as one', "rock'n'roll rock’n’roll", ["rock'n'roll"]],
    ['no apostrophe at the edge or doubled', "'boot' grub''disk kernel'", ['boot', 'disk', 'grub', 'kernel']],
    ['nothing of a single letter', 'a b é ж 1x', []],
    ['two letters made of one', 'ﬃ', ['ffi']],
    ['no symbols that would become letters', 'Linux™ ㎏', ['linux']],
    ['words of one letter that turns into several', 'ﷺ', ['الله', 'صلى', 'عليه', 'وسلم']],
    ['other alphabets', 'Привет мир ΟΔΟΣ שלום', ['мир', 'привет', 'οδος', 'שלום']],
    [
      'no stop words',
      "the don’t don't UBUNTU и nicht très",
      ['nicht', 'très', 'ubuntu', 'и'].filter((term) => !STOP_WORDS.has(term) && term.length > 1),
    ],
    ['each once', 'boot Boot BOOT', ['boot']],
    ['words beyond the first plane', '𝐡𝐞𝐥𝐥𝐨 𐐀𐐁', ['hello', '𐐨𐐩']],
  ])('are %s', (_, text, expected) => {
    expect(termsOf(text)).toEqual(expected.toSorted());
  });

  it.each([
    ['Han', '很好吗', ['很好', '好吗']],
    ['Hiragana and Katakana', 'テスト', ['テス', 'スト']],
    ['half-width Katakana', 'ﾊﾟｿｺﾝ', ['パソ', 'ソコ', 'コン']],
    ['Thai, a letter with its marks', 'สวัสดี', ['สวั', 'วัส', 'สดี']],
    ['beside other letters', "Linux很好ab'cd", ['linux', '很好', "ab'cd"]],
    ['a single character', '很 a很b', []],
    ['apart from an apostrophe', "很好'好吗'ab", ['很好', '好吗', 'ab']],
    ['beyond the first plane', '𠀀𠀁𠀂', ['𠀀𠀁', '𠀁𠀂']],
  ])('are bigrams in scripts without spaces: %s', (_, text, expected) => {
    expect(termsOf(text)).toEqual(expected.toSorted());
  });

  it.each([
    ['URLs up to the next white space', 'kernel http://boot.example/grub,disk panic', ['kernel', 'panic']],
    ['URLs glued to a word', "gruBhttps://x kernel'http://x", ['grub', 'kernel']],
    ['not the scheme alone', 'http:// https', ['http', 'https']],
    ['@ up to the next white space', 'kernel@example.org @anna:boot grub', ['grub', 'kernel']],
    ['an address at the start', 'anna: kernel', ['kernel']],
    ['an address at the start, with a comma', 'anna_b|away, kernel', ['kernel']],
    ['no address later or without white space', 'kernel anna: boot,grub', ['anna', 'boot', 'grub', 'kernel']],
    ['no address where something follows', 'anna:boot kernel', ['anna', 'boot', 'kernel']],
    ['no address without a name', ': kernel', ['kernel']],
  ])('leave out %s', (_, text, expected) => {
    expect(termsOf(text)).toEqual(expected.toSorted());
  });

  it('keep the first 30 marks in a row', () => {
    const marks = '\u0301\u0323'.repeat(20);
    expect(termsOf(`q${marks}q`)).toEqual([`q${marks.slice(0, MARKS_IN_A_ROW)}q`.normalize('NFKC')]);
  });

  it('are right when there are more of them than the table of known ones holds', () => {
    const words = Array.from({ length: 30_000 }, (_, n) => `q${n}`.replace(/\d/g, (digit) => 'jkqvwxyzbd'[Number(digit)] ?? ''));
    expect(readText(`${words.join(' ')} ${words.join(' ')}`).terms.toSorted()).toEqual(words.toSorted());
    expect(readText(words.slice(0, 300).join(' ')).terms).toEqual(words.slice(0, 300));
  });
});

/** The rules of README.md one after the other, each as one expression over the whole text. */
function naiveTerms(content: string): string[] {
  const text = content.replace(/^\S+[:,](?=\s|$)/, ' ').replace(/https?:\/\/\S+|@\S+/gi, ' ');
  const terms = new Set<string>();
  for (const [run] of text.matchAll(/(?:\p{L}\p{M}*)+(?:['’](?:\p{L}\p{M}*)+)*/gu)) {
    const settled = run
      .replace(/(\p{M}{30})\p{M}+/gu, '$1')
      .normalize('NFKC')
      .toLowerCase()
      .replaceAll('’', "'");
    for (const [part] of settled.matchAll(/(?:\p{L}\p{M}*)+(?:'(?:\p{L}\p{M}*)+)*/gu)) for (const term of naiveParts(part)) terms.add(term);
  }
  return [...terms].filter((term) => (term.match(/\p{L}/gu)?.length ?? 0) > 1 && !STOP_WORDS.has(term));
}

function naiveParts(run: string): string[] {
  const characters = run.match(/\p{L}\p{M}*|'/gu) ?? [];
  const isUnspaced = (character: string | undefined): boolean =>
    character !== undefined && UNSPACED_SCRIPTS.test(String.fromCodePoint(character.codePointAt(0) ?? 0));
  const bigrams = characters.flatMap((character, at) =>
    isUnspaced(character) && isUnspaced(characters[at + 1]) ? [`${character}${characters[at + 1]}`] : [],
  );
  const words = characters
    .map((character) => (isUnspaced(character) ? ' ' : character))
    .join('')
    .split(' ');
  return [...bigrams, ...words.map((word) => word.replace(/^'+|'+$/g, ''))];
}

describe('terms of random text', () => {
  const awkward = [
    "'",
    '’',
    '@',
    ':',
    ',',
    ' ',
    '\n',
    'http://',
    'HTTPS://',
    '://',
    'the',
    'Σ',
    'ς',
    'İ',
    'ﷺ',
    'ǆ',
    'ﬁ',
    'ᄀ',
    'ᅡ',
    'ᆨ',
    '각',
    'ー',
    'ﾞ',
    'ｶ',
    '々',
  ];
  const more = [
    '한',
    '很',
    '好',
    'ไ',
    'ท',
    'ำ',
    'နေ',
    '\u0301',
    '\u0323'.repeat(31),
    '\u200d',
    '\u00ad',
    '𐐀',
    '𠀀',
    '𖵧',
    'ß',
    'ẞ',
    'ŉ',
    'ͺ',
    'k',
    'K',
    'Å',
    '\ud83d',
    'a',
    'b',
    'É',
    'й',
    '\u0345',
    'ªº',
    '١',
    '_',
    '1',
  ];
  const text = fc.array(fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...awkward, ...more) }, { weight: 1, arbitrary: anyText(3) }), {
    maxLength: 25,
  });

  it('are those of a naive reading of the rules', () => {
    fc.assert(
      fc.property(text, (parts) => {
        expect(termsOf(parts.join(''))).toEqual(naiveTerms(parts.join('')).toSorted());
      }),
      { numRuns: 500 },
    );
  });

  it('are the naive ones where letters become several words, in ASCII, and after words of any length', () => {
    const phrases = fc.array(fc.constantFrom('ﷺ', 'ﷺ', 'ﷻ', 'ﷻ', 'ﷲ', 'a', 'bc', "'", ' ', '𝐚', 'Ａ', 'ﬁ', '\u0301'), { maxLength: 14 });
    const ascii = fc.array(
      fc.constantFrom(
        'a',
        'B',
        "'",
        ' ',
        '\n',
        '@',
        ':',
        ',',
        '://',
        'http',
        'The',
        '1',
        '_',
        'abcdef',
        'ghijklmn',
        '\u001f',
        'x'.repeat(70),
      ),
      { maxLength: 14 },
    );
    fc.assert(
      fc.property(phrases, ascii, (...texts) => {
        for (const parts of [...texts, texts.flat()]) expect(termsOf(parts.join(''))).toEqual(naiveTerms(parts.join('')).toSorted());
      }),
      { numRuns: 500 },
    );
  });

  it('are the naive ones for every letter, beside others and doubled', () => {
    const letters: string[] = [];
    // Of the large alphabets that are all of one kind, a few.
    for (
      let point = 0x80;
      point < 0x20000;
      point += /[\p{Script=Han}\p{Script=Hangul}\p{Script=Tangut}\p{Script=Yi}\p{Script=Egyptian_Hieroglyphs}]/u.test(
        String.fromCodePoint(point),
      )
        ? 61
        : 1
    ) {
      if (/\p{L}/u.test(String.fromCodePoint(point))) letters.push(String.fromCodePoint(point));
    }
    for (let from = 0; from < letters.length; from += 100) {
      const sample = letters.slice(from, from + 100).map((letter) => `${letter}${letter} x${letter} ${letter}\u0301x ${letter}'${letter}`);
      expect(termsOf(sample.join(' '))).toEqual(naiveTerms(sample.join(' ')).toSorted());
    }
  });
});
