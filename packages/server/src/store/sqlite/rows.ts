import type { KnownId } from '../../bus/bus.ts';
import type { StoredMessage, StoredNotice } from '../store.ts';

/**
 * Messages between threads travel as one flat array of primitives: 0.4 µs of the event loop for each,
 * where an object each costs 1.0 and one JSON string 0.65 (batches of 500).
 */
export type FlatRows = readonly (string | number)[];

/** room, id, type, user, username, content, time, replyTo or '', epoch or '', seq or 0 */
export const FLAT_WIDTH = 10;

export const TYPE = { chat: 0, system: 1, join: 2, leave: 3 } as const;

export function packMessages(messages: readonly (StoredMessage | StoredNotice)[]): FlatRows {
  const flat: (string | number)[] = [];
  for (const each of messages) {
    const { roomId, messageId, type, userId, username, timestamp } = each;
    if ('content' in each) {
      const { content, replyTo, position } = each;
      flat.push(
        roomId,
        messageId,
        TYPE[type],
        userId,
        username,
        content,
        timestamp,
        replyTo ?? '',
        position?.epoch ?? '',
        position?.seq ?? 0,
      );
    } else flat.push(roomId, messageId, TYPE[type], userId, username, '', timestamp, '', '', 0);
  }
  return flat;
}

export function unpackMessages(flat: FlatRows): StoredMessage[] {
  const messages: StoredMessage[] = [];
  for (let at = 0; at < flat.length; at += FLAT_WIDTH) {
    const [replyTo, epoch] = [flat[at + 7] as string, flat[at + 8] as string];
    messages.push({
      roomId: flat[at] as string,
      messageId: flat[at + 1] as string,
      type: flat[at + 2] === TYPE.system ? 'system' : 'chat',
      userId: flat[at + 3] as string,
      username: flat[at + 4] as string,
      content: flat[at + 5] as string,
      timestamp: flat[at + 6] as number,
      replyTo: replyTo === '' ? undefined : replyTo,
      position: epoch === '' ? undefined : { epoch, seq: flat[at + 9] as number },
    });
  }
  return messages;
}

/** From id, user, epoch, seq each. */
export function unpackKnownIds(flat: FlatRows): KnownId[] {
  const known: KnownId[] = [];
  for (let at = 0; at < flat.length; at += 4) {
    const [messageId, userId, epoch, seq] = [flat[at], flat[at + 1], flat[at + 2], flat[at + 3]] as [string, string, string, number];
    known.push({ messageId, userId, epoch, seq });
  }
  return known;
}

/** 16 bytes as a lower-case UUID; '' for none. */
export function uuidText(bytes: unknown): string {
  if (!(bytes instanceof Uint8Array)) return '';
  const hex = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
