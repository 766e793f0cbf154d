import { fold } from '../text/fold.ts';
import type { RoomHistory, RoomMessage } from './history.ts';
import { MOMENT_BASELINE, MOMENT_BUCKET_MS, MOMENT_MEMORY, MOMENT_PAST } from './moment-scan.ts';
import { endOf, type Order, startOf } from './order.ts';
import { READ_AHEAD, sessionBack } from './restore-flow.ts';
import { ANSWER_MS, DAY_MS, SESSION_GAP_MS } from './spans.ts';

/** from ≤ t < to, milliseconds. */
export interface DirtyRange {
  readonly fromT: number;
  readonly toT: number;
}

/** A message that came late or was deleted; or whose text was edited, everything else standing. */
export interface Change {
  readonly kind: 'moved' | 'edited';
  readonly message: Order & Pick<RoomMessage, 'user' | 'username'>;
}

/**
 * Outside these ranges no derived value depends on the changed message, which may stand in the history or not. Ascending, apart.
 * `slots`: mentions and responses of that time, sessions that start there. `moments`: those that start there; the rest is for `rescanMoments`.
 */
export function* dirtyRanges(
  room: number,
  { kind, message }: Change,
  history: RoomHistory,
): Generator<void, { readonly slots: DirtyRange[]; readonly moments: DirtyRange[] }> {
  const { t } = message;
  const slots = [{ fromT: t, toT: t + ANSWER_MS + 1 }];
  const bucket = Math.floor(t / MOMENT_BUCKET_MS);
  const moments = [ofBuckets(bucket, bucket + MOMENT_BASELINE + 1)];
  if (kind === 'moved') {
    yield* touchedSessions(room, message, history, slots);
    yield* touchedNames(room, message, history, slots);
    touchedPast(room, message, history, moments);
  }
  return { slots: union(slots), moments: union(moments) };
}

/** Ascending, with what overlaps or touches made one. */
export function union(ranges: readonly DirtyRange[]): DirtyRange[] {
  const merged: DirtyRange[] = [];
  for (const range of [...ranges].sort((a, b) => a.fromT - b.fromT)) {
    const last = merged.at(-1);
    if (last === undefined || range.fromT > last.toT) merged.push(range);
    else merged[merged.length - 1] = { fromT: last.fromT, toT: Math.max(last.toT, range.toT) };
  }
  return merged;
}

const ofBuckets = (from: number, to: number): DirtyRange => ({ fromT: from * MOMENT_BUCKET_MS, toT: to * MOMENT_BUCKET_MS });

/** The session that the message belongs to, and the one that begins after it where it is not there. */
function* touchedSessions(room: number, message: Change['message'], history: RoomHistory, slots: DirtyRange[]): Generator<void, void> {
  const { startT, messages } = yield* sessionBack(room, message.user, message, history);
  if (messages > 0) slots.push({ fromT: startT, toT: startT + 1 });
  const next = history.messagesOf(room, message.user, message, endOf(message.t + SESSION_GAP_MS), 1)[0];
  if (next !== undefined) slots.push({ fromT: next.t, toT: next.t + 1 });
}

/** Where the name is known by this message alone: 24 hours on, less what another message under the name, before or after, covers. */
function* touchedNames(room: number, message: Change['message'], history: RoomHistory, slots: DirtyRange[]): Generator<void, void> {
  const { t, user } = message;
  const name = fold(message.username);
  const earlier = yield* firstNamed(name, message, (at, limit) => history.messagesBackOf(room, user, startOf(t - DAY_MS), at, limit));
  const later = yield* firstNamed(name, message, (at, limit) => history.messagesOf(room, user, at, endOf(t + DAY_MS), limit));
  const fromT = Math.max(t, (earlier ?? Number.NEGATIVE_INFINITY) + DAY_MS + 1);
  const lastT = Math.min(t + DAY_MS, later ?? Number.POSITIVE_INFINITY);
  if (fromT <= lastT) slots.push({ fromT, toT: lastT + ANSWER_MS + 1 });
}

function* firstNamed(
  name: string,
  from: Order,
  read: (at: Order, limit: number) => readonly RoomMessage[],
): Generator<void, number | undefined> {
  for (let at = from, limit = 4; ; limit = Math.min(limit * 4, READ_AHEAD)) {
    const page = read(at, limit);
    for (const message of page) if (fold(message.username) === name) return message.t;
    at = page.at(-1) ?? at;
    if (page.length < limit) return undefined;
    yield;
  }
}

/** Moments that may start only where the room was alive a while before: does this message alone tell so? */
function touchedPast(room: number, message: Change['message'], history: RoomHistory, moments: DirtyRange[]): void {
  const bucket = Math.floor(message.t / MOMENT_BUCKET_MS);
  const { fromT, toT } = ofBuckets(bucket, bucket + 1);
  if (history.messages(room, startOf(fromT), startOf(toT), 2).some(({ row }) => row !== message.row)) return;
  const next = history.messages(room, startOf(toT), endOf(Number.POSITIVE_INFINITY), 1)[0];
  if (next === undefined) return;
  const before = history.lastTime(room, startOf(fromT));
  const afterSilence = Math.floor(next.t / MOMENT_BUCKET_MS);
  const covered = before === undefined ? Number.NEGATIVE_INFINITY : Math.floor(before / MOMENT_BUCKET_MS) + MOMENT_MEMORY;
  const from = Math.max(afterSilence, bucket + MOMENT_PAST + 1, covered + 1);
  const to = Math.min(bucket + MOMENT_MEMORY, afterSilence + MOMENT_PAST) + 1;
  if (from < to) moments.push(ofBuckets(from, to));
}
