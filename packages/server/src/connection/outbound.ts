import type { Delivery } from '../hub/delivery.ts';
import type { Flushable, Turn } from '../hub/turn.ts';
import type { Socket } from './socket.ts';

/** Told when more waits than a connection may have waiting. */
export type OnTooSlow = () => void;

/**
 * The single exit to a socket: a queue of framed bytes, bounded, that makes at most one write per turn. While the kernel
 * is full nothing more is handed over, so that what was queued can be dropped when the reader proves too slow.
 */
export class Outbound implements Flushable {
  readonly #socket: Socket;
  readonly #turn: Turn;
  readonly #maxBytes: number;
  readonly #onTooSlow: OnTooSlow;
  // One piece is the usual case; the list is made when there are more.
  #first: Uint8Array | undefined;
  #rest: Uint8Array[] | undefined;
  #bytes = 0;
  /** What this turn's pieces deliver: counted by the turn, unless the kernel turns out to be full. */
  #delivery: Delivery | undefined;
  #moreDeliveries: Delivery[] | undefined;
  /** What pieces deliver that wait here from earlier turns / that the socket holds and the kernel has not taken. */
  #waiting: Delivery[] | undefined;
  #handed: Delivery[] | undefined;
  #writable: (() => void)[] | undefined;
  #isMarked = false;
  #isStopped = false;

  constructor(socket: Socket, turn: Turn, maxBytes: number, onTooSlow: OnTooSlow) {
    this.#socket = socket;
    this.#turn = turn;
    this.#maxBytes = maxBytes;
    this.#onTooSlow = onTooSlow;
  }

  /** Bytes that the kernel has not taken. */
  get backlog(): number {
    return this.#bytes + this.#socket.unsent;
  }

  send(bytes: Uint8Array, delivery?: Delivery): void {
    if (this.#isStopped) return;
    if (this.#first === undefined) this.#first = bytes;
    else if (this.#rest === undefined) this.#rest = [bytes];
    else this.#rest.push(bytes);
    this.#bytes += bytes.length;
    if (delivery !== undefined) this.#note(delivery);
    if (!this.#isMarked) {
      this.#isMarked = true;
      this.#turn.addConnection(this);
    }
  }

  whenWritable(run: () => void): void {
    if (this.#isStopped) return;
    this.#writable ??= [];
    this.#writable.push(run);
    if (!this.#isMarked) {
      this.#isMarked = true;
      this.#turn.addConnection(this);
    }
  }

  flush(): void {
    this.#isMarked = false;
    if (this.#isStopped) return;
    if (this.#socket.unsent > 0) {
      this.#waiting = this.#uncount(this.#waiting);
      this.#socket.awaitDrain();
      if (this.#bytes > this.#maxBytes) this.#onTooSlow();
      return;
    }
    if (this.#write() && this.#writable !== undefined) this.#wake();
  }

  /** The kernel took everything that was handed over. */
  drained(): void {
    if (this.#isStopped) return;
    const handed = this.#handed;
    this.#handed = undefined;
    if (handed !== undefined) this.#settle(handed);
    this.flush();
  }

  /** Drops what waits and takes nothing more. */
  stop(): void {
    this.#isStopped = true;
    this.#first = undefined;
    this.#rest = undefined;
    this.#delivery = undefined;
    this.#moreDeliveries = undefined;
    this.#waiting = undefined;
    this.#handed = undefined;
    this.#writable = undefined;
    this.#bytes = 0;
  }

  #note(delivery: Delivery): void {
    delivery.count += 1;
    if (this.#delivery === undefined) this.#delivery = delivery;
    else if (this.#moreDeliveries === undefined) this.#moreDeliveries = [delivery];
    else this.#moreDeliveries.push(delivery);
  }

  /** To be called when nothing is unsent; true: nothing is now, either. */
  #write(): boolean {
    const first = this.#first;
    if (first === undefined) return true;
    const rest = this.#rest;
    this.#first = undefined;
    this.#rest = undefined;
    this.#bytes = 0;
    const isTaken = rest === undefined ? this.#socket.write(first) : this.#socket.writeAll([first, ...rest]);
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (!isTaken) {
      this.#handed = this.#uncount(waiting);
      return false;
    }
    if (waiting !== undefined) this.#settle(waiting);
    this.#delivery = undefined;
    this.#moreDeliveries = undefined;
    return true;
  }

  /** Takes this turn's deliveries back from the turn's count and appends them to `list`. */
  #uncount(list: Delivery[] | undefined): Delivery[] | undefined {
    if (this.#delivery === undefined) return list;
    const late = list ?? [];
    for (const delivery of [this.#delivery, ...(this.#moreDeliveries ?? [])]) {
      delivery.count -= 1;
      late.push(delivery);
    }
    this.#delivery = undefined;
    this.#moreDeliveries = undefined;
    return late;
  }

  #settle(late: readonly Delivery[]): void {
    for (const delivery of late) this.#turn.settleLate(delivery);
  }

  #wake(): void {
    const writable = this.#writable;
    this.#writable = undefined;
    for (const run of writable ?? []) run();
  }
}
