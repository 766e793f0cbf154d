/** Where derived values go. Times are those of the slot they belong to, ms since 1970. */
export interface DerivedSink {
  mention(t: number): void;
  /** A message was answered at `t`. */
  response(t: number, seconds: number): void;
  /** The session that began at `startT` stands like this now; it stood like `old…` (0 messages: it is new). */
  session(startT: number, durationMs: number, messages: number, oldDurationMs: number, oldMessages: number): void;
}

export const MUTE: DerivedSink = { mention: () => {}, response: () => {}, session: () => {} };
