/**
 * Every number a stranger can run into, in one place. All are part of the external contract unless the comment
 * says that a server may configure them.
 */
export const LIMITS = {
  /** Largest inbound frame, bytes of payload; above it the socket is closed with 1009. */
  frameBytes: 16 * 1024,
  /** Content length, Unicode code points. */
  contentCodePoints: 1000,
  /** Username length, Unicode code points. */
  usernameCodePoints: 50,
  /** User id length, UTF-16 code units, no control characters. */
  userIdLength: 128,
  /** Room name length; letters, digits and `_ - . : #`. */
  roomIdLength: 64,
  /** `ref` as UTF-8 bytes (a number counts as its JSON text). */
  refBytes: 64,
  /** Length of an epoch's name, UTF-16 code units. */
  epochLength: 64,
  /** Rooms of one `position` frame. */
  positionRooms: 100,
  /** Most messages or bytes that a resume replays; more is answered `recovered: false`. */
  replayMessages: 5000,
  replayBytes: 4 * 1024 * 1024,
  /** Highest `history` of the query and highest `limit` of a page. */
  historyMessages: 200,
  defaultPageSize: 50,
  /** A room's ring: publications and bytes kept for resumes. What is not stored is never evicted. */
  ringPublications: 1000,
  ringBytes: 1024 * 1024,
  /** Bytes queued for one connection before it is closed with 4408. */
  outboundBytes: 1024 * 1024,
  /** Members up to which each join and leave is announced, and below which announcing starts again. */
  presenceAnnounceMax: 100,
  presenceAnnounceResume: 80,
  presenceIntervalMs: 1000,
  /** A leave is announced when no connection of the user came back within this time. */
  leaveGraceMs: 5000,
  typingIntervalMs: 2000,
  pingIntervalMs: 25_000,
  silenceMs: 60_000,
  /** A connection refused this often within the window is closed with 4429. */
  floodRefusals: 20,
  floodWindowMs: 10_000,
  /** Message ids known without asking the store. */
  idMemoryMs: 10 * 60_000,
  positionIntervalMs: 15_000,
  /** An event further ahead of the clock is refused. */
  futureMs: 60_000,
} as const;
