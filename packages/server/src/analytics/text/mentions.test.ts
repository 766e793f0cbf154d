import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classOf, UNSETTLED } from './code-points.ts';
import { fold } from './fold.ts';
import { DAY_MS, findMentions, NameIndex } from './index.ts';
import { ADDRESS_SIGN, NAME_SIGN, reachOf } from './mentions.ts';

const ME = 0;
const T = 1000;

/** Users 1, 2, … by their names, all used at T. */
function indexOf(...names: readonly string[]): NameIndex {
  const index = new NameIndex();
  for (const [at, name] of names.entries()) index.note(at + 1, name, T);
  return index;
}

const mentioned = (content: string, names: readonly string[]): string[] =>
  findMentions(content, indexOf(...names), ME, T).map((uses) => uses.name);

describe('mentions', () => {
  it.each([
    ['@name anywhere', 'hi @anna.', ['anna'], ['anna']],
    ['@name inside a word', 'mail@anna', ['anna'], ['anna']],
    ['name: at the start', 'anna: hi', ['anna'], ['anna']],
    ['name, at the start, nothing after it', 'anna,', ['anna'], ['anna']],
    ['no name: later or after white space', ' anna: or anna: hi', ['anna'], []],
    ['no bare name', 'anna hi', ['anna'], []],
    ['names in any case and form', '@ＡＮＮＡ Ανθος', ['Anna'], ['anna']],
    ['signs in their wide forms', 'anna：＠bob', ['anna', 'bob'], ['anna', 'bob']],
    ['sigma at the end of a word or not', '@ΟΔΟΣ @οδος', ['οδοσ'], ['οδοσ']],
    ['the longest name', '@anna bell @anna', ['anna', 'anna bell'], ['anna bell', 'anna']],
    ['the longest name whose form fits', '@anna bells', ['anna', 'anna bell'], ['anna']],
    ['names with signs', 'a:b: @EriC^^ @x@y', ['a', 'a:b', 'EriC^^', 'x@y'], ['a:b', 'eric^^', 'x@y']],
    ['names that are emoji', '@👩 hi', ['👩'], ['👩']],
    ['not the beginning of a word', '@annabel @anna1 @anna_ @anna\u0301', ['anna'], []],
    ['not the beginning of a joined emoji', '@👩‍💻', ['👩'], []],
    ['a name before text without spaces', '@小明你好 @bob你好', ['小明', 'bob'], ['小明', 'bob']],
    ['a name after many signs', '@@@anna', ['anna'], ['anna']],
    ['a name with 4 @ and none with more', '@a@b@c@d@e @a@b@c@d@e@f', ['a@b@c@d@e', 'a@b@c@d@e@f'], ['a@b@c@d@e']],
    ['nothing of an empty room', '@anna', [], []],
  ])('are %s', (_, content, names, expected) => {
    expect(mentioned(content, names)).toEqual(expected);
  });

  it('are of other users: names that the author alone used are none', () => {
    const index = indexOf('anna', 'anna bell');
    expect(findMentions('@anna bell', index, 2, T).map((uses) => uses.name)).toEqual(['anna']);
    expect(findMentions('anna: me', index, 1, T)).toEqual([]);
  });

  it('are of everybody who used the name', () => {
    const index = new NameIndex();
    for (const user of [1, 2, 3]) index.note(user, 'guest', T);
    const [uses] = findMentions('@guest', index, 1, T);
    expect(uses?.users(T)).toEqual([1, 2, 3]);
    expect(uses?.isUsedBy(2, T)).toBe(true);
    expect(uses?.isUsedBy(4, T)).toBe(false);
  });

  it('end 24 h after the last use, to the millisecond', () => {
    const index = indexOf('anna');
    expect(findMentions('@anna', index, ME, T + DAY_MS)).toHaveLength(1);
    expect(findMentions('@anna', index, ME, T + DAY_MS + 1)).toEqual([]);
  });
});

