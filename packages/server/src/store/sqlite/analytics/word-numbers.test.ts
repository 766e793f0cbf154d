import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { migrate } from '../migrations.ts';
import { WordNumbers } from './word-numbers.ts';

function world(mostKnown: number) {
  const db = new DatabaseSync(':memory:');
  migrate(db);
  return { db, words: new WordNumbers(db, mostKnown), again: () => new WordNumbers(db, mostKnown) };
}

const step = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('take' as const), words: fc.array(fc.nat(30), { maxLength: 12 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('roll back' as const), words: fc.array(fc.nat(30), { maxLength: 12 }) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('start again' as const), words: fc.constant([]) }) },
);

it('a word has one number for ever, whether the file has more words than are held or fewer; a rollback takes back what it gave', () => {
  fc.assert(
    fc.property(fc.constantFrom(0, 3, 10, 1000), fc.array(step, { maxLength: 20 }), (mostKnown, steps) => {
      const { db, words, again } = world(mostKnown);
      let present = words;
      const committed = new Map<string, number>();
      for (const { do: what, words: asked } of steps) {
        if (what === 'start again') present = again();
        db.exec('begin');
        const given = new Map(committed);
        for (const each of asked) {
          const number = present.number(`word ${each}`);
          const known = given.get(`word ${each}`);
          if (known === undefined) expect([...given.values()]).not.toContain(number);
          else expect(number).toBe(known);
          given.set(`word ${each}`, number);
        }
        present.settle();
        if (what === 'roll back') {
          const { era } = present;
          db.exec('rollback');
          present.forget();
          expect(present.era).not.toBe(era);
          continue;
        }
        db.exec('commit');
        for (const [word, number] of given) committed.set(word, number);
        const rows = db.prepare('select name, id from terms').all() as { name: string; id: number }[];
        expect(new Map(rows.map(({ name, id }) => [name, id]))).toEqual(committed);
      }
      db.close();
    }),
  );
});

it('more new words than are written at once keep their numbers', () => {
  const { db, words, again } = world(100_000);
  const many = Array.from({ length: 2500 }, (_, i) => `“${i}" \\ ünï😀`);
  const numbers = many.map((word) => words.number(word));
  words.settle();
  expect(new Set(numbers).size).toBe(2500);
  expect(many.map((word) => again().number(word))).toEqual(numbers);
  db.close();
});
