import type { Socket as NetSocket } from 'node:net';
import { WebSocket } from 'ws';
import type { Socket, SocketListener } from '../connection/socket.ts';
import type { Clock } from '../util/clock.ts';

/** A closing socket that takes nothing for this long is destroyed. */
const CLOSE_PATIENCE_MS = 5000;

/** A WebSocket that knows its socket, so that handlers are shared functions and a connection costs no closures. */
export class HubbubWebSocket extends WebSocket {
  owner: WsSocket | undefined;
}

/**
 * `ws` reads and does the handshakes; what we say goes past its sender as finished frames, straight to the TCP socket
 * (unmasked and uncompressed, so there is nothing to do). Control frames go through `ws`, in order with the rest.
 */
export class WsSocket implements Socket {
  readonly #ws: HubbubWebSocket;
  readonly #tcp: NetSocket;
  readonly #clock: Clock;
  #listener: SocketListener | undefined;
  #isAwaitingDrain = false;

  constructor(ws: HubbubWebSocket, tcp: NetSocket, clock: Clock) {
    this.#ws = ws;
    this.#tcp = tcp;
    this.#clock = clock;
    ws.owner = this;
  }

  /** Begins to tell; to be called once, in the turn of the upgrade. */
  listen(listener: SocketListener): void {
    this.#listener = listener;
    const ws = this.#ws;
    ws.on('message', onMessage);
    ws.on('ping', onSign);
    ws.on('pong', onSign);
    ws.on('close', onClose);
    ws.on('error', onError);
  }

  get listener(): SocketListener | undefined {
    return this.#listener;
  }

  get unsent(): number {
    return this.#tcp.writableLength;
  }

  write(bytes: Uint8Array): void {
    if (!this.#tcp.writable) return;
    this.#tcp.write(bytes);
    if (this.#tcp.writableLength > 0) this.#awaitDrain();
  }

  writeAll(pieces: readonly Uint8Array[]): void {
    if (!this.#tcp.writable) return;
    this.#tcp.cork();
    for (const piece of pieces) this.#tcp.write(piece);
    this.#tcp.uncork();
    if (this.#tcp.writableLength > 0) this.#awaitDrain();
  }

  ping(): void {
    if (this.#ws.readyState === WebSocket.OPEN) this.#ws.ping();
  }

  close(code: number, reason: string): void {
    if (this.#ws.readyState !== WebSocket.OPEN) return;
    this.#ws.close(code, reason);
    this.#watchClosing(this.#tcp.writableLength);
  }

  destroy(): void {
    this.#ws.terminate();
  }

  pause(): void {
    this.#ws.pause();
  }

  resume(): void {
    this.#ws.resume();
  }

  /** The stream's own `drain` comes only above its high-water mark; an empty write behind the rest ends when that has gone. */
  #awaitDrain(): void {
    if (this.#isAwaitingDrain) return;
    this.#isAwaitingDrain = true;
    this.#tcp.write(NOTHING, () => {
      this.#isAwaitingDrain = false;
      this.#listener?.onDrain();
    });
  }

  /** Gives the peer time while it takes anything at all. */
  #watchClosing(unsentBefore: number): void {
    this.#clock.after(CLOSE_PATIENCE_MS, () => {
      if (this.#ws.readyState === WebSocket.CLOSED) return;
      const unsent = this.#tcp.writableLength;
      if (unsent > 0 && unsent < unsentBefore) this.#watchClosing(unsent);
      else this.#ws.terminate();
    });
  }
}

const NOTHING = Buffer.alloc(0);

function onMessage(this: WebSocket, bytes: Buffer | ArrayBuffer | Buffer[], isBinary: boolean): void {
  const listener = (this as HubbubWebSocket).owner?.listener;
  if (listener === undefined) return;
  if (isBinary) listener.onBinary();
  // `ws` has checked the UTF-8, and gives one Buffer while binaryType is left as it is.
  else listener.onText((bytes as Buffer).toString());
}

function onSign(this: WebSocket): void {
  (this as HubbubWebSocket).owner?.listener?.onSign();
}

function onClose(this: WebSocket, code: number): void {
  (this as HubbubWebSocket).owner?.listener?.onClose(code);
}

/** Protocol errors and resets: `ws` closes by itself (1002, 1007, 1009, 1006), and `close` follows. */
function onError(): void {}
