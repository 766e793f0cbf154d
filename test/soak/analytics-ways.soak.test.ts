import { expect, test } from 'vitest';
import { waysFindings } from '../kit/analytics-ways.ts';
import { seeded } from '../kit/rng.ts';

test('said live, imported, shuffled in transit, or some of each: the answers are the same, and the oracle’s', async () => {
  await seeded(Date.now() % 1_000_000, async (rng) => {
    console.log(`seed ${rng.seed}`);
    for (const stretches of [5, 10, 20, 40, 80, 160, 300])
      expect(await waysFindings(rng, stretches, ['1m', '5m', '15m', '1h', '1d', '1w', '1M'])).toEqual([]);
  });
});
