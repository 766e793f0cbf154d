import type { NamedLiveFact } from '../live-facts-sink.ts';

/** What happened without messages and is not in the store yet. `room` undefined: all rooms. */
export interface LiveOverlay {
  /**
   * By minutes, as they will be written; every user whose presence is still to be written. Over all rooms, presence alone names the rooms;
   * of a room, the samples of all rooms' connections are there too, which say at how many seconds the room's were sampled.
   * A write on its way is among them until its end is known, so that for a moment it may be seen twice, but never missed.
   */
  open(room: string | undefined): readonly NamedLiveFact[];
  /** ms since 1970: all before is in the store, and outlives this process. */
  readonly writtenUntil: number;
}

/** The same by seconds, for the last 15 minutes. */
export interface LiveSeconds {
  /** From fromT ≤ t < toT, `t` a second's beginning: one fact of a kind and second at most. No presence: it is told by minutes. */
  seconds(room: string | undefined, fromT: number, toT: number): readonly NamedLiveFact[];
  /** The first second (ms) from which `seconds` is complete: those before are over, or were before the start of this process. */
  completeSince(room: string | undefined): number;
}
