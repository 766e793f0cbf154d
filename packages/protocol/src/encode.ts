import { ERROR_CODES, type ErrorCode } from './codes.ts';
import type { MessageFrame, Position, Ref, SequencedType } from './frames.ts';
import { quote } from './json.ts';

/**
 * All encoders give the JSON text of one frame. They concatenate: the fields are known, and only text that came from
 * outside needs quoting. `timestampIso` and `expiresAt` must come from `isoTime`, they are not escaped.
 */

/** `"userId":…,"username":…`: the part of a frame that is the same for a whole connection. Keep it. */
export function encodeAuthor(userId: string, username: string): string {
  return `"userId":${quote(userId)},"username":${quote(username)}`;
}

export type PublicationParts = {
  readonly messageId: string;
  readonly roomId: string;
  readonly type: SequencedType;
  /** From `encodeAuthor`. */
  readonly authorJson: string;
  readonly content: string;
  readonly timestampIso: string;
  readonly seq: number;
  readonly replyTo: string | undefined;
};

/** A sequenced message. */
export function encodePublication(parts: PublicationParts): string {
  const head = `{"messageId":${quote(parts.messageId)},"roomId":${quote(parts.roomId)},"type":"${parts.type}",${parts.authorJson}`;
  const body = `,"content":${quote(parts.content)},"timestamp":"${parts.timestampIso}","seq":${parts.seq}`;
  return `${head}${body}${encodeReplyTo(parts.replyTo)}}`;
}

/** Any message as it is: stored, imported (without `seq`), or a notice. */
export function encodeMessage(frame: MessageFrame): string {
  const head = `{"messageId":${quote(frame.messageId)},"roomId":${quote(frame.roomId)},"type":"${frame.type}"`;
  const body = `,${encodeAuthor(frame.userId, frame.username)},"content":${quote(frame.content)},"timestamp":${quote(frame.timestamp)}`;
  const seq = frame.seq === undefined ? '' : `,"seq":${frame.seq}`;
  return `${head}${body}${seq}${encodeReplyTo(frame.replyTo)}}`;
}

export type NoticeParts = {
  readonly messageId: string;
  readonly roomId: string;
  readonly type: 'join' | 'leave';
  /** From `encodeAuthor`. */
  readonly authorJson: string;
  /** What a client that shows notices like messages would print. */
  readonly content: string;
  readonly timestampIso: string;
};

/** A user entered or left a room: of the shape of a message, without `seq`. */
export function encodeNotice(parts: NoticeParts): string {
  const head = `{"messageId":${quote(parts.messageId)},"roomId":${quote(parts.roomId)},"type":"${parts.type}",${parts.authorJson}`;
  return `${head},"content":${quote(parts.content)},"timestamp":"${parts.timestampIso}"}`;
}

export type AckParts = Position & { readonly ref: Ref; readonly messageId: string; readonly roomId: string };

/** The message stands in the store, at this position. */
export function encodeAck({ ref, messageId, roomId, epoch, seq }: AckParts): string {
  const place = `"roomId":${quote(roomId)},"epoch":${quote(epoch)},"seq":${seq}`;
  return `{"type":"ack","ref":${encodeRefValue(ref)},"messageId":${quote(messageId)},${place}}`;
}

export type ErrorParts = {
  readonly code: ErrorCode;
  readonly message: string;
  readonly ref: Ref | undefined;
  readonly retryAfterMs?: number | undefined;
};

/** A refusal; `retryable` comes from the code. A `RefusedFrame` can be given as it is. */
export function encodeError({ code, message, ref, retryAfterMs }: ErrorParts): string {
  const { retryable } = ERROR_CODES[code];
  const after = retryAfterMs === undefined ? '' : `,"retryAfterMs":${Math.ceil(retryAfterMs)}`;
  return `{"type":"error","code":"${code}","message":${quote(message)},"retryable":${retryable}${after}${encodeRef(ref)}}`;
}

export type JoinedParts = Position & {
  readonly roomId: string;
  /** True: everything after the client's position follows. */
  readonly recovered: boolean;
  /** How many messages follow before live ones. */
  readonly replay: number;
  readonly ref?: Ref | undefined;
};

export function encodeJoined({ roomId, epoch, seq, recovered, replay, ref }: JoinedParts): string {
  const place = `"roomId":${quote(roomId)},"epoch":${quote(epoch)},"seq":${seq}`;
  return `{"type":"joined",${place},"recovered":${recovered},"replay":${replay}${encodeRef(ref)}}`;
}

export function encodeLeft({ roomId, ref }: { readonly roomId: string; readonly ref?: Ref | undefined }): string {
  return `{"type":"left","roomId":${quote(roomId)}${encodeRef(ref)}}`;
}

/** Someone types. `authorJson` comes from `encodeAuthor`. */
export function encodeTyping({ roomId, authorJson }: { readonly roomId: string; readonly authorJson: string }): string {
  return `{"type":"typing","roomId":${quote(roomId)},${authorJson}}`;
}

/** The number of users in a room that is too large to announce each. */
export function encodePresence({ roomId, members }: { readonly roomId: string; readonly members: number }): string {
  return `{"type":"presence","roomId":${quote(roomId)},"members":${members}}`;
}

/** A token was taken. `expiresAt`: ISO 8601, from `isoTime`. */
export function encodeAuthed({ expiresAt, ref }: { readonly expiresAt: string; readonly ref?: Ref | undefined }): string {
  return `{"type":"authed","expiresAt":"${expiresAt}"${encodeRef(ref)}}`;
}

function encodeReplyTo(replyTo: string | undefined): string {
  return replyTo === undefined ? '' : `,"replyTo":${quote(replyTo)}`;
}

function encodeRef(ref: Ref | undefined): string {
  return ref === undefined ? '' : `,"ref":${encodeRefValue(ref)}`;
}

function encodeRefValue(ref: Ref): string {
  return typeof ref === 'string' ? quote(ref) : String(ref);
}
