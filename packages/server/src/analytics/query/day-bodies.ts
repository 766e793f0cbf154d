import { ByteWriter, CAPACITY } from '@hubbub/sketch';
import { BucketMessages } from '../rollup/bucket-messages.ts';
import { COLUMN_COUNT, type Column, KIND, type Kind } from '../rollup/columns.ts';
import { CountsAccumulator } from '../rollup/counts-accumulator.ts';
import { CountsSegment } from '../rollup/counts-segment.ts';
import { containerOf, containerStart, QUARTER_MS, QUARTERS_PER_DAY } from '../rollup/levels.ts';
import { ALL_ROOMS, type Family, type RollupReader } from '../rollup/port.ts';
import { QuantilesAccumulator } from '../rollup/quantiles-accumulator.ts';
import { QuantilesSegment } from '../rollup/quantiles-segment.ts';
import { RankedAccumulator } from '../rollup/ranked-accumulator.ts';
import { type Segment, writeSlots } from '../rollup/slot-body.ts';
import { Unreadable } from './unreadable.ts';

export type DayFamily = Exclude<Family, 'newcomers'>;

export interface DayBody {
  readonly chunk: number;
  /** As it is kept, with slot 0 alone. */
  readonly body: Uint8Array;
}

/** [start, end) in ms since 1970, on the grid of quarters. */
export interface Stretch {
  readonly start: number;
  readonly end: number;
}

/** Takes in containers of quarters, each slot for one of some stretches, and gives what each stretch has. */
interface Merged {
  add(chunk: number, body: Uint8Array, stretchOfSlot: Int32Array): boolean;
  bodies(stretch: number): readonly DayBody[];
}

const MOST_RANKED = 2 * CAPACITY;
const ALL_IN_ONE = new Int32Array(QUARTERS_PER_DAY);

/** What all rooms have of stretches that ascend, from their quarters. */
export function dayBodies(family: DayFamily, stretches: readonly Stretch[], reader: RollupReader): readonly (readonly DayBody[])[] {
  const merged = MERGED[family](stretches.length);
  const slots = new Int32Array(QUARTERS_PER_DAY);
  for (const [firstDay, lastDay] of daysOver(stretches)) {
    for (const { container, chunk, body } of reader.containers(family, ALL_ROOMS, 'quarter', firstDay, lastDay)) {
      stretchesOf(containerStart('quarter', container), stretches, slots);
      if (!merged.add(chunk, body, slots)) throw new Unreadable(`unreadable ${family} of quarter ${container}: recount`);
    }
  }
  return stretches.map((_, i) => merged.bodies(i));
}

/** A container with all its slots in one: undefined for what cannot be read. */
export function mergedBody(family: DayFamily, chunk: number, body: Uint8Array): Uint8Array | undefined {
  // Ranked ones with all that they have: it is not to be told from the answer that they were merged.
  const merged =
    family === 'terms' || family === 'emoji' || family === 'drops' ? mergedRanked(1, Number.POSITIVE_INFINITY) : MERGED[family](1);
  return merged.add(chunk, body, ALL_IN_ONE) ? merged.bodies(0)[0]?.body : undefined;
}

/** Runs of UTC days that share an instant with a stretch, first and last: stretches may lie months apart. */
function daysOver(stretches: readonly Stretch[]): [firstDay: number, lastDay: number][] {
  const runs: [number, number][] = [];
  for (const { start, end } of stretches) {
    const [first, last] = [containerOf('quarter', start), containerOf('quarter', end - 1)];
    const run = runs.at(-1);
    if (run !== undefined && first <= run[1] + 1) run[1] = Math.max(run[1], last);
    else runs.push([first, last]);
  }
  return runs;
}

function stretchesOf(start: number, stretches: readonly Stretch[], into: Int32Array): void {
  into.fill(-1);
  stretches.forEach((stretch, i) => {
    const from = Math.max(0, (stretch.start - start) / QUARTER_MS);
    const to = Math.min(QUARTERS_PER_DAY, (stretch.end - start) / QUARTER_MS);
    if (from < to) into.fill(i, from, to);
  });
}

const MERGED: Readonly<Record<DayFamily, (stretches: number) => Merged>> = {
  counts: mergedCounts,
  quantiles: mergedQuantiles,
  users: (stretches) => mergedUsers(stretches, true),
  presence: (stretches) => mergedUsers(stretches, false),
  rooms: (stretches) => mergedUsers(stretches, true),
  terms: (stretches) => mergedRanked(stretches),
  emoji: (stretches) => mergedRanked(stretches),
  drops: (stretches) => mergedRanked(stretches),
};

function mergedCounts(stretches: number): Merged {
  const counts = new CountsAccumulator(stretches);
  return {
    add: (_, body, slots) => counts.add(body, slots),
    bodies: (stretch) =>
      encoded(new CountsSegment(Array.from({ length: COLUMN_COUNT }, (_, column) => counts.value(stretch, column as Column)))),
  };
}

function mergedQuantiles(stretches: number): Merged {
  const kinds: readonly Kind[] = Object.values(KIND);
  const quantiles = new QuantilesAccumulator(stretches, kinds);
  return {
    add: (_, body, slots) => quantiles.add(body, slots),
    bodies: (stretch) => {
      const segment = new QuantilesSegment();
      for (const kind of kinds) quantiles.forEachBin(stretch, kind, (bin, weight) => segment.kinds[kind]?.add(bin, weight));
      segment.latencyMax = Math.round(quantiles.latencyMax(stretch) * 1000);
      return encoded(segment);
    },
  };
}

function mergedUsers(stretches: number, hasCounts: boolean): Merged {
  const messages = new BucketMessages(stretches);
  return {
    add: (chunk, body, slots) => messages.add(chunk, body, slots),
    bodies: (stretch) => messages.bodies(stretch, hasCounts),
  };
}

/** Stretches have no more than a kept bucket may list: the first of them, and the largest of the others as allowance. */
function mergedRanked(stretches: number, most = MOST_RANKED): Merged {
  const ranked = new RankedAccumulator(stretches);
  return {
    add: (_, body, slots) => ranked.add(body, slots),
    bodies: (stretch) => encoded(ranked.segment(stretch, most)),
  };
}

const scratch = new ByteWriter();
const out = new ByteWriter();

function encoded(segment: Pick<Segment, 'encode'>): readonly DayBody[] {
  scratch.clear();
  segment.encode(scratch);
  if (scratch.length === 0) return [];
  out.clear();
  writeSlots(out, [{ slot: 0, from: scratch.written(), start: 0, end: scratch.length }]);
  return [{ chunk: 0, body: out.finish() }];
}
