import { expect, test } from 'vitest';
import { analyticsKills } from '../kit/analytics-kills.ts';
import { seeded } from '../kit/rng.ts';

test('two kills while messages are sent and imported: what is counted is what is stored, and what a recount finds', async () => {
  await seeded(20_063, async (rng) => {
    const { findings, imported } = await analyticsKills(rng, {
      rounds: 2,
      senders: 4,
      roundMs: [200, 900],
      stretches: 60,
      withMoments: false,
    });
    expect(findings).toEqual([]);
    expect(imported).toBeGreaterThan(0);
  });
});
