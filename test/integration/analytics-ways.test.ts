import { expect, test } from 'vitest';
import { waysFindings } from '../kit/analytics-ways.ts';
import { seeded } from '../kit/rng.ts';

test('said live, imported, shuffled in transit, or some of each: the answers are the same, and the oracle’s', async () => {
  await seeded(3, async (rng) => {
    expect(await waysFindings(rng, 25, ['15m', '1d'])).toEqual([]);
  });
});
