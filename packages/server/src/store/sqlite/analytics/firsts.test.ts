import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { migrate } from '../migrations.ts';
import { SqliteFirsts } from './firsts.ts';

const step = fc.record({
  do: fc.constantFrom('get' as const, 'get' as const, 'set' as const, 'set' as const, 'remove' as const, 'forget' as const),
  scope: fc.nat(3),
  user: fc.integer({ min: 1, max: 8 }),
  t: fc.nat(1000),
});

it('has what was set last, however little is held', () => {
  fc.assert(
    fc.property(fc.constantFrom(1, 2, 5, 1000), fc.array(step, { maxLength: 60 }), (mostKnown, steps) => {
      const db = new DatabaseSync(':memory:');
      migrate(db);
      const firsts = new SqliteFirsts(db, mostKnown);
      const model = new Map<string, number>();
      for (const { do: what, scope, user, t } of steps) {
        const key = `${scope} ${user}`;
        if (what === 'get') expect(firsts.get(scope, user)).toBe(model.get(key));
        else if (what === 'forget') firsts.forget();
        else {
          firsts.set(scope, user, what === 'set' ? t : undefined);
          if (what === 'set') model.set(key, t);
          else model.delete(key);
        }
      }
      for (const scope of [0, 1, 2, 3]) {
        const own = [1, 2, 3, 4, 5, 6, 7, 8].flatMap((user) => {
          const t = model.get(`${scope} ${user}`);
          return t === undefined ? [] : [[user, t]];
        });
        expect(firsts.after(scope, 0, 100)).toEqual(own);
      }
      db.close();
    }),
  );
});
