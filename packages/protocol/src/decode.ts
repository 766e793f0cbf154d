import type { Refusal } from './codes.ts';
import { checkContent } from './content.ts';
import type { ChatFrame, ClientFrame, Position, Ref, RefusedFrame, SequencedType } from './frames.ts';
import { isRoomId, parseUuid } from './ids.ts';
import { type Fields, isFields } from './json.ts';
import { LIMITS } from './limits.ts';
import { utf8Length } from './text.ts';

const BAD_JSON: RefusedFrame = { type: 'refused', code: 'bad_json', message: 'The frame is not valid JSON.', ref: undefined };
const NO_OBJECT: RefusedFrame = { type: 'refused', code: 'bad_frame', message: 'The frame must be one JSON object.', ref: undefined };
const UNKNOWN_TYPE: Refusal = {
  code: 'unknown_type',
  message: 'This server does not know this type; it knows chat, system, join, leave, typing and position.',
};
const ROOM_INVALID: Refusal = {
  code: 'room_invalid',
  message: `roomId must be 1 to ${LIMITS.roomIdLength} of the letters A-Z and a-z, digits and _ - . : #`,
};
const BAD_ROOM = badFrame('roomId must be a string');
const BAD_TYPE = badFrame('type must be a string');
const BAD_REF = badFrame(`ref must be a string or a finite number of at most ${LIMITS.refBytes} bytes`);
const BAD_MESSAGE_ID = badFrame('messageId must be a UUID, such as 550e8400-e29b-41d4-a716-446655440000');
const BAD_REPLY_TO = badFrame('replyTo must be the UUID of a message');
const BAD_RETRY = badFrame('retry must be true or false');
const BAD_CONTENT = badFrame('content must be a string');
const BAD_TOKEN = badFrame('token must be a string that is not empty');
const BAD_SINCE = badFrame(`since must be {"epoch": string of 1 to ${LIMITS.epochLength} characters, "seq": whole number from 0}`);
const BAD_ROOMS = badFrame(
  `rooms must be an object of at most ${LIMITS.positionRooms} rooms, each {"epoch": string, "seq": whole number from 0}`,
);

/**
 * Reads one text frame of a client. Never throws, whatever the text. Unknown fields are ignored, and so is what a client
 * says about `userId`, `username`, `timestamp` and `seq`; an optional field that is `null` counts as absent.
 * Names of rooms are judged by form alone: whether one may enter `dm:…` is not decided here.
 */
export function decodeFrame(text: string): ClientFrame | RefusedFrame {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return BAD_JSON;
  }
  if (!isFields(value)) return NO_OBJECT;
  const ref = readRef(value.ref);
  if (typeof ref === 'object') return refuse(ref, undefined);
  if (typeof value.type !== 'string') return refuse(BAD_TYPE, ref);
  return decodeFields(value.type, value, ref);
}

function decodeFields(type: string, fields: Fields, ref: Ref | undefined): ClientFrame | RefusedFrame {
  switch (type) {
    case 'chat':
    case 'system':
      return decodeChat(type, fields, ref);
    case 'join':
      return decodeJoin(fields, ref);
    case 'leave':
      return decodeLeave(fields, ref);
    case 'typing':
      return decodeTyping(fields, ref);
    case 'position':
      return decodePosition(fields, ref);
    case 'auth':
      return decodeAuth(fields, ref);
    default:
      return refuse(UNKNOWN_TYPE, ref);
  }
}

function decodeChat(type: SequencedType, fields: Fields, ref: Ref | undefined): ChatFrame | RefusedFrame {
  const roomId = readRoomId(fields.roomId);
  if (typeof roomId === 'object') return refuse(roomId, ref);
  const messageId = readUuid(fields.messageId, BAD_MESSAGE_ID);
  if (typeof messageId === 'object') return refuse(messageId, ref);
  const replyTo = readUuid(fields.replyTo, BAD_REPLY_TO);
  if (typeof replyTo === 'object') return refuse(replyTo, ref);
  const retry = fields.retry ?? false;
  if (typeof retry !== 'boolean') return refuse(BAD_RETRY, ref);
  const { content } = fields;
  if (typeof content !== 'string') return refuse(BAD_CONTENT, ref);
  const problem = checkContent(content);
  if (problem !== undefined) return refuse(problem, ref);
  return { type, roomId, content, messageId, replyTo, retry, ref };
}

