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

/** What a stream passes to `_write` with bytes (documented for implementers). */
const NOTHING = Buffer.alloc(0);
const BYTES = 'buffer' as BufferEncoding;

/**
 * `ws` reads and does the handshakes; what we say goes past its sender as finished frames (unmasked and uncompressed, so there is
 * nothing to do). It also goes past the stream's own queue, by the `_write` that every Writable documents: Outbound keeps the only queue
 * and hands over nothing while something is under way, so the stream's bookkeeping (a tick and three objects a write) would be paid
 * for nothing. Control frames go through `ws`; the kernel gets each frame whole, in the order of the handing over.
 */
export class WsSocket implements Socket {
  readonly #ws: HubbubWebSocket;
  readonly #tcp: NetSocket;
  readonly #clock: Clock;
  #listener: SocketListener | undefined;
  /** Bytes that the kernel has not taken, and writes that have not ended. */
  #unsent = 0;
  #underWay = 0;
  #isInCall = false;
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
    return this.#unsent + this.#tcp.writableLength;
  }

  write(bytes: Uint8Array): void {
    if (!this.#tcp.writable) return;
    this.#underWay += 1;
    this.#unsent += bytes.length;
    this.#isInCall = true;
    this.#tcp._write(bytes, BYTES, this.#onWritten);
    this.#isInCall = false;
  }

  writeAll(pieces: readonly Uint8Array[]): void {
    this.write(Buffer.concat(pieces));
  }

  awaitDrain(): void {
    // What we wrote ends in onWritten. What waits in the stream's queue is of `ws` (a pong), and an empty write behind it ends with it.
    if (this.#underWay > 0 || this.#isAwaitingDrain) return;
    this.#isAwaitingDrain = true;
    this.#tcp.write(NOTHING, () => {
      this.#isAwaitingDrain = false;
      this.#listener?.onDrain();
    });
  }

  ping(): void {
    if (this.#ws.readyState === WebSocket.OPEN) this.#ws.ping();
  }

  close(code: number, reason: string): void {
    if (this.#ws.readyState !== WebSocket.OPEN) return;
    this.#ws.close(code, reason);
    this.#watchClosing(this.unsent);
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

  /** The kernel has it: within the call of `write`, or later when it was full. */
  readonly #onWritten = (error?: Error | null): void => {
    this.#underWay -= 1;
    if (this.#underWay === 0) this.#unsent = 0;
    if (error) this.#tcp.destroy();
    else if (!this.#isInCall && this.#underWay === 0) this.#listener?.onDrain();
  };

  /** Gives the peer time while it takes anything at all. */
  #watchClosing(unsentBefore: number): void {
    this.#clock.after(CLOSE_PATIENCE_MS, () => {
      if (this.#ws.readyState === WebSocket.CLOSED) return;
      const unsent = this.unsent;
      if (unsent > 0 && unsent < unsentBefore) this.#watchClosing(unsent);
      else this.#ws.terminate();
    });
  }
}

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
function onError(this: WebSocket, error: Error): void {
  const isTooBig = 'code' in error && error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH';
  if (isTooBig) (this as HubbubWebSocket).owner?.listener?.onTooBig();
}
