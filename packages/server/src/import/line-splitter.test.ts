import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Line, LineSplitter, MAX_LINE_BYTES } from './line-splitter.ts';

function split(...chunks: (string | Uint8Array)[]): Line[] {
  const splitter = new LineSplitter();
  return [...chunks.flatMap((chunk) => [...splitter.push(Buffer.from(chunk))]), ...splitter.end()];
}
const text = (number: number, value: string): Line => ({ kind: 'text', number, text: value });

describe('cutting bytes into lines', () => {
  it('takes LF, CRLF and a last line without an end', () => {
    expect(split('a\nb\r\nc')).toEqual([text(1, 'a'), text(2, 'b'), text(3, 'c')]);
  });

  it('counts blank lines and leaves them out', () => {
    expect(split('\n\r\n  \t\na\n\n')).toEqual([text(4, 'a')]);
    expect(split('')).toEqual([]);
  });

  it('drops a byte order mark at the beginning only', () => {
    expect(split('\ufeff{}\n\ufeff{}')).toEqual([text(1, '{}'), text(2, '\ufeff{}')]);
  });

  it('gives the same lines wherever the bytes are cut', () => {
    const line = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('', '{"a":1}', '\r', '\ufeff'));
    fc.assert(
      fc.property(fc.array(line), fc.constantFrom('\n', '\r\n'), fc.array(fc.nat(40)), (lines, end, cuts) => {
        const bytes = Buffer.from(lines.join(end));
        const pieces: Buffer[] = [];
        let start = 0;
        for (const cut of cuts) {
          pieces.push(bytes.subarray(start, start + cut));
          start += cut;
        }
        expect(split(...pieces, bytes.subarray(start))).toEqual(split(bytes));
      }),
    );
  });

  it('refuses a line that is not UTF-8 and goes on', () => {
    expect(split('a\n', new Uint8Array([0x61, 0xff, 0x0a]), 'b\n')).toEqual([
      text(1, 'a'),
      { kind: 'refused', number: 2, reason: 'not_utf8' },
      text(3, 'b'),
    ]);
    expect(split(new Uint8Array([0xed, 0xa0, 0x80]))).toEqual([{ kind: 'refused', number: 1, reason: 'not_utf8' }]);
  });

  it.each([MAX_LINE_BYTES + 1, MAX_LINE_BYTES + 2, 5 * MAX_LINE_BYTES])(
    'refuses a line of %i bytes, in one piece or many, and goes on',
    (length) => {
      const long = 'x'.repeat(length);
      const expected = [text(1, 'a'), { kind: 'refused', number: 2, reason: 'line_too_long' }, text(3, 'b')];
      expect(split(`a\n${long}\nb`)).toEqual(expected);
      expect(split('a\n', ...(long.match(/.{1,1000}/g) ?? []), '\nb')).toEqual(expected);
      expect(split('a\n', long)).toEqual(expected.slice(0, 2));
    },
  );

  it('takes the longest line, with CRLF too', () => {
    const long = 'x'.repeat(MAX_LINE_BYTES);
    expect(split(long.slice(0, 7), `${long.slice(7)}\r\nb`)).toEqual([text(1, long), text(2, 'b')]);
  });
});
