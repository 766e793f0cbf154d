import type { DerivedSink } from '../derive/derived-sink.ts';
import type { RoomMessage } from '../derive/history.ts';
import { startOf } from '../derive/order.ts';
import { READ_AHEAD } from '../derive/restore-flow.ts';
import { sweep } from '../derive/sweep.ts';
import { ALL_ROOMS } from '../rollup/port.ts';
import type { QueryStore } from './ports.ts';

/** Told of everything that stored messages and notices of a range say. */
export interface FactSink extends DerivedSink {
  message(room: number, message: RoomMessage): void;
  /** A user's first message in the scope. */
  newcomer(t: number): void;
  notice(kind: 'join' | 'leave', t: number): void;
}

const FIRSTS_PER_STEP = 500;

/**
 * Reads a range of a scope from the stored messages alone, and tells the sink. Yields after each read how many messages were read since
 * the yield before.
 */
export function* readFacts(scope: number, from: number, to: number, store: QueryStore, sink: FactSink): Generator<number, void> {
  const firsts = new Map<number, number>();
  const rooms = scope === ALL_ROOMS ? store.roomsBetween(from, to) : [scope];
  for (const room of rooms) {
    for (const _ of sweep(room, from, to, store.history, sink)) yield 0;
    yield* readMessages(room, from, to, store, (message) => {
      sink.message(room, message);
      firsts.set(message.user, Math.min(message.t, firsts.get(message.user) ?? message.t));
    });
    for (const { kind, t } of store.notices(room, from, to)) sink.notice(kind, t);
  }
  let left = FIRSTS_PER_STEP;
  for (const [user, t] of firsts) {
    if (store.firstMessageOf(scope, user) === t) sink.newcomer(t);
    if (--left > 0) continue;
    left = FIRSTS_PER_STEP;
    yield 0;
  }
}

function* readMessages(
  room: number,
  from: number,
  to: number,
  { history }: QueryStore,
  visit: (message: RoomMessage) => void,
): Generator<number, void> {
  for (let after = startOf(from); ; ) {
    const page = history.messages(room, after, startOf(to), READ_AHEAD);
    page.forEach(visit);
    after = page.at(-1) ?? after;
    yield page.length;
    if (page.length < READ_AHEAD) return;
  }
}
