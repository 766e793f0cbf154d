import type { RollupReader } from '../rollup/port.ts';
import type { QueryStore } from './ports.ts';
import type { ZoneDays } from './zone-days.ts';

/** What one question is answered from. */
export interface Source {
  readonly store: QueryStore;
  /** The store's, with what is not written yet. */
  readonly rollups: RollupReader;
  readonly zoneDays: ZoneDays;
  /** Undefined: all rooms. */
  readonly room: number | undefined;
  /** A room's number, or ALL_ROOMS. */
  readonly scope: number;
  /** The wall clock. ms since 1970. */
  readonly now: number;
  /** Everything live up to here is in the rollups. ms since 1970. */
  readonly completeUntil: number;
}

interface Ranged {
  readonly from: number;
  readonly to: number;
}

/** What stands beside the numbers of every answer. Of a range that is over it never changes, so that the answer keeps its ETag. */
export function remarks({ store, room, completeUntil }: Source, { from, to }: Ranged) {
  const until = isoTime(Math.min(completeUntil, to));
  return store.isAdjusting(room, from, to) ? { completeUntil: until, adjusting: true } : { completeUntil: until };
}

/** Not all of it has happened, or is counted. */
export const isPartialAt = ({ completeUntil }: Source, end: number): boolean => end > completeUntil;
export const partialAt = (source: Source, end: number) => (isPartialAt(source, end) ? { partial: true } : {});

export const isoTime = (t: number): string => new Date(t).toISOString();
