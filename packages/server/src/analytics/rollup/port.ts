import { LEVELS, type Level } from './levels.ts';

/**
 * What is kept. `counts`, `quantiles`, `terms`, `emoji` and `drops` are slot-major (chunk 0); `users`, `presence` and `newcomers` are
 * user-major (chunk = user number >> 12), and so is `rooms`, with rooms for users: the messages of each, in scope 0 alone, so that a
 * list of rooms takes one read and not one of each room. `terms`, `emoji` and `rooms` are kept at levels `quarter` and `day`,
 * `newcomers` at `day` alone, `drops` in scope 0 alone.
 */
export const FAMILIES = ['counts', 'quantiles', 'users', 'presence', 'newcomers', 'terms', 'emoji', 'drops', 'rooms'] as const;
export type Family = (typeof FAMILIES)[number];

/** The scope of all rooms together; any other scope is a room's number. */
export const ALL_ROOMS = 0;

/** Scope: u32. Container: as `containerOf` numbers them. Chunk: 0 to 2^20 − 1. */
export interface RollupKey {
  readonly family: Family;
  readonly scope: number;
  readonly level: Level;
  readonly container: number;
  readonly chunk: number;
}

export interface KeptContainer {
  readonly container: number;
  readonly chunk: number;
  /** Not to be written to; good at least until the next step of the iteration. */
  readonly body: Uint8Array;
}

export interface ScopedContainer extends KeptContainer {
  readonly scope: number;
}

/** What was changed of all rooms at level `quarter`. */
export interface Changes {
  /** To be given the next time. */
  readonly stamp: number;
  /** UTC days, since 1970. */
  readonly days: Iterable<number>;
  /** Days of which something is shown that is not kept yet: nothing made of them may be held. */
  readonly unsettled: ReadonlySet<number>;
}

/** Synchronous. An iteration sees one state of the whole; nothing is put while it runs. */
export interface RollupReader {
  /** From `first` to `last`, both included, ascending by (container, chunk). */
  containers(family: Family, scope: number, level: Level, first: number, last: number): Iterable<KeptContainer>;
  /** The same of every scope, scope 0 included, ascending by (scope, container, chunk). */
  scopesOf(family: Family, level: Level, first: number, last: number): Iterable<ScopedContainer>;
  /** Since an earlier call; 0: ever. */
  changesSince(stamp: number): Changes;
}

export interface RollupWriter extends RollupReader {
  get(key: RollupKey): Uint8Array | undefined;
  /** Keeps a copy or the array itself, which the caller never writes to again; undefined removes. */
  put(key: RollupKey, body: Uint8Array | undefined): void;
}

/** Whether it belongs to what `changesSince` tells. */
export const isOfAllQuarters = ({ scope, level }: RollupKey): boolean => scope === ALL_ROOMS && level === 'quarter';

/** The order in which a merge puts: by family, level, scope, container, chunk. */
export function compareKeys(a: RollupKey, b: RollupKey): number {
  return (
    FAMILIES.indexOf(a.family) - FAMILIES.indexOf(b.family) ||
    LEVELS.indexOf(a.level) - LEVELS.indexOf(b.level) ||
    a.scope - b.scope ||
    a.container - b.container ||
    a.chunk - b.chunk
  );
}
