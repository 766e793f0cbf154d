import type { Refusal } from './codes.ts';
import { LIMITS } from './limits.ts';
import { isCleanLine, isLongerThan } from './text.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const ROOM_ID = /^[A-Za-z0-9_.:#-]+$/;

/** For names of the wrong form and for reserved ones alike: whether somebody made such a room is not told. */
export const NO_SUCH_ROOM: Refusal = {
  code: 'room_invalid',
  message: `There is no such room: room names have 1 to ${LIMITS.roomIdLength} of the letters A-Z and a-z, digits and _ - . : #, and do not begin with dm: or private:`,
};

const BAD_USERNAME: Refusal = {
  code: 'username_invalid',
  message: `A username has 1 to ${LIMITS.usernameCodePoints} characters, not only white space, and no control characters.`,
};

/** True for a UUID of any version (the nil one too) in its canonical form of 8-4-4-4-12 hex digits, either case. */
export function isUuid(text: string): boolean {
  return text.length === 36 && UUID.test(text);
}

/** The UUID in lower case, the only form in which ids are compared; undefined if it is none. */
export function parseUuid(text: string): string | undefined {
  return isUuid(text) ? text.toLowerCase() : undefined;
}

/**
 * True for 1 to 64 of ASCII letters, ASCII digits and `_ - . : #`. ASCII alone: names that look alike but differ would let
 * one room pose as another, and a name is the same in a URL, a log and a database key.
 */
export function isRoomId(text: string): boolean {
  return text.length <= LIMITS.roomIdLength && ROOM_ID.test(text);
}

/** True for rooms that only the server makes: `dm:…` and `private:…`. */
export function isReservedRoomId(roomId: string): boolean {
  return roomId.startsWith('dm:') || roomId.startsWith('private:');
}

/** True for 1 to 128 UTF-16 code units without control characters and lone surrogates. */
export function isUserId(text: string): boolean {
  return text.length > 0 && text.length <= LIMITS.userIdLength && isCleanLine(text);
}

/** Judges a username; undefined means that it may be used. Length is counted in Unicode code points. */
export function checkUsername(text: string): Refusal | undefined {
  const isFine = !isLongerThan(text, LIMITS.usernameCodePoints) && text.trim() !== '' && isCleanLine(text);
  return isFine ? undefined : BAD_USERNAME;
}
