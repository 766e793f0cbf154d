import fc from 'fast-check';
import { expect, it } from 'vitest';
import { BodyShelf } from './body-shelf.ts';

const body = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.integer({ min: 5000, max: 300_000 }).map((length) => new Uint8Array(length).fill(7)),
);
const bodies = fc.array(fc.record({ chunk: fc.nat(2 ** 20), body }), { maxLength: 4 });
const change = fc.record({ day: fc.integer({ min: -3, max: 3 }), bodies: fc.option(bodies, { nil: undefined }) });

it('keeps bodies as a map does, and no more memory than about twice what they take', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
      const shelf = new BodyShelf();
      const map = new Map<number, readonly { chunk: number; body: Uint8Array }[]>();
      for (const { day, bodies } of changes) {
        const before = shelf.get(0);
        const copy = JSON.stringify(before);
        if (bodies === undefined) {
          shelf.delete(day);
          map.delete(day);
        } else {
          shelf.set(day, bodies);
          map.set(day, bodies);
        }
        expect(JSON.stringify(before)).toBe(copy);
        for (let each = -3; each <= 3; each++) expect(shelf.get(each)).toEqual(map.get(each));
        const size = [...map.values()].flat().reduce((sum, { body }) => sum + body.length, 0);
        expect(shelf.bytes).toBeLessThan(4 * size + 2 ** 20);
      }
      expect(shelf.isEmpty).toBe(map.size === 0);
    }),
    { numRuns: 20 },
  );
});
