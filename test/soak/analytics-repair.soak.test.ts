import { expect, test } from 'vitest';
import { analyticsRepairKills } from '../kit/analytics-repair-kills.ts';
import { seeded } from '../kit/rng.ts';

test('six kills in the middle of repairs, with live and late messages beside: what is kept is what is stored', async () => {
  await seeded(914_207, async (rng) => {
    const { findings, damages } = await analyticsRepairKills(rng, { rounds: 6, stretches: 100, senders: 2, killAfterMs: [20, 2_000] });
    console.log(`seed ${rng.seed}: ${damages} damages mended`);
    expect(findings).toEqual([]);
  });
});
