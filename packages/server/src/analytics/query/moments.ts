import { isReservedRoomId } from '@hubbub/protocol';
import { MOMENT_BUCKET_MS } from '../derive/moment-scan.ts';
import type { RangeRequest } from '../request/requests.ts';
import type { RoomMoment } from './ports.ts';
import { isoTime, partialAt, remarks, type Source } from './source.ts';

/** The most that one answer lists, and looks at: the first ones of the range. */
const MOST_MOMENTS = 1000;

/**
 * The moments that start in the range, oldest first, each with its room. Those of rooms that only members may see are left out.
 * `adjusting` says too that a bucket which is over was not closed yet.
 */
export function moments({ from, to, tz }: RangeRequest, source: Source): object {
  const found = source.store.moments(source.room, from, to, MOST_MOMENTS + 1);
  const listed = found.slice(0, MOST_MOMENTS);
  const names = source.store.roomIds([...new Set(listed.map(({ room }) => room))]);
  const shown = listed.flatMap((moment) => {
    const room = names.get(moment.room);
    return room === undefined || isReservedRoomId(room) ? [] : [shape(room, moment)];
  });
  const more = found.length > MOST_MOMENTS ? { truncated: true } : {};
  const overBefore = Math.floor(source.completeUntil / MOMENT_BUCKET_MS) * MOMENT_BUCKET_MS;
  const isOpen = source.store.isMomentOpen(source.room, from, Math.min(to, overBefore));
  const beside = { ...more, ...remarks(source, { from, to }), ...(isOpen ? { adjusting: true } : {}), ...partialAt(source, to) };
  return { from: isoTime(from), to: isoTime(to), tz, moments: shown, ...beside };
}

function shape(room: string, { startBucket, endBucket, messages, peak, terms, firstMessageId, isOpen }: RoomMoment): object {
  return {
    room,
    start: isoTime(startBucket * MOMENT_BUCKET_MS),
    end: isoTime(endBucket * MOMENT_BUCKET_MS),
    messages,
    peakPerSecond: peak / (MOMENT_BUCKET_MS / 1000),
    terms,
    firstMessageId: uuidOf(firstMessageId),
    ...(isOpen ? { partial: true } : {}),
  };
}

/** The store tells ids as hexadecimal digits alone. */
function uuidOf(id: string): string {
  return /^[0-9a-f]{32}$/.test(id) ? id.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5') : id;
}