function decodeJoin(fields: Fields, ref: Ref | undefined): ClientFrame | RefusedFrame {
  const roomId = readRoomId(fields.roomId) ?? BAD_ROOM;
  if (typeof roomId === 'object') return refuse(roomId, ref);
  if (isAbsent(fields.since)) return { type: 'join', roomId, since: undefined, ref };
  const since = readPosition(fields.since);
  return since === undefined ? refuse(BAD_SINCE, ref) : { type: 'join', roomId, since, ref };
}

function decodeLeave(fields: Fields, ref: Ref | undefined): ClientFrame | RefusedFrame {
  const roomId = readRoomId(fields.roomId) ?? BAD_ROOM;
  return typeof roomId === 'object' ? refuse(roomId, ref) : { type: 'leave', roomId, ref };
}

function decodeTyping(fields: Fields, ref: Ref | undefined): ClientFrame | RefusedFrame {
  const roomId = readRoomId(fields.roomId);
  return typeof roomId === 'object' ? refuse(roomId, ref) : { type: 'typing', roomId, ref };
}

function decodePosition(fields: Fields, ref: Ref | undefined): ClientFrame | RefusedFrame {
  if (!isFields(fields.rooms)) return refuse(BAD_ROOMS, ref);
  const entries = Object.entries(fields.rooms);
  if (entries.length > LIMITS.positionRooms) return refuse(BAD_ROOMS, ref);
  const rooms = new Map<string, Position>();
  for (const [roomId, value] of entries) {
    const position = readPosition(value);
    if (position === undefined) return refuse(BAD_ROOMS, ref);
    if (!isRoomId(roomId)) return refuse(ROOM_INVALID, ref);
    rooms.set(roomId, position);
  }
  return { type: 'position', rooms, ref };
}

function decodeAuth({ token }: Fields, ref: Ref | undefined): ClientFrame | RefusedFrame {
  return typeof token === 'string' && token !== '' ? { type: 'auth', token, ref } : refuse(BAD_TOKEN, ref);
}

function readRef(value: unknown): Ref | undefined | Refusal {
  if (isAbsent(value)) return undefined;
  if (typeof value === 'number') return Number.isFinite(value) ? value : BAD_REF;
  if (typeof value !== 'string' || value.length > LIMITS.refBytes) return BAD_REF;
  return utf8Length(value) <= LIMITS.refBytes ? value : BAD_REF;
}

function readRoomId(value: unknown): string | undefined | Refusal {
  if (isAbsent(value)) return undefined;
  if (typeof value !== 'string') return BAD_ROOM;
  return isRoomId(value) ? value : ROOM_INVALID;
}

function readUuid(value: unknown, refusal: Refusal): string | undefined | Refusal {
  if (isAbsent(value)) return undefined;
  return typeof value === 'string' ? (parseUuid(value) ?? refusal) : refusal;
}

function readPosition(value: unknown): Position | undefined {
  if (!isFields(value)) return undefined;
  const { epoch, seq } = value;
  if (typeof epoch !== 'string' || epoch === '' || epoch.length > LIMITS.epochLength) return undefined;
  if (typeof seq !== 'number' || !Number.isSafeInteger(seq) || seq < 0) return undefined;
  return { epoch, seq };
}

function isAbsent(value: unknown): value is undefined | null {
  return value === undefined || value === null;
}

function badFrame(message: string): Refusal {
  return { code: 'bad_frame', message: `${message}.` };
}

function refuse(refusal: Refusal, ref: Ref | undefined): RefusedFrame {
  return { type: 'refused', code: refusal.code, message: refusal.message, ref };
}
