import { beforeAll, expect, it } from 'vitest';
import { shrinkLimits } from './limits.ts';
import { describeFailure, runSchedule } from './run.ts';

const COUNT = Number.parseInt(process.env.SIM_COUNT ?? '', 10) || 50_000;
const FIRST = 1_000_000;

beforeAll(shrinkLimits);

it(`holds P1 to P4 and P6 over ${COUNT} random schedules`, async () => {
  for (let seed = FIRST; seed < FIRST + COUNT; seed += 1) {
    const outcome = await runSchedule(seed);
    expect(outcome.violation, describeFailure(outcome)).toBeUndefined();
  }
});