/** Every name tried at every place. */
function naiveMentions(content: string, names: readonly string[]): Set<string> {
  const text = fold(content);
  const known = [...new Set(names.map(fold))].filter((name) => name !== '' && name.split('@').length <= 5);
  const longest = (start: number, follows: RegExp): string =>
    known
      .filter((name) => text.startsWith(name, start) && follows.test(text.slice(start + name.length)))
      .reduce((a, b) => (a.length > b.length ? a : b), '');
  const found = new Set([longest(0, /^[:,]/)]);
  const nameEnd = /^(?![\p{M}\p{N}_\u200c\u200d]|(?![\p{scx=Han}\p{scx=Thai}])\p{L})/u;
  for (let at = 0; at < text.length; at++) if (text[at] === '@') found.add(longest(at + 1, nameEnd));
  found.delete('');
  return found;
}

describe('the search for names', () => {
  it('looks at every text that has a sign once it is folded', () => {
    for (let point = 0; point < 0x110000; point++) {
      if (point === 0xd800) point = 0xe000;
      const text = String.fromCodePoint(point);
      const folded = point < 0x80 ? text : text.normalize('NFKC');
      if (/[:,]/.test(folded) !== ADDRESS_SIGN.test(text) || folded.includes('@') !== NAME_SIGN.test(text)) expect.fail(point.toString(16));
    }
  });

  const sign = fc.constantFrom(
    'a',
    'b',
    'A',
    ' ',
    '@',
    '@',
    ':',
    ',',
    '_',
    '1',
    'é',
    'e',
    '\u0301',
    '好',
    'ไ',
    '👩',
    '\u200d',
    'Σ',
    '＠',
    '\ud83d',
  );
  const text = fc.string({ unit: sign, maxLength: 30 });
  const name = fc.string({ unit: sign, minLength: 1, maxLength: 6 });

  it('finds what trying all names finds', () => {
    fc.assert(
      fc.property(text, fc.array(name, { maxLength: 12 }), (content, names) => {
        expect(new Set(mentioned(content, names))).toEqual(naiveMentions(content, names));
      }),
      { numRuns: 500 },
    );
  });

  it('leaves out of a long text only what no name reaches', () => {
    const many = fc.array(
      fc.oneof(sign, fc.constantFrom('ﷺ', 'ﷻ', '\u0323'.repeat(31), 'ᄀ', 'ᅡ', 'ᆨ', 'क', '\u093c', 'ﾊ', 'ﾞ', 'x'.repeat(9))),
      {
        maxLength: 60,
      },
    );
    fc.assert(
      fc.property(many, fc.integer({ min: 1, max: 8 }), (signs, longest) => {
        const content = signs.join('');
        const [whole, reach] = [fold(content), fold(reachOf(content, longest))];
        const places = (text: string): number[] => [...text.matchAll(/@/g)].map(({ index }) => index + 1);
        const windows = (text: string): string[] => [0, ...places(text)].map((at) => text.slice(at, at + longest + 2));
        expect(windows(reach)).toEqual(windows(whole));
      }),
      { numRuns: 500 },
    );
  });

  it('may cut a text before everything that folding leaves apart', () => {
    const before = ['a', 'o\u0323', 'Σ', 'ᄀ', '가', 'か', 'ｶ', 'ｸ', 'க', 'ෙ', '=', '\u{1611e}'];
    const apart = before.map(fold);
    for (let point = 0; point < 0x20000; point++) {
      const text = String.fromCodePoint(point);
      if ((classOf(point) & UNSETTLED) !== 0 || /[\p{Cn}\p{Cs}\p{Co}\p{Script=Han}\p{Script=Hangul}]/u.test(text)) continue;
      if (fold(before.join(text) + text) !== apart.join(fold(text)) + fold(text)) expect.fail(point.toString(16));
    }
    for (const text of ['一', '\u{20000}', '豈', '힣']) expect(fold(before.join(text))).toBe(apart.join(fold(text)));
  });

  it('finds names that the text was made of', () => {
    const parts = fc
      .array(name, { minLength: 1, maxLength: 8 })
      .chain((names) => fc.tuple(fc.constant(names), fc.array(fc.oneof(sign, fc.constantFrom(...names)), { maxLength: 12 })));
    fc.assert(
      fc.property(parts, ([names, signs]) => {
        const content = signs.join('');
        expect(new Set(mentioned(content, names))).toEqual(naiveMentions(content, names));
      }),
      { numRuns: 500 },
    );
  });
});
