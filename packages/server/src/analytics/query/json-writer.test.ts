import fc from 'fast-check';
import { expect, it } from 'vitest';
import { shown } from '../digits.ts';
import { JsonWriter } from './json-writer.ts';

function written(write: (out: JsonWriter) => void): string {
  const out = new JsonWriter();
  write(out);
  return new TextDecoder().decode(out.finish());
}

it('writes numbers as JSON has what is shown of them', () => {
  const near = fc.tuple(fc.double({ min: 1, max: 10, noNaN: true }), fc.integer({ min: -12, max: 16 })).map(([a, b]) => a * 10 ** b);
  const number = fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.double({ noNaN: true, noDefaultInfinity: true }), near);
  const examples: [number][] = [[0], [-0], [9.999999999], [0.99999999999], [1e-6], [1e-7], [-1 / 3], [2 ** 31], [1e21], [99999999.5]];
  fc.assert(
    fc.property(number, (each) => {
      expect(written((out) => out.number(each))).toBe(JSON.stringify(shown(each)));
    }),
    { examples },
  );
});

it('writes any text as JSON does', () => {
  const unit = fc.oneof(fc.nat(127), fc.nat(0xffff));
  const text = fc.array(unit).map((units) => String.fromCharCode(...units));
  fc.assert(
    fc.property(text, (each) => {
      expect(written((out) => out.string(each))).toBe(JSON.stringify(each));
    }),
    { examples: [['"'], ['\\'], ['\n'], ['\u007f'], ['é'], ['\ud800'], ['😀']] },
  );
});

it('grows as far as it must', () => {
  const long = 'x'.repeat(70_000);
  expect(written((out) => out.string(long)) === `"${long}"`).toBe(true);
});
