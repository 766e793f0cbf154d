import fc from 'fast-check';
import { expect, it } from 'vitest';
import { BodyShelf } from './body-shelf.ts';

const length = fc.oneof(fc.nat(40), fc.nat(40), fc.integer({ min: 5000, max: 300_000 }));
const body = fc.tuple(length, fc.nat(255)).map(([length, byte]) => new Uint8Array(length).fill(byte));
const bodies = fc.array(fc.record({ chunk: fc.nat(2 ** 20), body }), { maxLength: 4 });
const change = fc.record({ day: fc.integer({ min: -3, max: 3 }), bodies: fc.option(bodies, { nil: undefined }) });

/** What a day has, in one. */
const flat = (bodies: readonly { chunk: number; body: Uint8Array }[] | undefined): Buffer =>
  bodies === undefined
    ? Buffer.from('none')
    : Buffer.concat(bodies.flatMap(({ chunk, body }) => [Buffer.from(`${chunk} ${body.length} `), body]));

it('keeps bodies as a map does, and no more memory than about twice what they take', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
      const shelf = new BodyShelf();
      const map = new Map<number, readonly { chunk: number; body: Uint8Array }[]>();
      for (const { day, bodies } of changes) {
        const before = shelf.get(0);
        const copy = flat(before);
        if (bodies === undefined) {
          shelf.delete(day);
          map.delete(day);
        } else {
          shelf.set(day, bodies);
          map.set(day, bodies);
        }
        expect(Buffer.compare(flat(before), copy)).toBe(0);
        for (let each = -3; each <= 3; each++) expect(Buffer.compare(flat(shelf.get(each)), flat(map.get(each)))).toBe(0);
        const size = [...map.values()].flat().reduce((sum, { body }) => sum + body.length, 0);
        expect(shelf.bytes).toBeLessThan(4 * size + 2 ** 20);
      }
      expect(shelf.isEmpty).toBe(map.size === 0);
    }),
    { numRuns: 20 },
  );
});
