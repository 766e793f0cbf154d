import { checkUsername, isReservedRoomId, isRoomId, isUserId, LIMITS, parseUuid } from '@hubbub/protocol';
import type { StoredMessage, StoredNotice } from '../store/store.ts';
import { eventId } from './event-id.ts';
import { quoteShort, type RefusalReason } from './refusals.ts';
import { isZoneMissing, parseTimestamp } from './timestamp.ts';

export type ImportedEvent = StoredMessage | StoredNotice;

export type ParsedLine =
  | { readonly kind: 'event'; readonly event: ImportedEvent }
  | { readonly kind: 'refused'; readonly reason: RefusalReason; readonly detail: string };

export interface ParseContext {
  /** Wall clock, ms: events more than 60 s after it are refused. */
  now(): number;
  /** How many equal events came before in this file; counts this one. `id`: the event's id at rank 0. */
  rank(time: number, id: string): number;
}

/** Thrown inside this file only: the first thing wrong with a line. */
class Refused {
  readonly reason: RefusalReason;
  readonly detail: string;
  constructor(reason: RefusalReason, detail = '') {
    this.reason = reason;
    this.detail = detail;
  }
}

/** Reads one line of an import. Never throws, whatever the line. */
export function parseLine(line: string, context: ParseContext): ParsedLine {
  try {
    return { kind: 'event', event: readEvent(parseObject(line), context) };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return { kind: 'refused', reason: error.reason, detail: error.detail };
  }
}

type Fields = Readonly<Record<string, unknown>>;

function parseObject(line: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new Refused('bad_json', quoteShort(line));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Refused('not_an_object', quoteShort(line));
  return value as Fields;
}

function readEvent(fields: Fields, context: ParseContext): ImportedEvent {
  const timestamp = readTime(fields, context);
  const roomId = readRoom(fields);
  const userId = readUser(fields);
  const username = readUsername(fields, userId);
  const type = readType(fields);
  const givenId = readUuid(fields, 'messageId', 'message_id_invalid');
  if (type === 'join' || type === 'leave') {
    const messageId = givenId ?? makeId({ room: roomId, user: userId, type, time: timestamp, content: '' }, context);
    return { roomId, messageId, type, userId, username, timestamp };
  }
  const content = readContent(fields);
  const replyTo = readUuid(fields, 'replyTo', 'reply_to_invalid');
  // Last of all: a refused line has no rank.
  const messageId = givenId ?? makeId({ room: roomId, user: userId, type, time: timestamp, content }, context);
  return { roomId, messageId, type, userId, username, content, timestamp, replyTo, position: undefined };
}

function makeId(identity: Parameters<typeof eventId>[0], context: ParseContext): string {
  const first = eventId(identity, 0);
  const rank = context.rank(identity.time, first);
  return rank === 0 ? first : eventId(identity, rank);
}

/** Exports often write null for what is absent. */
function field(fields: Fields, name: string, otherName?: string): unknown {
  const value = fields[name] ?? undefined;
  return value === undefined && otherName !== undefined ? (fields[otherName] ?? undefined) : value;
}

function readTime(fields: Fields, context: ParseContext): number {
  const value = field(fields, 't', 'timestamp');
  const time = parseTimestamp(value);
  if (time === undefined) throw new Refused(isZoneMissing(value) ? 'zone_missing' : 'timestamp_invalid', quoteShort(value));
  if (time > context.now() + LIMITS.futureMs) throw new Refused('in_the_future', quoteShort(value));
  return time;
}

function readRoom(fields: Fields): string {
  const value = field(fields, 'room', 'roomId');
  if (typeof value !== 'string' || !isRoomId(value) || isReservedRoomId(value)) throw new Refused('room_invalid', quoteShort(value));
  return value;
}

function readUser(fields: Fields): string {
  const value = field(fields, 'user', 'userId');
  if (typeof value !== 'string' || !isUserId(value)) throw new Refused('user_invalid', quoteShort(value));
  return value;
}

function readUsername(fields: Fields, userId: string): string {
  const value = field(fields, 'username');
  if (value === undefined) return cutToCodePoints(userId, LIMITS.usernameCodePoints);
  if (typeof value !== 'string' || checkUsername(value) !== undefined) throw new Refused('username_invalid', quoteShort(value));
  return value;
}

function readType(fields: Fields): ImportedEvent['type'] {
  const value = field(fields, 'type') ?? 'chat';
  if (value === 'chat' || value === 'system' || value === 'join' || value === 'leave') return value;
  throw new Refused('type_unknown', quoteShort(value));
}

function readContent(fields: Fields): string {
  const value = field(fields, 'content');
  if (typeof value !== 'string') throw new Refused('content_missing', quoteShort(value));
  if (value === '') throw new Refused('content_empty');
  if (!value.isWellFormed() || value.includes('\0')) throw new Refused('content_invalid');
  const length = value.length > LIMITS.contentCodePoints ? countCodePoints(value) : value.length;
  if (length > LIMITS.contentCodePoints) throw new Refused('content_too_long', `${length} characters`);
  return value;
}

function readUuid(fields: Fields, name: string, reason: RefusalReason): string | undefined {
  const value = field(fields, name);
  if (value === undefined) return undefined;
  const uuid = typeof value === 'string' ? parseUuid(value) : undefined;
  if (uuid === undefined) throw new Refused(reason, quoteShort(value));
  return uuid;
}

function countCodePoints(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}

function cutToCodePoints(text: string, most: number): string {
  return text.length <= most ? text : [...text].slice(0, most).join('');
}
