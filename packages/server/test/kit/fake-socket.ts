import type { Socket, SocketListener } from '../../src/connection/socket.ts';
import type { Clock } from '../../src/util/clock.ts';

const CLOSE_PATIENCE_MS = 5000;

/**
 * The server's end of a connection. The kernel takes `capacity` bytes; the rest is unsent until the peer has taken some
 * and `pull` lets the kernel have more. Nothing of it happens by itself, except that a close ends after 5 s.
 */
export class FakeSocket implements Socket {
  capacity: number;
  isPaused = false;
  isDestroyed = false;
  /** Told to its listener: nothing more is said to it. */
  isClosed = false;
  closing: { readonly code: number; readonly reason: string } | undefined;
  pings = 0;
  /** One for each write call that the connection made. */
  readonly writes: (readonly Uint8Array[])[] = [];
  readonly #clock: Pick<Clock, 'after'>;
  #listener: SocketListener | undefined;
  #kernel: Buffer[] = [];
  #inKernel = 0;
  #waiting: Buffer[] = [];
  #unsent = 0;

  constructor(clock: Pick<Clock, 'after'>, capacity = Number.POSITIVE_INFINITY) {
    this.#clock = clock;
    this.capacity = capacity;
  }

  readonly listen = (listener: SocketListener): void => {
    this.#listener = listener;
  };

  get unsent(): number {
    return this.#unsent;
  }

  /** Bytes that the peer can take. */
  get readable(): number {
    return this.#inKernel;
  }

  write(bytes: Uint8Array): boolean {
    return this.writeAll([bytes]);
  }

  writeAll(pieces: readonly Uint8Array[]): boolean {
    if (!this.isDestroyed && this.closing === undefined) {
      this.writes.push(pieces);
      this.#offer(pieces.length === 1 ? Buffer.from(pieces[0] ?? []) : Buffer.concat(pieces));
    }
    return this.#unsent === 0;
  }

  /** `pull` always tells. */
  awaitDrain(): void {}

  ping(): void {
    if (this.isDestroyed) return;
    this.pings += 1;
    this.#offer(Buffer.from([0x89, 0]));
  }

  close(code: number, reason: string): void {
    if (this.isDestroyed || this.closing !== undefined) return;
    this.closing = { code, reason };
    const text = Buffer.from(reason);
    this.#offer(Buffer.concat([Buffer.from([0x88, 2 + text.length, code >> 8, code & 255]), text]));
    this.#clock.after(CLOSE_PATIENCE_MS, () => this.end(1006));
  }

  destroy(): void {
    this.isDestroyed = true;
    this.end(1006);
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  /** A frame of the peer arrives. */
  text(frame: string | object): void {
    if (!this.isClosed) this.#listener?.onText(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  binary(): void {
    if (!this.isClosed) this.#listener?.onBinary();
  }

  /** A frame of the peer is above the limit. */
  tooBig(): void {
    if (!this.isClosed) this.#listener?.onTooBig();
  }

  sign(): void {
    if (!this.isClosed) this.#listener?.onSign();
  }

  /** The connection is over. */
  end(code: number): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.#listener?.onClose(code);
  }

  /** The peer takes up to `bytes` from the kernel. */
  take(bytes = Number.POSITIVE_INFINITY): Buffer {
    const whole = Buffer.concat(this.#kernel);
    const taken = whole.subarray(0, Math.min(bytes, whole.length));
    this.#kernel = taken.length === whole.length ? [] : [whole.subarray(taken.length)];
    this.#inKernel -= taken.length;
    return taken;
  }

  /** The kernel takes what it has room for; the connection hears of it when all is taken. */
  pull(): void {
    const before = this.#unsent;
    this.#fill();
    if (before > 0 && this.#unsent === 0 && !this.isClosed && this.closing === undefined) this.#listener?.onDrain();
  }

  /** What comes behind something that waits waits with it. */
  #offer(bytes: Buffer): void {
    const isFirst = this.#unsent === 0;
    this.#waiting.push(bytes);
    this.#unsent += bytes.length;
    if (isFirst) this.#fill();
  }

  #fill(): void {
    while (this.#unsent > 0 && this.#inKernel < this.capacity) {
      const next = this.#waiting.shift() ?? Buffer.alloc(0);
      const part = next.subarray(0, Math.min(next.length, this.capacity - this.#inKernel));
      if (part.length < next.length) this.#waiting.unshift(next.subarray(part.length));
      this.#kernel.push(part);
      this.#inKernel += part.length;
      this.#unsent -= part.length;
    }
  }
}
