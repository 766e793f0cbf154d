import type { Socket as NetSocket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { WebSocket } from 'ws';
import type { Socket, SocketListener } from '../connection/socket.ts';
import type { Clock } from '../util/clock.ts';
import type { DirectSend } from './direct-send.ts';

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
 *
 * Where there is a DirectSend, even that way is only for what the kernel does not take at once. The number of a descriptor that was closed
 * may be somebody else's connection a moment later, so `write` looks at `#tcp.writable` in the same breath. That is enough: Node closes
 * the descriptor of a socket in `_destroy` alone (by `close` or `reset` of its handle; libuv closes none by itself), `_destroy` is called
 * by `destroy()` alone, and that makes the socket unwritable first. All ends come by there: ours and those of `ws`, `resetAndDestroy`,
 * errors of reads and writes, the end of both directions. The look at `_handle` is for what we do not do: giving a socket to another
 * process or thread takes the handle away without `destroy()`.
 */
export class WsSocket implements Socket {
  readonly #ws: HubbubWebSocket;
  readonly #tcp: NetSocket;
  readonly #clock: Clock;
  /** Undefined: there is no way past the stream. */
  readonly #send: DirectSend | undefined;
  readonly #fd: number;
  #listener: SocketListener | undefined;
  /** Bytes that the kernel has not taken, and writes that have not ended. */
  #unsent = 0;
  #underWay = 0;
  #isInCall = false;
  #isAwaitingDrain = false;

  constructor(ws: HubbubWebSocket, tcp: NetSocket, clock: Clock, send: DirectSend | undefined) {
    this.#ws = ws;
    this.#tcp = tcp;
    this.#clock = clock;
    this.#fd = descriptorOf(tcp);
    this.#send = this.#fd < 0 ? undefined : send;
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

  write(bytes: Uint8Array): boolean {
    const tcp = this.#tcp;
    if (!tcp.writable) return this.unsent === 0;
    let rest = bytes;
    // Not past what waits: our own, or a pong of `ws`.
    if (this.#send !== undefined && this.#underWay === 0 && tcp.writableLength === 0 && (tcp as WithHandle)._handle) {
      const taken = this.#send(this.#fd, bytes);
      if (taken === bytes.length) return true;
      // The stream waits until there is room; it meets any error too, and tells.
      if (taken > 0) rest = bytes.subarray(taken);
    }
    this.#underWay += 1;
    this.#unsent += rest.length;
    this.#isInCall = true;
    tcp._write(rest, BYTES, this.#onWritten);
    this.#isInCall = false;
    return this.unsent === 0;
  }

  writeAll(pieces: readonly Uint8Array[]): boolean {
    return this.write(Buffer.concat(pieces));
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
    this.#watchClosing(this.#untaken);
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

  /** Gives the peer time while it takes anything at all; `ws` ends it after 30 s. */
  #watchClosing(untakenBefore: number): void {
    this.#clock.after(CLOSE_PATIENCE_MS, () => {
      if (this.#ws.readyState === WebSocket.CLOSED) return;
      const untaken = this.#untaken;
      if (untaken > 0 && untaken < untakenBefore) this.#watchClosing(untaken);
      else this.#ws.terminate();
    });
  }

  /** Falls with every byte that the kernel takes, while `unsent` counts a write whole until it ends. Node's own timeouts look there, too. */
  get #untaken(): number {
    const ofWrites = (this.#tcp as WithHandle)._handle?.writeQueueSize;
    return typeof ofWrites === 'number' ? ofWrites + this.#tcp.writableLength : this.unsent;
  }
}

/** What `net` keeps of an open socket; not documented, so any other shape means that there is none. */
interface WithHandle {
  readonly _handle?: { readonly fd?: unknown; readonly writeQueueSize?: unknown } | null;
}

/** -1 where bytes must go through the stream: TLS, and sockets without a descriptor (Windows, a socket that is gone). */
function descriptorOf(tcp: NetSocket): number {
  const fd = tcp instanceof TLSSocket ? -1 : (tcp as WithHandle)._handle?.fd;
  return typeof fd === 'number' ? fd : -1;
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
