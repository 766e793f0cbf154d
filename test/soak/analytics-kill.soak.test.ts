import { expect, test } from 'vitest';
import { analyticsKills } from '../kit/analytics-kills.ts';
import { anySeed, seeded } from '../kit/rng.ts';

test('twenty kills at random moments while messages are sent and imported: what is counted is what is stored, and what a recount finds', async () => {
  await seeded(anySeed(), async (rng) => {
    const { findings, messages, imported } = await analyticsKills(rng, {
      rounds: 20,
      senders: 3,
      roundMs: [50, 1_200],
      stretches: 500,
      withMoments: true,
    });
    console.log(`seed ${rng.seed}: ${messages} messages, ${imported} of them imported`);
    expect(findings).toEqual([]);
  });
});
