import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KnownIds } from './known-ids.ts';

const id = (messageId: string) => ({ messageId, userId: 'ann', epoch: 'e', seq: 1 });

describe('known ids', () => {
  it('begin with the seeds, which count as old', () => {
    const ids = new KnownIds(100, 1000, [id('a'), id('b')], 900);
    expect([ids.size, ids.knownSince, ids.get('a')?.messageId, ids.get('c')]).toEqual([2, 900, 'a', undefined]);
    expect(ids.forgetOlder(1000)).toBe(-2);
    expect([ids.size, ids.get('a'), ids.knownSince]).toEqual([0, undefined, 1000]);
  });

  it('say by how much they grew: a turn of generations takes the old one away', () => {
    const ids = new KnownIds(100, 1000, [id('a'), id('b'), id('c')], 900);
    expect(ids.add(id('d'), 1099)).toBe(1);
    expect(ids.add(id('d'), 1099)).toBe(0);
    expect(ids.add(id('e'), 1100)).toBe(-2);
    expect([ids.size, ids.knownSince]).toEqual([2, 1000]);
    expect(ids.add(id('f'), 1200)).toBe(0);
    expect([ids.size, ids.knownSince, ids.get('d')]).toEqual([2, 1100, undefined]);
  });

  it('prefer the younger of two with one id', () => {
    const ids = new KnownIds(100, 0, [id('a')], 0);
    ids.add({ ...id('a'), seq: 9 }, 1);
    expect(ids.get('a')?.seq).toBe(9);
  });

  it('ID-6: know every id that is younger than the memory, and all since knownSince', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 70 }), { maxLength: 80 }), (pauses) => {
        const ids = new KnownIds(100, 0, [], 0);
        const added: number[] = [];
        let [now, size] = [0, 0];
        for (const pause of pauses) {
          now += pause;
          size += ids.add(id(String(added.length)), now);
          added.push(now);
          expect(ids.size).toBe(size);
          added.forEach((at, i) => {
            if (now - at < 100 || at >= ids.knownSince + 100) expect(ids.get(String(i))).toBeDefined();
            if (at > ids.knownSince) expect(ids.get(String(i))).toBeDefined();
          });
        }
      }),
    );
  });
});
