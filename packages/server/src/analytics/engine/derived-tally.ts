import type { DerivedSink } from '../derive/room-flow.ts';
import { COLUMN, KIND, type Kind } from '../rollup/columns.ts';
import { type Level, QUARTER_MS, SLOT_MS } from '../rollup/levels.ts';
import { ALL_ROOMS } from '../rollup/port.ts';
import type { RollupDeltas, RollupPlace } from '../rollup/rollup-deltas.ts';
import type { AlsoAt } from './live-sink.ts';

/** The columns that a sweep tells whole. */
const COLUMNS = [COLUMN.mentions, COLUMN.responses, COLUMN.sessions, COLUMN.sessionMessages] as const;
const KINDS = [KIND.response, KIND.sessionDuration] as const;

/** What the neighbours make of one slot. */
class Tally {
  readonly columns = new Float64Array(COLUMNS.length);
  readonly values: Readonly<Record<(typeof KINDS)[number], number[]>> = { [KIND.response]: [], [KIND.sessionDuration]: [] };
}

/** Gathers what a sweep tells, by quarter and by minute, and puts it in the place of what the rollups say. */
export class DerivedTally implements DerivedSink {
  readonly #slots: Readonly<Record<'minute' | 'quarter', Map<number, Tally>>> = { minute: new Map(), quarter: new Map() };

  mention(t: number): void {
    for (const tally of this.#at(t)) this.#count(tally, 0, 1);
  }

  response(t: number, seconds: number): void {
    for (const tally of this.#at(t)) {
      this.#count(tally, 1, 1);
      tally.values[KIND.response].push(seconds);
    }
  }

  session(startT: number, durationMs: number, messages: number): void {
    for (const tally of this.#at(startT)) {
      this.#count(tally, 2, 1);
      this.#count(tally, 3, messages);
      tally.values[KIND.sessionDuration].push(durationMs / 1000);
    }
  }

  /** Replaces what the room's slots from ≤ t < to (whole quarters) hold, and corrects all rooms by the difference. Forgets what it wrote. */
  replace(
    room: number,
    fromT: number,
    toT: number,
    deltas: RollupDeltas,
    { isKept, alsoAt }: { readonly isKept: (level: Level, t: number) => boolean; readonly alsoAt: AlsoAt },
  ): void {
    for (let t = fromT; t < toT; t += QUARTER_MS) {
      replaceSlot(deltas, alsoAt, room, t, 'quarter', ['quarter', 'day'], this.#take('quarter', t));
      for (let minute = t; minute < t + QUARTER_MS; minute += SLOT_MS.minute) {
        const tally = this.#take('minute', minute);
        if (isKept('minute', minute)) replaceSlot(deltas, alsoAt, room, minute, 'minute', ['minute'], tally);
      }
    }
  }

  #at(t: number): readonly Tally[] {
    return [this.#tally('minute', t), this.#tally('quarter', t)];
  }

  #tally(level: 'minute' | 'quarter', t: number): Tally {
    const slot = Math.floor(t / SLOT_MS[level]);
    const known = this.#slots[level].get(slot);
    if (known !== undefined) return known;
    const tally = new Tally();
    this.#slots[level].set(slot, tally);
    return tally;
  }

  #take(level: 'minute' | 'quarter', t: number): Tally | undefined {
    const slot = Math.floor(t / SLOT_MS[level]);
    const tally = this.#slots[level].get(slot);
    this.#slots[level].delete(slot);
    return tally;
  }

  #count({ columns }: Tally, at: number, amount: number): void {
    columns[at] = (columns[at] ?? 0) + amount;
  }
}

function replaceSlot(
  deltas: RollupDeltas,
  alsoAt: AlsoAt,
  room: number,
  t: number,
  readLevel: Level,
  writeLevels: readonly Level[],
  tally: Tally | undefined,
): void {
  const own = deltas.at(room, t, [readLevel]);
  const changes = COLUMNS.map((column, at) => ({ column, by: (tally?.columns[at] ?? 0) - own.value(readLevel, column) }));
  const old = KINDS.map((kind) => ({ kind, bins: binsOf(own, readLevel, kind) }));
  if (tally === undefined && changes.every(({ by }) => by === 0) && old.every(({ bins }) => bins.length === 0)) return;
  for (const place of [deltas.at(room, t, writeLevels), deltas.at(ALL_ROOMS, t, writeLevels), alsoAt(room, t, writeLevels)]) {
    if (place === undefined) continue;
    for (const { column, by } of changes) if (by !== 0) place.add(column, by);
    for (const { kind, bins } of old) {
      for (const value of tally?.values[kind] ?? []) place.measure(kind, value, 1);
      for (const [bin, weight] of bins) place.addBin(kind, bin, -weight);
    }
  }
}

function binsOf(place: RollupPlace, level: Level, kind: Kind): readonly (readonly [number, number])[] {
  const bins: (readonly [number, number])[] = [];
  place.forEachBin(level, kind, (bin, weight) => bins.push([bin, weight]));
  return bins;
}
