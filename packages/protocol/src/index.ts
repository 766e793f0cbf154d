export { CLOSE_CODES, type CloseName, ERROR_CODES, type ErrorCode, type Reconnect, type Refusal, reconnectFor } from './codes.ts';
export { checkContent } from './content.ts';
export { decodeFrame } from './decode.ts';
export { decodeServerFrame } from './decode-server.ts';
export {
  type AckParts,
  type ErrorParts,
  encodeAck,
  encodeAuthed,
  encodeAuthor,
  encodeError,
  encodeJoined,
  encodeLeft,
  encodeMessage,
  encodeNotice,
  encodePresence,
  encodePublication,
  encodeTyping,
  type JoinedParts,
  type NoticeParts,
  type PublicationParts,
} from './encode.ts';
export type {
  AckFrame,
  AuthedFrame,
  AuthFrame,
  ChatFrame,
  ClientFrame,
  ErrorFrame,
  JoinedFrame,
  JoinFrame,
  LeaveFrame,
  LeftFrame,
  MessageFrame,
  Position,
  PositionFrame,
  PresenceFrame,
  Ref,
  RefusedFrame,
  SequencedType,
  ServerFrame,
  TypingFrame,
  TypingNotice,
  UnknownFrame,
} from './frames.ts';
export { checkUsername, isReservedRoomId, isRoomId, isUserId, isUuid, NO_SUCH_ROOM, parseUuid } from './ids.ts';
export { LIMITS } from './limits.ts';
export { isoTime } from './time.ts';
