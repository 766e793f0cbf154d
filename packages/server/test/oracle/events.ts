/** One line of a history: what an import reads or a live room saw. `t`: ISO 8601 or milliseconds since 1970. */
export interface OracleEvent {
  readonly t: string | number;
  readonly room: string;
  readonly user: string;
  readonly username?: string | undefined;
  readonly type: 'chat' | 'join' | 'leave';
  readonly content?: string | undefined;
  readonly messageId?: string | undefined;
  readonly replyTo?: string | undefined;
  readonly seq?: number | undefined;
}

/** A message id of every room, or of one. */
export type DeletedId = string | { readonly room: string; readonly messageId: string };

/** A chat message that stands. `at`: ms since 1970; ids in lower case. */
export interface Chat {
  readonly at: number;
  readonly room: string;
  readonly user: string;
  readonly username: string;
  readonly content: string;
  readonly id: string;
  readonly replyTo: string | undefined;
  readonly seq: number;
}

export interface Passage {
  readonly at: number;
  readonly room: string;
}

/** The facts, each list by time. */
export interface Facts {
  readonly chats: readonly Chat[];
  readonly joins: readonly Passage[];
  readonly leaves: readonly Passage[];
}

const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const byTime = (a: Passage, b: Passage): number => a.at - b.at;
/** (time, seq); without a `seq` first, then by id, so that any order of the input gives one order here. */
const inOrder = (a: Chat, b: Chat): number => a.at - b.at || compareText(a.room, b.room) || a.seq - b.seq || compareText(a.id, b.id);

/** (time, seq): neither of two at one time without a `seq` is before the other. */
export const isBefore = (a: Chat, b: Chat): boolean => a.at < b.at || (a.at === b.at && a.seq < b.seq);

/**
 * What stands: repeats of an id in a room count once (the first of the list), deleted messages not at all. A chat without an id cannot
 * be repeated, answered or deleted.
 */
export function standing(events: readonly OracleEvent[], deletedIds: Iterable<DeletedId>): Facts {
  const deleted = new Set([...deletedIds].map((each) => (typeof each === 'string' ? each.toLowerCase() : idIn(each.room, each.messageId))));
  const seen = new Set<string>();
  const chats: Chat[] = [];
  const joins: Passage[] = [];
  const leaves: Passage[] = [];
  for (const [index, event] of events.entries()) {
    const { room, user, type, messageId } = event;
    const at = typeof event.t === 'number' ? event.t : Date.parse(event.t);
    if (!Number.isInteger(at)) throw new RangeError(`event ${index} has no time: ${event.t}`);
    const id = messageId?.toLowerCase() ?? '';
    if (id !== '') {
      if (seen.has(idIn(room, id))) continue;
      seen.add(idIn(room, id));
      if (deleted.has(id) || deleted.has(idIn(room, id))) continue;
    }
    if (type === 'join') joins.push({ at, room });
    else if (type === 'leave') leaves.push({ at, room });
    else {
      const { username = user, content = '', replyTo, seq = 0 } = event;
      chats.push({ at, room, user, username, content, id, replyTo: replyTo?.toLowerCase(), seq });
    }
  }
  return { chats: chats.sort(inOrder), joins: joins.sort(byTime), leaves: leaves.sort(byTime) };
}

const idIn = (room: string, messageId: string): string => `${room} ${messageId.toLowerCase()}`;

/** Those with from ≤ at < to, of a list by time. */
export function between<T extends { readonly at: number }>(list: readonly T[], from: number, to: number): readonly T[] {
  return list.slice(firstFrom(list, from), firstFrom(list, to));
}

function firstFrom(list: readonly { readonly at: number }[], at: number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle]?.at ?? at) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}
