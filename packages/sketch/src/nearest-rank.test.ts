import { expect, it } from 'vitest';
import { nearestRank } from './nearest-rank.ts';

it('is the first rank whose share of all reaches q', () => {
  const wrong: string[] = [];
  for (let count = 1; count <= 200; count++) {
    for (let percent = 0; percent <= 100; percent++) {
      const rank = nearestRank(percent / 100, count);
      const isFirst = rank === 1 || (rank - 1) * 100 < percent * count;
      if (rank < 1 || rank > count || rank * 100 < percent * count || !isFirst) wrong.push(`${percent} % of ${count}: ${rank}`);
    }
  }
  expect(wrong).toEqual([]);
});
