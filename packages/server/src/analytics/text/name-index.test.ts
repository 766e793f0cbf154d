import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DAY_MS, findMentions, NameIndex } from './index.ts';

const NAMES = ['a', 'B', 'b', 'a b', '@', '@@@@@', 'long-name'];
const HOUR = 3_600_000;

interface Note {
  readonly user: number;
  readonly name: string;
  readonly after: number;
}
const notes = fc.array(
  fc.record({
    user: fc.integer({ min: 0, max: 4 }),
    name: fc.constantFrom(...NAMES),
    after: fc.constantFrom(0, 0, 1, HOUR, 12 * HOUR, DAY_MS, DAY_MS + 1),
  }),
  { maxLength: 40 },
);

/** Who used each name in the window, the latest last; of the latest `most` uses. */
function naive(past: readonly (Note & { readonly t: number })[], t: number, most: number): Map<string, number[]> {
  const latest = new Map<string, { name: string; user: number }>();
  for (const { user, name, t: at } of past) {
    if (at < t - DAY_MS || name === '@@@@@') continue;
    const key = `${user} ${name.toLowerCase()}`;
    latest.delete(key);
    latest.set(key, { name: name.toLowerCase(), user });
  }
  const known = new Map<string, number[]>();
  for (const { name, user } of [...latest.values()].slice(-most)) known.set(name, [...(known.get(name) ?? []), user]);
  return known;
}

describe('the index of names', () => {
  it.each([1000, 3])('knows who used what in the 24 h before, of the latest %i uses', (most) => {
    fc.assert(
      fc.property(notes, fc.integer({ min: 0, max: 4 }), (list, author) => {
        const index = new NameIndex(most);
        const past: (Note & { t: number })[] = [];
        let t = 0;
        for (const note of list) {
          t += note.after;
          index.note(note.user, note.name, t);
          past.push({ ...note, t });
          const known = naive(past, t, most);
          expect(index.size).toBe([...known.values()].flat().length);
          for (const [name, users] of known) {
            const [uses] = findMentions(`@${name}`, index, author, t);
            const isAnothers = users.some((user) => user !== author);
            if (isAnothers) expect(uses).toMatchObject({ name });
            else expect(uses?.name).not.toBe(name);
            if (isAnothers) expect(uses?.users(t)).toEqual(users);
          }
          expect(index.longest).toBe(Math.max(0, ...[...known.keys()].map((name) => name.length)));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('forgets everything a day later', () => {
    const index = new NameIndex();
    for (let user = 0; user < 100; user++) index.note(user, `name${user}`, user);
    index.expire(DAY_MS + 100);
    expect([index.size, index.longest]).toEqual([0, 0]);
    expect(findMentions('@name1', index, 0, DAY_MS + 100)).toEqual([]);
  });

  it('keeps the latest uses of a flood of names', () => {
    const index = new NameIndex(100);
    for (let user = 0; user < 5000; user++) index.note(user, `name${user}`, user);
    expect(index.size).toBe(100);
    expect(findMentions('@name4900 @name4899', index, 0, 5000).map((uses) => uses.name)).toEqual(['name4900']);
  });

  it('refuses a note from before the last one', () => {
    const index = new NameIndex();
    index.note(1, 'a', 10);
    index.note(1, 'a', 10);
    expect(() => index.note(1, 'a', 9)).toThrow(RangeError);
  });

  it('has no empty names', () => {
    const index = new NameIndex();
    index.note(1, '', 0);
    expect(index.size).toBe(0);
  });
});
