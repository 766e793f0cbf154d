/** Why a frame was refused, and what the sender can do about it. */
export const ERROR_CODES = {
  bad_json: { retryable: false, status: 400, meaning: 'The frame is not valid JSON.' },
  bad_frame: { retryable: false, status: 400, meaning: 'The frame is JSON, but not of a known shape.' },
  unknown_type: { retryable: false, status: 400, meaning: 'The frame has a type that this server does not know.' },
  username_invalid: { retryable: false, status: 400, meaning: 'Usernames have 1 to 50 characters and no control characters.' },
  content_empty: { retryable: false, status: 400, meaning: 'The content is empty.' },
  content_too_long: { retryable: false, status: 400, meaning: 'The content has more than 1000 characters.' },
  content_invalid: { retryable: false, status: 400, meaning: 'The content has control characters or is not valid Unicode.' },
  room_invalid: { retryable: false, status: 404, meaning: 'There is no such room, or its name is not allowed.' },
  not_in_room: { retryable: false, status: 403, meaning: 'Join the room first.' },
  forbidden: { retryable: false, status: 403, meaning: 'You may not do this here.' },
  rate_limited: { retryable: true, status: 429, meaning: 'Too fast; retry after retryAfterMs.' },
  overloaded: { retryable: true, status: 503, meaning: 'The server cannot take more just now.' },
  storage_unavailable: { retryable: true, status: 503, meaning: 'The store is away and its queue is full.' },
  muted: { retryable: false, status: 403, meaning: 'You are muted here.' },
  banned: { retryable: false, status: 403, meaning: 'You are banned here.' },
  slow_mode: { retryable: true, status: 429, meaning: 'This room is in slow mode.' },
  filtered: { retryable: false, status: 422, meaning: 'A filter of this room refused the message.' },
  id_taken: { retryable: false, status: 409, meaning: 'Another message of this room has this messageId.' },
  not_found: { retryable: false, status: 404, meaning: 'There is no such message in this room.' },
  internal: { retryable: true, status: 500, meaning: 'A bug on our side; it has been logged.' },
} as const satisfies Record<string, { retryable: boolean; status: number; meaning: string }>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** What is wrong, and what is allowed. The message is safe to show: it never repeats what was sent. */
export type Refusal = { readonly code: ErrorCode; readonly message: string };

/** What a close code means for the client: whether and how to come back. */
export type Reconnect = 'no' | 'now' | 'jitter' | 'later' | 'with-new-token';

export const CLOSE_CODES = {
  normal: { code: 1000, reconnect: 'no', meaning: 'normal' },
  goingAway: { code: 1001, reconnect: 'jitter', meaning: 'going away' },
  policy: { code: 1008, reconnect: 'no', meaning: 'policy' },
  tooBig: { code: 1009, reconnect: 'no', meaning: 'frame too big' },
  bug: { code: 1011, reconnect: 'jitter', meaning: 'internal error' },
  restarting: { code: 1012, reconnect: 'jitter', meaning: 'restarting' },
  overloaded: { code: 1013, reconnect: 'later', meaning: 'overloaded' },
  tokenExpired: { code: 4401, reconnect: 'with-new-token', meaning: 'token expired' },
  banned: { code: 4403, reconnect: 'no', meaning: 'banned' },
  tooSlow: { code: 4408, reconnect: 'now', meaning: 'too slow: resume from your position' },
  flooding: { code: 4429, reconnect: 'later', meaning: 'flooding' },
} as const satisfies Record<string, { code: number; reconnect: Reconnect; meaning: string }>;

export type CloseName = keyof typeof CLOSE_CODES;

const RECONNECTS: ReadonlyMap<number, Reconnect> = new Map(Object.values(CLOSE_CODES).map(({ code, reconnect }) => [code, reconnect]));

/**
 * What a client does after a close. Codes that are not in the table: 4000 to 4999 are verdicts of a newer server, which
 * would only be repeated: `no`. So are those that say that the two do not speak one protocol (1002, 1003, 1007, 1010).
 * All others, above all 1005 and 1006 (no close frame came: the network, a crash), are accidents: `jitter`.
 */
export function reconnectFor(closeCode: number): Reconnect {
  const known = RECONNECTS.get(closeCode);
  if (known !== undefined) return known;
  const isVerdict = (closeCode >= 4000 && closeCode <= 4999) || [1002, 1003, 1007, 1010].includes(closeCode);
  return isVerdict ? 'no' : 'jitter';
}
