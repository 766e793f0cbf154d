import type { DerivedSink } from './derived-sink.ts';
import type { RoomHistory, RoomMessage } from './history.ts';
import { endOf, type Order, startOf } from './order.ts';
import { READ_AHEAD, restoreNames } from './restore-flow.ts';
import { SESSION_GAP_MS, SLOT_MS } from './spans.ts';

/** A session as far as it was followed. */
interface Begun {
  readonly startT: number;
  last: Order;
  messages: number;
}

/**
 * Tells the sink, from the stored messages alone, all mentions and responses of from ≤ t < to, and once each session that starts there, as it
 * stands at its end, wherever that is. Yields after each read and each 15-minute slot: the time before which the slots are complete.
 * Holds what a flow holds, and one read ahead.
 */
export function* sweep(room: number, fromT: number, toT: number, history: RoomHistory, sink: DerivedSink): Generator<number, void> {
  const restoring = restoreNames(room, startOf(fromT), history);
  let restored = restoring.next();
  for (; !restored.done; restored = restoring.next()) yield fromT;
  const flow = restored.value;
  const slot = new Slot(fromT, sink);
  for (let after = startOf(fromT); ; ) {
    const page = history.messages(room, after, startOf(toT), READ_AHEAD);
    for (const message of page) {
      if (message.t >= slot.endT) {
        yield* slot.finish(room, history);
        slot.move(message.t);
        yield slot.startT;
      }
      flow.advance(message, slot.of(message));
    }
    after = page.at(-1) ?? after;
    if (page.length < READ_AHEAD) break;
    yield slot.startT;
  }
  yield* slot.finish(room, history);
  yield toT;
}

/** Passes on what belongs to one slot, and keeps the sessions that begin in it until the slot is read. */
class Slot implements DerivedSink {
  startT: number;
  endT: number;
  readonly #sink: DerivedSink;
  /** By user: a slot is shorter than the pause between two sessions. */
  readonly #begun = new Map<number, Begun>();
  #message: RoomMessage | undefined;

  constructor(startT: number, sink: DerivedSink) {
    this.startT = startT;
    this.endT = slotEnd(startT);
    this.#sink = sink;
  }

  move(t: number): void {
    this.endT = slotEnd(t);
    this.startT = this.endT - SLOT_MS;
  }

  of(message: RoomMessage): DerivedSink {
    this.#message = message;
    return this;
  }

  mention(t: number): void {
    this.#sink.mention(t);
  }

  response(t: number, seconds: number): void {
    this.#sink.response(t, seconds);
  }

  session(startT: number, _durationMs: number, messages: number): void {
    const message = this.#message;
    if (startT < this.startT || message === undefined) return;
    const begun = this.#begun.get(message.user);
    if (begun === undefined) {
      this.#begun.set(message.user, { startT, last: message, messages });
    } else {
      begun.last = message;
      begun.messages = messages;
    }
  }

  *finish(room: number, history: RoomHistory): Generator<number, void> {
    for (const [user, begun] of this.#begun) {
      yield* this.#follow(room, user, begun, history);
      this.#sink.session(begun.startT, begun.last.t - begun.startT, begun.messages, 0, 0);
    }
    this.#begun.clear();
  }

  *#follow(room: number, user: number, begun: Begun, history: RoomHistory): Generator<number, void> {
    for (let limit = 16; ; limit = Math.min(limit * 4, READ_AHEAD)) {
      const page = history.messagesOf(room, user, begun.last, endOf(begun.last.t + SESSION_GAP_MS), limit);
      for (const message of page) {
        begun.last = message;
        begun.messages++;
      }
      if (page.length === 0) return;
      yield this.startT;
    }
  }
}

const slotEnd = (t: number): number => (Math.floor(t / SLOT_MS) + 1) * SLOT_MS;
