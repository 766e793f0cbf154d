import type { StoredMessage } from './store.ts';

/** What a replayed frame has besides the texts: keys, ids, time, numbers, header. */
export const FRAME_OVERHEAD_BYTES = 230;

/** About how many bytes a message takes in a replay. Escapes are not counted. */
export function replayBytes(message: StoredMessage): number {
  return FRAME_OVERHEAD_BYTES + Buffer.byteLength(message.content);
}
