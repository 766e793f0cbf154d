import { createHash } from 'node:crypto';
import type { OracleEvent } from '../../packages/server/test/oracle/events.ts';
import { readRealLog } from '../../packages/server/test/oracle/real-log.ts';
import type { Rng } from './rng.ts';

const DAY_MS = 86_400_000;

/**
 * Whole days of the real log, as they were but for their dates: one after the other from `firstDays` on, a stretch for each. What
 * belongs together stays together in one of `rooms`.
 */
export async function movedDays(days: readonly string[], firstDays: readonly string[], rooms: readonly string[]): Promise<OracleEvent[]> {
  const wanted = new Map(days.map((day, index) => [day, index]));
  const perStretch = Math.ceil(days.length / firstDays.length);
  const roomOf = new Map<string, string>();
  const log = (await readRealLog()).filter(({ t }) => wanted.has(String(t).slice(0, 10)));
  return log.map(({ t, user, type, content, messageId, replyTo }, index) => {
    const day = String(t).slice(0, 10);
    const place = wanted.get(day) ?? 0;
    const start = Date.parse(firstDays[Math.floor(place / perStretch)] ?? '') + (place % perStretch) * DAY_MS;
    const room = roomOf.get(replyTo ?? '') ?? rooms[byteOf(user) % rooms.length] ?? '';
    if (messageId !== undefined) roomOf.set(messageId, room);
    const at = start + Date.parse(String(t)) - Date.parse(day);
    return { t: new Date(at).toISOString(), room, user, type, content, messageId: messageId ?? idOf(index), replyTo };
  });
}

const byteOf = (text: string): number => createHash('sha1').update(text).digest()[0] ?? 0;

/** Joins and leaves have none in the log: with one, each is itself in whatever file it comes. */
const idOf = (index: number): string => `00000000-0000-4000-8000-${index.toString(16).padStart(12, '0')}`;

/** The same events as a live room takes them: with ids, each once, by time, none blank, in rooms that anybody may enter. */
export function plainHistory(events: readonly OracleEvent[]): OracleEvent[] {
  const seen = new Set<string>();
  return events
    .map((event, index) => ({
      ...event,
      room: event.room.replace(/^dm:/, 'with.').replace(/[^\w.:#-]/g, 'a'),
      messageId: event.messageId ?? idOf(index),
    }))
    .filter(({ room, messageId, type, content = '' }) => {
      const isNew = !seen.has(keyOf(room, messageId)) && (type !== 'chat' || /\S/.test(content));
      seen.add(keyOf(room, messageId));
      return isNew;
    })
    .sort((a, b) => Date.parse(String(a.t)) - Date.parse(String(b.t)));
}

/** As a live room takes them: without replies to what is not there, or not yet. By time, as `plainHistory` gives them. */
export function withoutVainReplies(chats: readonly OracleEvent[]): OracleEvent[] {
  const said = new Set<string>();
  return chats.map(({ replyTo, ...chat }) => {
    const isThere = replyTo !== undefined && said.has(keyOf(chat.room, replyTo));
    said.add(keyOf(chat.room, chat.messageId));
    return isThere ? { ...chat, replyTo } : chat;
  });
}

export const keyOf = (room: string, messageId = ''): string => `${room} ${messageId.toLowerCase()}`;

/** In any order. */
export function shuffled<T>(rng: Rng, list: readonly T[]): T[] {
  const places = list.map((each) => ({ each, place: rng.next() }));
  return places.sort((a, b) => a.place - b.place).map(({ each }) => each);
}
