import { describe, expect, it } from 'vitest';
import { Grouped } from './grouped.ts';

describe('grouped writes', () => {
  it('STORE-1: go out one by one when alone, and together when they come while one is under way', async () => {
    const groups: number[][] = [];
    const ends: (() => void)[] = [];
    const grouped = new Grouped<number>((items) => {
      groups.push([...items]);
      return new Promise((resolve) => ends.push(resolve));
    });
    const all = [grouped.add(1), grouped.add(2), grouped.add(3)];
    expect(groups).toEqual([[1]]);
    ends.shift()?.();
    await all[0];
    await Promise.resolve();
    expect(groups).toEqual([[1], [2, 3]]);
    ends.shift()?.();
    await Promise.all(all);
    const late = grouped.add(4);
    expect(groups).toEqual([[1], [2, 3], [4]]);
    ends.shift()?.();
    await late;
  });

  it('fail together, and the next group is tried', async () => {
    let isBroken = true;
    const grouped = new Grouped<number>(async () => {
      if (isBroken) throw new Error('full');
    });
    await expect(grouped.add(1)).rejects.toThrow('full');
    isBroken = false;
    await expect(grouped.add(2)).resolves.toBeUndefined();
  });
});
