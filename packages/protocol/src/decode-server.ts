import type { MessageFrame, Position, Ref, ServerFrame, UnknownFrame } from './frames.ts';
import { type Fields, isFields } from './json.ts';

const UNKNOWN: UnknownFrame = { type: 'unknown' };

/**
 * Reads one text frame of a server. Never throws: what is not of a known type and shape is `{ type: 'unknown' }`, to be
 * ignored, so that a client outlives newer servers. Fields are checked by type; text is not judged again.
 */
export function decodeServerFrame(text: string): ServerFrame {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return UNKNOWN;
  }
  return isFields(value) ? (readFrame(value) ?? UNKNOWN) : UNKNOWN;
}

function readFrame(fields: Fields): ServerFrame | undefined {
  switch (fields.type) {
    case 'chat':
    case 'system':
    case 'join':
    case 'leave':
      return readMessage(fields.type, fields);
    case 'ack':
      return readAck(fields);
    case 'error':
      return readError(fields);
    case 'joined':
      return readJoined(fields);
    case 'left':
      return typeof fields.roomId === 'string' ? { type: 'left', roomId: fields.roomId, ref: readRef(fields.ref) } : undefined;
    case 'typing':
      return readTyping(fields);
    case 'presence':
      return readPresence(fields);
    case 'authed':
      return typeof fields.expiresAt === 'string' ? { type: 'authed', expiresAt: fields.expiresAt, ref: readRef(fields.ref) } : undefined;
    default:
      return undefined;
  }
}

function readMessage(type: MessageFrame['type'], fields: Fields): MessageFrame | undefined {
  const { messageId, roomId, userId, username, content, timestamp, seq, replyTo } = fields;
  if (typeof messageId !== 'string' || typeof roomId !== 'string' || typeof timestamp !== 'string') return undefined;
  if (typeof userId !== 'string' || typeof username !== 'string' || typeof content !== 'string') return undefined;
  const message: MessageFrame = { messageId, roomId, type, userId, username, content, timestamp };
  if (seq !== undefined && !isCount(seq)) return undefined;
  if (replyTo !== undefined && typeof replyTo !== 'string') return undefined;
  return { ...message, ...(seq === undefined ? {} : { seq }), ...(replyTo === undefined ? {} : { replyTo }) };
}

function readAck(fields: Fields): ServerFrame | undefined {
  const { messageId, roomId } = fields;
  const ref = readRef(fields.ref);
  const position = readPosition(fields);
  if (ref === undefined || position === undefined || typeof messageId !== 'string' || typeof roomId !== 'string') return undefined;
  return { type: 'ack', ref, messageId, roomId, epoch: position.epoch, seq: position.seq };
}

function readError(fields: Fields): ServerFrame | undefined {
  const { code, message, retryable, retryAfterMs } = fields;
  if (typeof code !== 'string') return undefined;
  return {
    type: 'error',
    code,
    message: typeof message === 'string' ? message : '',
    retryable: retryable === true,
    retryAfterMs: isCount(retryAfterMs) ? retryAfterMs : undefined,
    ref: readRef(fields.ref),
  };
}

function readJoined(fields: Fields): ServerFrame | undefined {
  const { roomId, recovered, replay } = fields;
  const position = readPosition(fields);
  if (typeof roomId !== 'string' || position === undefined || typeof recovered !== 'boolean' || !isCount(replay)) return undefined;
  return { type: 'joined', roomId, epoch: position.epoch, seq: position.seq, recovered, replay, ref: readRef(fields.ref) };
}

function readTyping({ roomId, userId, username }: Fields): ServerFrame | undefined {
  if (typeof roomId !== 'string' || typeof userId !== 'string' || typeof username !== 'string') return undefined;
  return { type: 'typing', roomId, userId, username };
}

function readPresence({ roomId, members }: Fields): ServerFrame | undefined {
  return typeof roomId === 'string' && isCount(members) ? { type: 'presence', roomId, members } : undefined;
}

function readPosition({ epoch, seq }: Fields): Position | undefined {
  return typeof epoch === 'string' && isCount(seq) ? { epoch, seq } : undefined;
}

function readRef(value: unknown): Ref | undefined {
  return typeof value === 'string' || typeof value === 'number' ? value : undefined;
}

/** A whole number from 0 that is exact. */
function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
