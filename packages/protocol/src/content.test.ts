import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkContent } from './content.ts';
import { isLongerThan, utf8Length } from './text.ts';

/** Any code units, lone surrogates included. */
const text = fc
  .array(fc.oneof(fc.nat(0x7f), fc.nat(0xffff), fc.integer({ min: 0xd800, max: 0xdfff })))
  .map((units) => String.fromCharCode(...units));
const codeOf = (text: string): string | undefined => checkContent(text)?.code;

describe('content', () => {
  it('counts code points: 1000 emoji pass, 1001 do not (FRAME-6)', () => {
    expect(codeOf('🎉'.repeat(1000))).toBeUndefined();
    expect(codeOf('🎉'.repeat(1001))).toBe('content_too_long');
    expect(codeOf(`${'x'.repeat(999)}🎉`)).toBeUndefined();
    expect(codeOf(`${'x'.repeat(1000)}🎉`)).toBe('content_too_long');
    expect(codeOf('x'.repeat(1000))).toBeUndefined();
    expect(codeOf('x'.repeat(1001))).toBe('content_too_long');
    expect(codeOf('x'.repeat(16_384))).toBe('content_too_long');
  });

  it('calls nothing but white space empty, however long (FRAME-6)', () => {
    expect(['', ' ', '\n\t ', '\u00a0\u2003\u3000\ufeff', ' '.repeat(5000)].map(codeOf)).toEqual(Array(5).fill('content_empty'));
  });

  it('refuses every control character but newline and tab (FRAME-7)', () => {
    const controls = [...Array(32).keys(), ...Array.from({ length: 33 }, (_, index) => 127 + index)];
    const passed = controls.filter((code) => codeOf(`a${String.fromCharCode(code)}b`) === undefined);
    expect(passed).toEqual([9, 10]);
    expect(codeOf('\u0000')).toBe('content_invalid');
    expect(codeOf('a\u00a0~b')).toBeUndefined();
  });

  it('refuses lone surrogates wherever they stand (FRAME-7)', () => {
    expect(['\ud800', 'a\ud83c', '\udf89b', 'a\udf89\ud83cb', '🎉\ud83c'].map(codeOf)).toEqual(Array(5).fill('content_invalid'));
  });

  it('lets through right-to-left text, combining floods, zero-width joiners and line separators', () => {
    expect(['שלום \u202eabc', `a${'\u0301'.repeat(900)}`, '👩‍👩‍👧‍👦', 'a\u2028b'].map(codeOf)).toEqual(Array(4).fill(undefined));
  });
});

describe('lengths', () => {
  it('count code points as iteration does', () => {
    fc.assert(
      fc.property(text, fc.nat(20), (any, limit) => {
        expect(isLongerThan(any, limit)).toBe([...any].length > limit);
      }),
    );
  });

  it('count UTF-8 bytes as an encoder does', () => {
    fc.assert(
      fc.property(text, (any) => {
        expect(utf8Length(any)).toBe(Buffer.byteLength(any));
      }),
    );
    expect(utf8Length('\u007f\u0080\u07ff\u0800\uffff🎉')).toBe(1 + 2 + 2 + 3 + 3 + 4);
    expect(utf8Length('\ud800')).toBe(3);
    expect(utf8Length('\u{10000}')).toBe(4);
  });
});
