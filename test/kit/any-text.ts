import fc from 'fast-check';

/** Where code points have no names of their own: halves of pairs. */
const FIRST_HALF = 0xd800;
const AFTER_HALVES = 0xe000;

/**
 * Any code points, at most `maxLength`, and names that objects have by themselves. What `fc.string({ unit: 'binary' })` gives, but that
 * takes seconds and a hundred megabytes to list all of Unicode.
 */
export function anyText(maxLength = 10): fc.Arbitrary<string> {
  const codePoint = fc.oneof(
    { weight: 1, arbitrary: fc.integer({ min: 0, max: FIRST_HALF - 1 }) },
    { weight: 16, arbitrary: fc.integer({ min: AFTER_HALVES, max: 0x10ffff }) },
  );
  const text = fc.array(codePoint, { maxLength }).map((points) => String.fromCodePoint(...points));
  const names = ['__proto__', 'constructor', 'toString', 'valueOf'].filter(({ length }) => length <= maxLength);
  return names.length === 0 ? text : fc.oneof({ weight: 20, arbitrary: text }, { weight: 1, arbitrary: fc.constantFrom(...names) });
}
