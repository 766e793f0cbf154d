import fc from 'fast-check';
import { expect, it } from 'vitest';
import { LEVELS } from './levels.ts';
import { compareKeys, FAMILIES, type RollupKey, type RollupWriter } from './port.ts';

const key: fc.Arbitrary<RollupKey> = fc.record({
  family: fc.constantFrom(...FAMILIES),
  scope: fc.oneof(fc.nat(2), fc.constant(0xffffffff)),
  level: fc.constantFrom(...LEVELS),
  container: fc.oneof(fc.integer({ min: -2, max: 3 }), fc.constantFrom(-17_000_000, 17_000_000)),
  chunk: fc.oneof(fc.nat(2), fc.constant(0xfffff)),
});
const body = fc.option(fc.uint8Array({ minLength: 1, maxLength: 20 }), { nil: undefined });
const bound = fc.oneof(fc.integer({ min: -3, max: 4 }), fc.constantFrom(-17_000_000, 17_000_000));

/** What every place for rollups must do. `withRollups` gives each run an empty one, and clears it away. */
export function rollupContract(withRollups: (run: (rollups: RollupWriter) => void) => void): void {
  it('keeps the last body that was put under each key, and forgets what was removed', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(key, body), { maxLength: 40 }), (puts) =>
        withRollups((rollups) => {
          for (const [at, given] of puts) rollups.put(at, given);
          for (const [at, given] of lastOf(puts)) expect(plain(rollups.get(at))).toEqual(plain(given));
        }),
      ),
    );
  });

  it('has nothing where nothing was put', () => {
    withRollups((rollups) => {
      const nowhere = { family: 'counts', scope: 1, level: 'day', container: 0, chunk: 0 } as const;
      rollups.put(nowhere, undefined);
      expect(rollups.get(nowhere)).toBeUndefined();
      expect([...rollups.containers('counts', 1, 'day', -10, 10)]).toEqual([]);
      expect([...rollups.scopesOf('counts', 'day', -10, 10)]).toEqual([]);
    });
  });

  it('lists the containers of a range, of one scope and of all, in order', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(key, body), { maxLength: 60 }), key, bound, bound, (puts, asked, first, last) =>
        withRollups((rollups) => {
          for (const [at, given] of puts) rollups.put(at, given);
          const { family, level, scope } = asked;
          const expected = [...lastOf(puts)]
            .filter(([at, given]) => given !== undefined && at.family === family && at.level === level)
            .filter(([at]) => at.container >= first && at.container <= last)
            .sort(([a], [b]) => compareKeys(a, b))
            .map(([at, given]) => ({ scope: at.scope, container: at.container, chunk: at.chunk, body: plain(given) }));
          const all = Array.from(rollups.scopesOf(family, level, first, last), (each) => ({ ...each, body: plain(each.body) }));
          expect(all).toEqual(expected);
          const one = Array.from(rollups.containers(family, scope, level, first, last), ({ container, chunk, body }) => {
            return { scope, container, chunk, body: plain(body) };
          });
          expect(one).toEqual(expected.filter((each) => each.scope === scope));
        }),
      ),
    );
  });
}

const plain = (bytes: Uint8Array | undefined): number[] | undefined => bytes && [...bytes];

function lastOf(puts: readonly [RollupKey, Uint8Array | undefined][]): Iterable<[RollupKey, Uint8Array | undefined]> {
  return new Map(puts.map((put) => [Object.values(put[0]).join(), put])).values();
}
