import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyText } from '../../../../../test/kit/any-text.ts';
import { readText } from './index.ts';

describe('length', () => {
  it('counts code points, half a pair as one', () => {
    expect(readText('').length).toBe(0);
    expect(readText('abc').length).toBe(3);
    expect(readText('a👍🏽é').length).toBe(4);
    expect(readText('\ud83d').length).toBe(1);
    expect(readText('\udc4d\ud83d\ud83d\udc4d').length).toBe(3);
  });
});

describe('questions', () => {
  it.each(['?', 'why?', 'why? \t\n', 'why?\u00a0\u3000\ufeff', 'why???', 'http://a.b/?'])('%j is one', (text) => {
    expect(readText(text).isQuestion).toBe(true);
  });

  it.each(['', ' ', 'why? no', 'why?!', 'why？', 'لماذا؟', 'why?\u200b', '¿'])('%j is none', (text) => {
    expect(readText(text).isQuestion).toBe(false);
  });
});

describe('links', () => {
  it.each(['http://a', 'see HTTPS://a.b', '(http://x)', '@http://x', 'xhttp://y', 'http://é', 'http:// http://a'])('%j has one', (text) => {
    expect(readText(text).hasLink).toBe(true);
  });

  it.each(['', 'http://', 'http:// a', 'ftp://a', 'www.a.b', 'http:/a', 'http s://a', '://a', 'httpſ://a'])('%j has none', (text) => {
    expect(readText(text).hasLink).toBe(false);
  });
});

describe('any string', () => {
  const anything = fc.oneof(anyText(60), fc.string({ unit: 'grapheme', maxLength: 60 }), halves());

  it('is read without an error, each term and emoji once', () => {
    fc.assert(
      fc.property(anything, (text) => {
        const facts = readText(text);
        expect(new Set(facts.terms).size).toBe(facts.terms.length);
        expect(new Set(facts.emoji).size).toBe(facts.emoji.length);
        expect(facts.length).toBe([...text].length);
        expect(facts.isQuestion).toBe(text.trimEnd().endsWith('?'));
      }),
    );
  });

  it('reads the same again, whatever was read between', () => {
    fc.assert(
      fc.property(anything, anything, (text, other) => {
        const first = readText(text);
        readText(other);
        expect(readText(text)).toEqual(first);
      }),
    );
  });
});

/** UTF-16 units of any kind, surrogates without their other half among them. */
function halves(): fc.Arbitrary<string> {
  const unit = fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.constantFrom(0xd83d, 0xdc4d, 0x40, 0x3a, 0x41));
  return fc.array(unit, { maxLength: 40 }).map((units) => String.fromCharCode(...units));
}
