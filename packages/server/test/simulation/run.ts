import { settle } from '../kit/settle.ts';
import { ACTIONS, pickAction } from './actions.ts';
import { checkBounds } from './invariants.ts';
import { type Parts, REAL_PARTS } from './parts.ts';
import { quiesce } from './quiesce.ts';
import { verify } from './verify.ts';
import { World } from './world.ts';

export interface RunOutcome {
  readonly seed: number;
  /** The first thing that must not have happened. */
  readonly violation: string | undefined;
  readonly steps: number;
  /** How often what was seen: closes, errors, acks, resumes. */
  readonly seen: ReadonlyMap<string, number>;
  /** The actions, in order. */
  readonly lines: readonly string[];
}

/** One schedule: random actions, then peace, a clean stop, and the check of everything. */
export async function runSchedule(seed: number, parts: Parts = REAL_PARTS): Promise<RunOutcome> {
  const world = new World(seed, parts);
  const { journal, rng } = world;
  const steps = rng.between(60, 260);
  for (let i = 0; i < steps && journal.violations.length === 0; i += 1) {
    const action = pickAction(world);
    journal.note(action.name);
    await action.run(world);
    await settle();
    checkBounds(world);
  }
  if (journal.violations.length === 0) await quiesce(world);
  if (journal.violations.length === 0) {
    await world.node.stop(true);
    await verify(world);
  }
  return { seed, violation: journal.violations[0], steps, seen: journal.seen, lines: journal.lines };
}

/** Runs seeds until one fails or all are through. */
export async function runSchedules(firstSeed: number, count: number, parts: Parts = REAL_PARTS): Promise<RunOutcome | undefined> {
  for (let seed = firstSeed; seed < firstSeed + count; seed += 1) {
    const outcome = await runSchedule(seed, parts);
    if (outcome.violation !== undefined) return outcome;
  }
  return undefined;
}

/** For a failure's message. */
export function describeFailure({ seed, violation, steps, lines }: RunOutcome): string {
  return `SIM_SEED=${seed}: ${violation}\n(${steps} steps of ${ACTIONS.length} kinds: ${lines.join(', ')})`;
}
