import { beforeAll, describe, expect, it } from 'vitest';
import { shrinkLimits } from './limits.ts';
import { PLANTED_BUGS } from './planted.ts';
import { describeFailure, type RunOutcome, runSchedule } from './run.ts';

/** `SIM_SEED=n` replays one schedule; `SIM_COUNT=n` runs that many. */
const asked = Number.parseInt(process.env.SIM_SEED ?? '', 10);
const COUNT = Number.parseInt(process.env.SIM_COUNT ?? '', 10) || 3000;
/** A planted bug must show within this many schedules. */
const PLANTED_COUNT = 400;

beforeAll(shrinkLimits);

describe('a seeded simulation of one node', () => {
  const seeds = Number.isNaN(asked) ? Array.from({ length: COUNT }, (_, i) => i + 1) : [asked];

  it(`holds P1 to P4 and P6 over ${seeds.length} random schedules (ACK-3, ACK-5, ORDER-1, ORDER-2, ORDER-6, EPOCH-2, RESUME-1, RESUME-6, ID-3, SLOW-3)`, async () => {
    const seen = new Map<string, number>();
    for (const seed of seeds) {
      const outcome = await runSchedule(seed);
      expect(outcome.violation, describeFailure(outcome)).toBeUndefined();
      for (const [what, count] of outcome.seen) seen.set(what, (seen.get(what) ?? 0) + count);
    }
    if (seeds.length > 1) expectVariety(seen);
  });

  it('gives the same run for the same seed', async () => {
    const [first, second] = [await runSchedule(4711), await runSchedule(4711)];
    expect(second.lines).toEqual(first.lines);
    expect([...second.seen]).toEqual([...first.seen]);
  });
});

describe('the checker finds a planted bug', () => {
  it.each(PLANTED_BUGS)('$name', async ({ parts, plant, verdict }) => {
    const undo = plant?.();
    try {
      let outcome: RunOutcome | undefined;
      for (let seed = 1; seed <= PLANTED_COUNT && outcome?.violation === undefined; seed += 1) outcome = await runSchedule(seed, parts);
      expect(outcome?.violation).toMatch(verdict);
    } finally {
      undo?.();
    }
  });
});

/** A run that never met what it is for has proved nothing. */
function expectVariety(seen: ReadonlyMap<string, number>): void {
  const met = [
    'ack',
    'resumed',
    'reset',
    'close 1006',
    'close 1012',
    'close 4408',
    'error id_taken',
    'error overloaded',
    'error storage_unavailable',
  ];
  expect(met.filter((what) => (seen.get(what) ?? 0) === 0)).toEqual([]);
}
