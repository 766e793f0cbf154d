import { COLUMN, KIND } from '../rollup/columns.ts';
import type { Level } from '../rollup/levels.ts';
import { ALL_ROOMS } from '../rollup/port.ts';
import type { RollupDeltas } from '../rollup/rollup-deltas.ts';

/** What is counted while it happens, and cannot be recounted. Times are ms since 1970; rooms and users by number. */
export type LiveFact =
  | { readonly kind: 'moved'; readonly room: number; readonly t: number; readonly joins: number; readonly leaves: number }
  /** The user was connected to the room at some moment of the minute of `t`. */
  | { readonly kind: 'present'; readonly room: number; readonly t: number; readonly user: number }
  /** Open connections at whole seconds of the minute of `t`: how many seconds, their sum, the most. `room` may be ALL_ROOMS. */
  | {
      readonly kind: 'connections';
      readonly room: number;
      readonly t: number;
      readonly samples: number;
      readonly sum: number;
      readonly max: number;
    }
  /** Deliveries by bin of `binOf` in packages/sketch; `bins` are (bin, weight) pairs one after the other. */
  | { readonly kind: 'latency'; readonly room: number; readonly t: number; readonly bins: readonly number[]; readonly maxMs: number }
  /** `reason`: its number in DROP_REASONS. */
  | { readonly kind: 'drops'; readonly t: number; readonly reason: number; readonly count: number };

export function countLive(fact: LiveFact, deltas: RollupDeltas, levels: readonly Level[]): void {
  if (fact.kind === 'drops') return deltas.at(ALL_ROOMS, fact.t, levels).rank('drops', fact.reason, fact.count);
  const scopes = fact.room === ALL_ROOMS || fact.kind === 'connections' ? [fact.room] : [fact.room, ALL_ROOMS];
  for (const scope of scopes) {
    const place = deltas.at(scope, fact.t, levels);
    switch (fact.kind) {
      case 'moved':
        place.add(COLUMN.joins, fact.joins);
        place.add(COLUMN.leaves, fact.leaves);
        break;
      case 'present':
        place.present(fact.user);
        break;
      case 'connections':
        place.add(COLUMN.connectionSamples, fact.samples);
        place.add(COLUMN.connectionSum, fact.sum);
        place.raise(COLUMN.connectionMax, fact.max);
        break;
      case 'latency':
        for (let at = 0; at + 1 < fact.bins.length; at += 2) place.addBin(KIND.latency, fact.bins[at] ?? 0, fact.bins[at + 1] ?? 0);
        place.raiseLatencyMax(fact.maxMs);
        break;
    }
  }
}
