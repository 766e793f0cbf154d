import { beforeAll, expect, it } from 'vitest';
import { describeFailure, runSchedule } from '../../packages/client/test/simulation/run.ts';
import { shrinkLimits } from '../../packages/server/test/simulation/limits.ts';

const COUNT = Number.parseInt(process.env.SIM_COUNT ?? '', 10) || 30_000;
const FIRST = 1_000_000;

beforeAll(shrinkLimits);

it(`the SDK holds P2 to P4 over ${COUNT} random schedules of the real hub behind a fault proxy`, async () => {
  for (let seed = FIRST; seed < FIRST + COUNT; seed += 1) {
    const outcome = await runSchedule(seed);
    expect(outcome.violation, describeFailure(outcome)).toBeUndefined();
  }
});
