/** A name counts for a mention this long after its last use (inclusive). */
export { DAY_MS } from '../text/index.ts';

/** An answer comes at most this long after the message (inclusive). */
export const ANSWER_MS = 600_000;
/** The longest pause within a session (inclusive). */
export const SESSION_GAP_MS = 1_800_000;
/** Derived values are swept and repaired by slots of this length. */
export const SLOT_MS = 900_000;
