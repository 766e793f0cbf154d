import { MUTE } from './derived-sink.ts';
import type { RoomHistory } from './history.ts';
import { type Order, startOf } from './order.ts';
import { RoomFlow } from './room-flow.ts';
import { ANSWER_MS, DAY_MS, SESSION_GAP_MS } from './spans.ts';

/** Messages that are read, and taken in, between two yields. */
export const READ_AHEAD = 500;

/**
 * The flow as it stood before the place `before`: names of 24 hours are read, the last 10 minutes played again, open sessions followed back to
 * their beginning. Yields after each read.
 */
export function* restoreFlow(room: number, before: Order, history: RoomHistory): Generator<void, RoomFlow> {
  const flow = yield* restoreNames(room, before, history);
  for (const user of flow.openSessions(before.t)) {
    const { startT, messages } = yield* sessionBack(room, user, before, history);
    flow.rememberSession(user, startT, messages);
  }
  return flow;
}

/** A flow that knows of open sessions only that they are: for a sweep, which leaves those that began earlier alone. */
export function* restoreNames(room: number, before: Order, history: RoomHistory): Generator<void, RoomFlow> {
  const flow = new RoomFlow();
  const replayed = startOf(before.t - ANSWER_MS);
  const names = [...history.names(room, startOf(replayed.t - DAY_MS), replayed)].sort((a, b) => a.t - b.t);
  for (const name of names) flow.rememberName(name);
  yield;
  for (let after = replayed; ; ) {
    const page = history.messages(room, after, before, READ_AHEAD);
    for (const message of page) flow.advance(message, MUTE);
    after = page.at(-1) ?? after;
    if (page.length < READ_AHEAD) return flow;
    yield;
  }
}

/** How the user's session stood before a place, which it was open for. */
export function* sessionBack(room: number, user: number, before: Order, history: RoomHistory): Generator<void, OpenSession> {
  let startT = before.t;
  let messages = 0;
  // Most sessions are short, so that the first reads are small.
  for (let at = before, limit = 16; ; limit = Math.min(limit * 4, READ_AHEAD)) {
    // No further back than the session can reach: the store looks through what the user wrote in other rooms meanwhile.
    const page = history.messagesBackOf(room, user, startOf(startT - SESSION_GAP_MS), at, limit);
    for (const message of page) {
      startT = message.t;
      messages++;
      at = message;
    }
    if (page.length === 0) return { startT, messages };
    yield;
  }
}

export interface OpenSession {
  /** `before.t` where there is no message. */
  readonly startT: number;
  readonly messages: number;
}
