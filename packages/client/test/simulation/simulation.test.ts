import { beforeAll, describe, expect, it } from 'vitest';
import { shrinkLimits } from '../../../server/test/simulation/limits.ts';
import { PLANTED_BUGS } from './planted.ts';
import { describeFailure, type RunOutcome, runSchedule } from './run.ts';

/** `SIM_SEED=n` replays one schedule; `SIM_COUNT=n` runs that many. */
const asked = Number.parseInt(process.env.SIM_SEED ?? '', 10);
const COUNT = Number.parseInt(process.env.SIM_COUNT ?? '', 10) || 300;
/** A planted bug must show within this many schedules. */
const PLANTED_COUNT = 200;

beforeAll(shrinkLimits);

describe('a seeded simulation of the SDK over the real hub', () => {
  const seeds = Number.isNaN(asked) ? Array.from({ length: COUNT }, (_, i) => i + 1) : [asked];

  it(`holds P2 to P4 over ${seeds.length} random schedules (CLIENT-3, CLIENT-5, CLIENT-7, CLIENT-9, CLIENT-10, CLIENT-12)`, async () => {
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
  it.each(PLANTED_BUGS)('$name', async ({ plant, verdict }) => {
    const undo = plant();
    try {
      let outcome: RunOutcome | undefined;
      for (let seed = 1; seed <= PLANTED_COUNT && outcome?.violation === undefined; seed += 1) outcome = await runSchedule(seed);
      expect(outcome?.violation).toMatch(verdict);
    } finally {
      undo();
    }
  });
});

/** A run that never met what it is for has proved nothing. */
function expectVariety(seen: ReadonlyMap<string, number>): void {
  const ways = [
    'stored',
    'resumed',
    'reset',
    'resuming',
    'close 1006',
    'close 1012',
    'says position',
    'refused queue_full',
    'refused left',
  ];
  const met = [...ways, 'orphan', 'error rate_limited', 'error storage_unavailable', 'error overloaded', 'error not_in_room'];
  expect(met.filter((what) => (seen.get(what) ?? 0) === 0)).toEqual([]);
}
