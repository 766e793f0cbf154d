import { type Change, type DirtyRange, dirtyRanges, union } from '../derive/dirty-ranges.ts';
import type { RoomHistory, RoomMessage } from '../derive/history.ts';
import { MOMENT_BUCKET_MS, MOMENT_MEMORY } from '../derive/moment-scan.ts';
import { startOf } from '../derive/order.ts';
import { sessionBack } from '../derive/restore-flow.ts';
import { ANSWER_MS, DAY_MS } from '../derive/spans.ts';
import type { Dirt } from './ports.ts';

/** Changes closer than this dirty each other's time anyway. */
const CLUSTER_MS = DAY_MS + ANSWER_MS;

/**
 * What changes of one room, the newest state already stored, make dirty. Exact for a single one; a little too much for several, each of
 * which could think that it is the others that matter.
 */
export function dirtOfChanges(room: number, changes: readonly Change[], history: RoomHistory): Dirt[] {
  const [only, ...others] = changes;
  if (only === undefined) return [];
  const found = others.length === 0 ? finish(dirtyRanges(room, only, history)) : ofMany(room, changes, history);
  const ranges = (kind: Dirt['kind'], list: readonly DirtyRange[]) => union(list).map((range) => ({ kind, room, ...range }));
  return [...ranges('slots', found.slots), ...ranges('moments', found.moments)];
}

interface Found {
  readonly slots: DirtyRange[];
  readonly moments: DirtyRange[];
}

/** By clusters: all from the first change to a day after the last, and the beginnings of the sessions that were open at the first. */
function ofMany(room: number, changes: readonly Change[], history: RoomHistory): Found {
  const found: Found = { slots: [], moments: [] };
  const sorted = changes.map(({ message }) => message).sort((a, b) => a.t - b.t);
  for (let at = 0; at < sorted.length; ) {
    const users = new Set<number>();
    const fromT = sorted[at]?.t ?? 0;
    let lastT = fromT;
    for (; at < sorted.length && (sorted[at]?.t ?? 0) - lastT <= CLUSTER_MS; at++) {
      const message = sorted[at] as Pick<RoomMessage, 'user' | 't'>;
      lastT = message.t;
      users.add(message.user);
    }
    found.slots.push({ fromT, toT: lastT + DAY_MS + ANSWER_MS + 1 });
    for (const user of users) {
      const { startT, messages } = finish(sessionBack(room, user, startOf(fromT), history));
      if (messages > 0) found.slots.push({ fromT: startT, toT: startT + 1 });
    }
    found.moments.push({ fromT: bucketStart(fromT), toT: bucketStart(lastT) + (2 * MOMENT_MEMORY + 1) * MOMENT_BUCKET_MS });
  }
  return found;
}

const bucketStart = (t: number): number => Math.floor(t / MOMENT_BUCKET_MS) * MOMENT_BUCKET_MS;

/** Runs a sliced piece of work in one go. */
export function finish<T>(work: Generator<unknown, T>): T {
  let step = work.next();
  while (!step.done) step = work.next();
  return step.value;
}
