import { startOf } from '../derive/order.ts';
import { READ_AHEAD } from '../derive/restore-flow.ts';
import { COLUMN } from '../rollup/columns.ts';
import { CountsAccumulator } from '../rollup/counts-accumulator.ts';
import { containerOf, DAY_MS, type Level, MAX_SLOTS, QUARTER_MS, SLOT_MS, slotOf } from '../rollup/levels.ts';
import { ALL_ROOMS } from '../rollup/port.ts';
import type { RollupDeltas } from '../rollup/rollup-deltas.ts';
import { readText } from '../text/index.ts';
import type { EngineStore } from './ports.ts';

/** Where a message was taken away. */
export interface Hole {
  readonly room: number;
  readonly t: number;
  readonly length: number;
}

/**
 * A maximum cannot be taken back: where a message that went held the longest length, it is looked for again, in the room's messages
 * first and then, for all rooms, among the rooms. Everything else of the deltas is flushed; so are these.
 */
export function lowerLongest(
  holes: readonly Hole[],
  store: EngineStore,
  deltas: RollupDeltas,
  levelsAt: (t: number) => readonly Level[],
): void {
  for (const hole of holes)
    for (const level of levelsAt(hole.t))
      if (isHeld(hole, hole.room, level, deltas)) set(deltas, hole.room, level, hole.t, ofRoom(hole, level, store, deltas));
  deltas.flush();
  for (const hole of holes)
    for (const level of levelsAt(hole.t))
      if (isHeld(hole, ALL_ROOMS, level, deltas)) set(deltas, ALL_ROOMS, level, hole.t, longestOfAll(hole.t, level, store));
  deltas.flush();
}

const isHeld = ({ t, length }: Hole, scope: number, level: Level, deltas: RollupDeltas): boolean =>
  deltas.at(scope, t, [level]).value(level, COLUMN.lengthMax) <= length;

function set(deltas: RollupDeltas, scope: number, level: Level, t: number, longest: number): void {
  deltas.at(scope, t, [level]).set(COLUMN.lengthMax, longest);
}

/** Of a day from its quarters, which were lowered before it; of a shorter slot from the messages. */
function ofRoom({ room, t }: Hole, level: Level, store: EngineStore, deltas: RollupDeltas): number {
  if (level !== 'day') return longestOfRoom(room, t, level, store);
  let longest = 0;
  const start = Math.floor(t / DAY_MS) * DAY_MS;
  for (let at = start; at < start + DAY_MS; at += QUARTER_MS)
    longest = Math.max(longest, deltas.at(room, at, ['quarter']).value('quarter', COLUMN.lengthMax));
  return longest;
}

/** The longest message of the slot in which `t` lies. */
export function longestOfRoom(room: number, t: number, level: Exclude<Level, 'day'>, { history }: EngineStore): number {
  let longest = 0;
  const start = Math.floor(t / SLOT_MS[level]) * SLOT_MS[level];
  for (let after = startOf(start); ; ) {
    const page = history.messages(room, after, startOf(start + SLOT_MS[level]), READ_AHEAD);
    for (const { content } of page) longest = Math.max(longest, readText(content).length);
    after = page.at(-1) ?? after;
    if (page.length < READ_AHEAD) return longest;
  }
}

/** The same over all rooms, as the rooms have it. */
export function longestOfAll(t: number, level: Level, { rollups }: EngineStore): number {
  const container = containerOf(level, t);
  const wanted = new Int32Array(MAX_SLOTS[level]).fill(-1);
  wanted[slotOf(level, t)] = 0;
  const counts = new CountsAccumulator(1);
  for (const { scope, body } of rollups.scopesOf('counts', level, container, container)) if (scope !== ALL_ROOMS) counts.add(body, wanted);
  return counts.value(0, COLUMN.lengthMax);
}
