import type { EventSink } from '../events.ts';
import type { Clock } from '../util/clock.ts';
import type { Delivery } from './delivery.ts';

/** Something with bytes for this turn. */
export interface Flushable {
  flush(): void;
}

/**
 * Collects what one event-loop turn produced and sends it at the turn's end: first each room joins its frames into one
 * shared buffer and queues it at its members, then each connection makes at most one write (performance.md: the number
 * of writes is the cost).
 */
export class Turn {
  readonly #clock: Clock;
  readonly #events: EventSink;
  #rooms: Flushable[] = [];
  #connections: Flushable[] = [];
  #deliveries: Delivery[] = [];
  #isScheduled = false;

  constructor(clock: Clock, events: EventSink) {
    this.#clock = clock;
    this.#events = events;
  }

  addRoom(room: Flushable): void {
    this.#rooms.push(room);
    this.#schedule();
  }

  addConnection(connection: Flushable): void {
    this.#connections.push(connection);
    this.#schedule();
  }

  addDelivery(delivery: Delivery): void {
    this.#deliveries.push(delivery);
  }

  /** A member whose socket was full has taken its bytes now. */
  settleLate(delivery: Delivery): void {
    this.#report(delivery, 1, this.#clock.monotonic());
  }

  readonly flush = (): void => {
    const rooms = this.#rooms;
    this.#rooms = [];
    for (const room of rooms) room.flush();
    const connections = this.#connections;
    this.#connections = [];
    // Only from here on is another turn needed: what the rooms queued is flushed now.
    this.#isScheduled = false;
    if (this.#rooms.length > 0) this.#schedule();
    for (const connection of connections) connection.flush();
    const deliveries = this.#deliveries;
    if (deliveries.length === 0) return;
    this.#deliveries = [];
    const now = this.#clock.monotonic();
    for (const delivery of deliveries) this.#report(delivery, delivery.count, now);
  };

  #report(delivery: Delivery, count: number, now: number): void {
    if (count === 0) return;
    for (const arrivedAt of delivery.arrivals) this.#events.delivered(delivery.roomId, now - arrivedAt, count);
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#clock.endOfTurn(this.flush);
  }
}
