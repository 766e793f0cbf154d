import { describe, expect, it } from 'vitest';
import { randomWorld, type World } from '../../../test/kit/analytics-world.ts';
import { Rng } from '../../../test/kit/rng.ts';
import { compareAnswers } from '../../../test/oracle/compare.ts';
import { ORACLE_MEASURES } from '../../../test/oracle/measures.ts';
import { isFiner } from '../calendar/steps.ts';
import { CATALOGUE } from '../catalogue/catalogue.ts';
import type { RawQuery } from '../request/fields.ts';
import { QUERY_LIMITS } from '../request/limits.ts';
import { DAY_MS } from '../rollup/levels.ts';
import { answer } from './answer.ts';
import type { QuestionPath } from './question.ts';
import { ZoneDays } from './zone-days.ts';

/** Two here, one of them with messages that came live; more in `answer.soak.test.ts`. */
const RUNS = Number(process.env.RUNS ?? 2);
const FIRST_SEED = Number(process.env.SEED ?? 3);
const seeds = Array.from({ length: RUNS }, (_, i) => FIRST_SEED + i);

const held = new WeakMap<World, ZoneDays>();
function heldOf(world: World): ZoneDays {
  const known = held.get(world) ?? new ZoneDays();
  held.set(world, known);
  return known;
}

function ask(world: World, path: QuestionPath, query: RawQuery) {
  const { now, store } = world;
  // Seconds of long ago, too.
  const context = { now, completeUntil: now, limits: { ...QUERY_LIMITS, ages: {} }, seconds: [] };
  const reply = answer({ path, query, format: 'json', isRoomLive: false }, store, context, heldOf(world));
  if (reply.kind === 'problem') return expect.fail(`${path} ${JSON.stringify(query)}: ${reply.problem.message}`);
  return JSON.parse(new TextDecoder().decode(reply.body));
}

/** Random zones, rooms and ranges, those of the history among them. */
class Questions {
  readonly #rng: Rng;
  readonly #world: World;

  constructor(seed: number, world: World) {
    this.#rng = new Rng(seed * 7919);
    this.#world = world;
  }

  range(most = Number.POSITIVE_INFINITY): { from: string; to: string; tz: string; room?: string } {
    const { from, to, tz, rooms } = this.#world;
    const rng = this.#rng;
    const isWhole = rng.chance(0.3) && to - from <= most;
    const start = isWhole ? from : rng.between(from - DAY_MS, to);
    const end = isWhole ? to : start + rng.between(1, Math.min(most, to + DAY_MS - start));
    const zone = rng.pick(['UTC', 'Asia/Kolkata', 'America/New_York', tz]) ?? tz;
    const room = rng.chance(0.5) ? rng.pick(rooms) : undefined;
    const iso = (t: number) => new Date(t).toISOString();
    return { from: iso(start), to: iso(end), tz: zone, ...(room === undefined ? {} : { room }) };
  }
}

const HOUR_MS = 3_600_000;
/** The longest range of each step, so that tests take no minutes. */
const STEPS = [
  ['1s', HOUR_MS / 2],
  ['1m', 5 * HOUR_MS],
  ['5m', 24 * HOUR_MS],
  ['15m', 60 * HOUR_MS],
  ['1h', 10 * DAY_MS],
  ['1d', 40 * DAY_MS],
  ['1w', 40 * DAY_MS],
  ['1M', 40 * DAY_MS],
] as const;

describe('ASK-1: answers are what the oracle counts', () => {
  it.each(seeds)('in a series of any step, room and zone (seed %d)', (seed) => {
    const world = randomWorld(seed, { live: seed % 4 === 0, ties: seed % 2 === 0 });
    const questions = new Questions(seed, world);
    for (const [step, most] of STEPS) {
      const query = questions.range(most);
      const measures = ORACLE_MEASURES.filter((id) => !isFiner(step, CATALOGUE[id].finestStep ?? '1s'));
      const api = ask(world, 'series', { ...query, step, measures: measures.join(',') });
      const truth = world.oracle.series({ ...query, from: api.from, to: api.to, step, measures });
      expect(compareAnswers(api, truth, { limit: 10 }).slice(0, 3), JSON.stringify({ ...query, step })).toEqual([]);
    }
  });

  it.each(seeds)('in summaries, tops, heat maps, retention, active days and moments (seed %d)', (seed) => {
    const world = randomWorld(seed, { ties: seed % 2 === 0 });
    const { oracle } = world;
    const questions = new Questions(seed, world);
    const options = { limit: 10, ignore: ['tz', 'from', 'to'] };
    const query = questions.range();
    const summary = ask(world, 'summary', { ...query });
    const ignored = [...options.ignore, 'presentUsers', 'connections', 'deliveryLatency', 'dropped'];
    expect(
      compareAnswers(summary, oracle.summary({ ...query, from: summary.from, to: summary.to }), { ...options, ignore: ignored }),
    ).toEqual([]);
    for (const what of ['users', 'rooms', 'terms', 'emoji'] as const) {
      const limit = 1 + (seed % 30);
      const api = ask(world, 'top', { ...query, what, limit: String(limit) });
      expect(compareAnswers(api, oracle.top({ ...query, from: api.from, to: api.to, what }), { ...options, limit })).toEqual([]);
    }
    for (const path of ['heatmap', 'retention', 'active', 'moments'] as const) {
      const zoned = questions.range();
      const api = ask(world, path, { ...zoned });
      expect(
        compareAnswers(api, oracle[path]({ ...zoned, from: api.from, to: api.to }), options),
        `${path} ${JSON.stringify(zoned)}`,
      ).toEqual([]);
    }
  });
});
