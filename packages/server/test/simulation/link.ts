import type { Connection } from '../../src/connection/connection.ts';
import type { FakeSocket } from '../kit/fake-socket.ts';
import { WireReader } from '../kit/wire-reader.ts';

type ToServer =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'sign' }
  | { readonly kind: 'close'; readonly code: number };

export interface LinkEnds {
  onText(text: string): void;
  /** The client's end is closed. */
  onEnd(code: number): void;
}

/** A connection between a client and the node: two ways, each of which moves when it is told to. */
export class Link {
  readonly socket: FakeSocket;
  readonly #ends: LinkEnds;
  readonly #reader = new WireReader();
  #toServer: ToServer[] = [];
  connection: Connection | undefined;
  /** The client hears and says nothing more. */
  isClientGone = false;
  /** The process at the other end is gone. */
  isServerGone = false;

  constructor(socket: FakeSocket, ends: LinkEnds) {
    this.socket = socket;
    this.#ends = ends;
  }

  get isOver(): boolean {
    return this.isClientGone && (this.isServerGone || this.socket.isClosed);
  }

  get canDeliver(): boolean {
    return !this.isServerGone && !this.socket.isClosed && !this.socket.isPaused && this.#toServer.length > 0;
  }

  get canRead(): boolean {
    return !this.isClientGone && (this.socket.readable > 0 || this.socket.isDestroyed || this.isServerGone);
  }

  get canPull(): boolean {
    return !this.isServerGone && this.socket.unsent > 0 && this.socket.readable < this.socket.capacity;
  }

  say(frame: object): void {
    this.#toServer.push({ kind: 'text', text: JSON.stringify(frame) });
  }

  /** The oldest thing that the client said arrives. */
  deliver(): void {
    const next = this.#toServer.shift();
    if (next?.kind === 'text') this.socket.text(next.text);
    else if (next?.kind === 'sign') this.socket.sign();
    else if (next?.kind === 'close') this.socket.end(next.code);
  }

  /** The client takes up to this many bytes; where nothing can come any more it sees the end. */
  read(bytes: number): void {
    const isEnded = this.socket.readable === 0;
    for (const { opcode, payload } of this.#reader.feed(this.socket.take(bytes))) {
      if (this.isClientGone) return;
      if (opcode === 1) this.#ends.onText(payload.toString());
      else if (opcode === 9) this.#toServer.push({ kind: 'sign' });
      else if (opcode === 8) this.#closedByServer(payload.readUInt16BE(0));
    }
    if (isEnded && !this.isClientGone) this.cut();
  }

  /** The client's end is gone; what it said before may still arrive, or not (`losesFrames`). */
  cut(losesFrames = false): void {
    if (losesFrames) this.#toServer = [];
    this.isClientGone = true;
    this.#ends.onEnd(1006);
  }

  /** The node learns that nobody is there. */
  learn(): void {
    this.socket.end(1006);
  }

  /** The process died: what the kernel has may still be read. */
  serverDied(): void {
    this.isServerGone = true;
    this.#toServer = [];
  }

  #closedByServer(code: number): void {
    this.isClientGone = true;
    this.#toServer.push({ kind: 'close', code });
    this.#ends.onEnd(code);
  }
}
