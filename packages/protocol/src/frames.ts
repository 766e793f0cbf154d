import type { ErrorCode } from './codes.ts';

/** A client's own mark on a frame, echoed in its ack or error. */
export type Ref = string | number;

/** A place in a room's order. `seq` 0 is before the first publication of a room. */
export type Position = { readonly epoch: string; readonly seq: number };

export type SequencedType = 'chat' | 'system';

export type ChatFrame = {
  readonly type: SequencedType;
  /** Undefined: the connection's first room. */
  readonly roomId: string | undefined;
  readonly content: string;
  /** A UUID in lower case; undefined: the server makes one. */
  readonly messageId: string | undefined;
  /** A UUID in lower case. */
  readonly replyTo: string | undefined;
  readonly retry: boolean;
  readonly ref: Ref | undefined;
};
export type JoinFrame = {
  readonly type: 'join';
  readonly roomId: string;
  readonly since: Position | undefined;
  readonly ref: Ref | undefined;
};
export type LeaveFrame = { readonly type: 'leave'; readonly roomId: string; readonly ref: Ref | undefined };
export type TypingFrame = { readonly type: 'typing'; readonly roomId: string | undefined; readonly ref: Ref | undefined };
export type PositionFrame = {
  readonly type: 'position';
  readonly rooms: ReadonlyMap<string, Position>;
  readonly ref: Ref | undefined;
};
export type AuthFrame = { readonly type: 'auth'; readonly token: string; readonly ref: Ref | undefined };

/** What a client may say. */
export type ClientFrame = ChatFrame | JoinFrame | LeaveFrame | TypingFrame | PositionFrame | AuthFrame;

/** A frame that could not be accepted, with all that the error reply needs. */
export type RefusedFrame = {
  readonly type: 'refused';
  readonly code: ErrorCode;
  /** What is wrong, where, and what is allowed. Safe to show. */
  readonly message: string;
  readonly ref: Ref | undefined;
};

/** A message as it goes over the wire, `timestamp` in ISO 8601 with three decimals. */
export type MessageFrame = {
  readonly messageId: string;
  readonly roomId: string;
  readonly type: SequencedType | 'join' | 'leave';
  readonly userId: string;
  readonly username: string;
  readonly content: string;
  readonly timestamp: string;
  readonly seq?: number;
  readonly replyTo?: string;
};

/** The message stands in the store, at this position. */
export type AckFrame = Position & { readonly type: 'ack'; readonly ref: Ref; readonly messageId: string; readonly roomId: string };
export type ErrorFrame = {
  readonly type: 'error';
  /** An `ErrorCode`, or one of a newer server. */
  readonly code: string;
  readonly message: string;
  readonly retryable: boolean;
  readonly retryAfterMs: number | undefined;
  readonly ref: Ref | undefined;
};
export type JoinedFrame = Position & {
  readonly type: 'joined';
  readonly roomId: string;
  readonly recovered: boolean;
  readonly replay: number;
  readonly ref: Ref | undefined;
};
export type LeftFrame = { readonly type: 'left'; readonly roomId: string; readonly ref: Ref | undefined };
/** Someone else types. */
export type TypingNotice = { readonly type: 'typing'; readonly roomId: string; readonly userId: string; readonly username: string };
export type PresenceFrame = { readonly type: 'presence'; readonly roomId: string; readonly members: number };
export type AuthedFrame = { readonly type: 'authed'; readonly expiresAt: string; readonly ref: Ref | undefined };
/** To be ignored: a type of a newer server, or not a frame at all. */
export type UnknownFrame = { readonly type: 'unknown' };

/** What a server may say. */
export type ServerFrame =
  | MessageFrame
  | AckFrame
  | ErrorFrame
  | JoinedFrame
  | LeftFrame
  | TypingNotice
  | PresenceFrame
  | AuthedFrame
  | UnknownFrame;
