import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readText } from './index.ts';
import { JOINED_EMOJI } from './joined-emoji.ts';

const TONES = ['🏻', '🏼', '🏽', '🏾', '🏿'];
const emojiOf = (text: string): readonly string[] => readText(text).emoji;
const naive = (text: string): string[] => [...new Set(text.match(/\p{RGI_Emoji}/gv))];

describe('emoji', () => {
  it.each([
    ['each once', '👍 a 👍👎', ['👍', '👎']],
    ['with a tone, another one', '👍👍🏽', ['👍', '👍🏽']],
    ['joined', '👨‍👩‍👧‍👦👩🏽‍🚀', ['👨‍👩‍👧‍👦', '👩🏽‍🚀']],
    ['flags', '🇩🇪🇫🇷 🏴󠁧󠁢󠁳󠁣󠁴󠁿', ['🇩🇪', '🇫🇷', '🏴󠁧󠁢󠁳󠁣󠁴󠁿']],
    ['keycaps', '1️⃣#️⃣', ['1️⃣', '#️⃣']],
    ['no digits, signs or letters', '1 # * 1️ #⃣ © ™ a', []],
    ['those written as text only with their selector', '❤ ❤️ ☺', ['❤️']],
    ['the parts of what nobody recommends', '👍‍👎 🇩🇩 👪🏽', ['👍', '👎', '👪', '🏽']],
    ['those in a URL', 'http://a/👍', ['👍']],
  ])('are found: %s', (_, text, expected) => {
    expect(emojiOf(text)).toEqual(expected);
  });

  it('know every joined one of Unicode 17', () => {
    const all = new Set(allJoined());
    expect(all.size).toBe(1614);
    for (const emoji of all) {
      expect(emoji).toMatch(/^\p{RGI_Emoji_ZWJ_Sequence}$/v);
      expect(emojiOf(emoji)).toEqual([emoji]);
    }
  });

  it('know every single one, toned or not, and every flag', () => {
    const samples: string[] = [];
    for (let point = 0x80; point < 0x20000; point++) {
      const character = String.fromCodePoint(point);
      if (/\p{Emoji}/u.test(character)) samples.push(character, `${character}\ufe0f`, `${character}🏽`, `${character}\ufe0f🏽`);
    }
    const letters = Array.from({ length: 26 }, (_, at) => String.fromCodePoint(0x1f1e6 + at));
    samples.push(...letters.flatMap((a) => letters.map((b) => a + b)));
    expect(samples.filter((sample) => emojiOf(sample).join() !== naive(sample).join())).toEqual([]);
  });

  it('are the matches of RGI_Emoji in random text', () => {
    const parts = [
      '👨',
      '👩',
      '🧑',
      '👧',
      '❤',
      '💋',
      '🤝',
      '🫱',
      '🫲',
      '🏴',
      '🏳',
      '🌈',
      '♀',
      '⚕',
      '➡',
      '🏃',
      '🇩',
      '🇪',
      '1',
      '#',
      '\u20e3',
      '\ufe0f',
      '\u200d',
      'a',
      '👍',
      '👪',
    ];
    const tags = ['\u{e0067}', '\u{e0062}', '\u{e0065}', '\u{e006e}', '\u{e007f}', '\ud83d', '\udc4d'];
    const text = fc.array(
      fc.oneof(
        { weight: 3, arbitrary: fc.constantFrom('\u200d', '\ufe0f', ...TONES) },
        { weight: 7, arbitrary: fc.constantFrom(...parts, ...tags, ...allJoined().slice(0, 300)) },
      ),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(text, (signs) => {
        expect(emojiOf(signs.join(''))).toEqual(naive(signs.join('')));
      }),
      { numRuns: 200 },
    );
  });
});

function allJoined(): string[] {
  const written = (list: string): string[] => list.trim().replaceAll('-', '\u200d').replaceAll('v', '\ufe0f').split(/\s+/);
  const toned = (emoji: string): string[] => (emoji.includes('~') ? TONES.flatMap((tone) => toned(emoji.replace('~', tone))) : [emoji]);
  const isMixed = (emoji: string): boolean => new Set(emoji.match(/[\u{1f3fb}-\u{1f3ff}]/gu)).size > 1;
  return [
    ...written(JOINED_EMOJI.plain),
    ...written(JOINED_EMOJI.optional).flatMap((emoji) => [emoji.replace('~', ''), ...toned(emoji)]),
    ...written(`${JOINED_EMOJI.one} ${JOINED_EMOJI.both}`).flatMap(toned),
    ...written(JOINED_EMOJI.differing).flatMap(toned).filter(isMixed),
  ];
}
