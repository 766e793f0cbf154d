import { encodeMessage, isoTime, type MessageFrame } from '@hubbub/protocol';
import type { Publication } from '../bus/bus.ts';
import type { StoredMessage } from '../store/store.ts';
import { frameText } from './framing.ts';
import type { RingEntry } from './ring.ts';

/** A publication as the store keeps it. */
export function toStored(publication: Publication): StoredMessage {
  const { draft, epoch, seq, timestamp } = publication;
  return {
    roomId: draft.roomId,
    messageId: draft.messageId,
    type: draft.type,
    userId: draft.userId,
    username: draft.username,
    content: draft.content,
    timestamp,
    replyTo: draft.replyTo,
    position: { epoch, seq },
  };
}

/** A stored message as it goes over the wire. */
export function toMessageFrame(message: StoredMessage): MessageFrame {
  return {
    messageId: message.messageId,
    roomId: message.roomId,
    type: message.type,
    userId: message.userId,
    username: message.username,
    content: message.content,
    timestamp: isoTime(message.timestamp),
    ...(message.position === undefined ? {} : { seq: message.position.seq }),
    ...(message.replyTo === undefined ? {} : { replyTo: message.replyTo }),
  };
}

export function frameStored(message: StoredMessage): Uint8Array {
  return frameText(encodeMessage(toMessageFrame(message)));
}

export function toRingEntry(message: StoredMessage, seq: number): RingEntry {
  return { seq, timestamp: message.timestamp, messageId: message.messageId, userId: message.userId, frame: frameStored(message) };
}
