import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Json, type JsonObject, mergePatch, withoutNulls } from './snapshot-stream-patch.ts';

/** RFC 7396, section 2, word by word. */
function apply(target: Json | undefined, patch: Json): Json {
  if (!isObject(patch)) return patch;
  const result = new Map<string, Json>(isObject(target) ? Object.entries(target) : []);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) result.delete(name);
    else result.set(name, apply(result.get(name), value));
  }
  return Object.fromEntries(result);
}

const isObject = (value: Json | undefined): value is JsonObject => typeof value === 'object' && value !== null && !Array.isArray(value);

const { object } = fc.letrec<{ object: JsonObject; value: Json }>((tie) => ({
  object: fc.dictionary(fc.constantFrom('a', 'b', 'c', '__proto__', 'constructor'), tie('value'), { maxKeys: 4 }),
  value: fc.oneof({ maxDepth: 3 }, fc.constantFrom(0, 1, '', 'x', true, null), fc.array(tie('value'), { maxLength: 3 }), tie('object')),
}));
const state = object.map((each) => withoutNulls(JSON.parse(JSON.stringify(each)) as JsonObject));

describe('a merge patch between two states', () => {
  it('SSE-1 makes the second of the first', () => {
    fc.assert(
      fc.property(state, state, (from, to) => {
        expect(apply(from, mergePatch(from, to) ?? {})).toEqual(to);
      }),
      { numRuns: 500 },
    );
  });

  it('is none exactly when they are equal', () => {
    fc.assert(
      fc.property(state, state, (from, to) => {
        expect(mergePatch(from, from)).toBeUndefined();
        if (mergePatch(from, to) === undefined) expect(to).toEqual(from);
      }),
    );
  });

  it('names only what changed, and null for what is gone', () => {
    const from = { same: [1], gone: 1, inner: { same: 1, gone: 2, other: 3 }, list: [1, 2], scalar: 1 };
    const to = { same: [1], inner: { same: 1, other: 4 }, list: [2], scalar: {} };
    expect(mergePatch(from, to)).toEqual({ gone: null, inner: { gone: null, other: 4 }, list: [2], scalar: {} });
  });

  it('leaves null out of what it is asked for, but not out of arrays', () => {
    expect(withoutNulls({ a: null, b: { c: null, d: 1 }, e: [null, { f: null }] })).toEqual({ b: { d: 1 }, e: [null, { f: null }] });
  });
});
