import type { Connection } from '../../../server/src/connection/connection.ts';
import type { FakeSocket } from '../../../server/test/kit/fake-socket.ts';
import type { Rng } from '../../../server/test/kit/rng.ts';
import { WireReader } from '../../../server/test/kit/wire-reader.ts';
import type { WebSocketLike } from '../../src/index.ts';

/** What may happen to a frame on its way. */
export interface Weather {
  readonly drop: number;
  readonly twice: number;
}

export const FAIR: Weather = { drop: 0, twice: 0 };

export interface PipeWatch {
  /** A frame reaches the server. */
  toServer(text: string): void;
  /** A frame leaves the server. */
  fromServer(text: string): void;
  ended(closeCode: number): void;
  /** The client gave this one up, and it speaks all the same. */
  orphan(speak: () => void): void;
}

type Said =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'sign' }
  | { readonly kind: 'close'; readonly code: number };

/** The fault proxy: a client's WebSocket at one end, the server's socket at the other, and nothing moves unless it is told to. */
export class Pipe implements WebSocketLike {
  onopen: (() => void) | null = null;
  onmessage: ((event: { readonly data: string }) => void) | null = null;
  onclose: ((event: { readonly code: number }) => void) | null = null;
  onerror: (() => void) | null = null;
  readonly url: string;
  readonly #rng: Rng;
  readonly #watch: PipeWatch;
  readonly #reader = new WireReader();
  #said: Said[] = [];
  socket: FakeSocket | undefined;
  connection: Connection | undefined;
  /** Half-open: nothing passes any more, and neither end is told. */
  isFrozen = false;
  #isOrphan = false;
  /** The client was told of the end. It may have given up before. */
  isClientGone = false;
  isServerGone = false;

  constructor(url: string, rng: Rng, watch: PipeWatch) {
    this.url = url;
    this.#rng = rng;
    this.#watch = watch;
  }

  get isOpening(): boolean {
    return this.socket === undefined && !this.isClientGone;
  }

  get isOver(): boolean {
    return this.isClientGone && (this.socket === undefined || this.isServerGone || this.socket.isClosed);
  }

  get canDeliver(): boolean {
    const { socket } = this;
    return socket !== undefined && !this.isFrozen && !this.isServerGone && !socket.isClosed && !socket.isPaused && this.#said.length > 0;
  }

  get canRead(): boolean {
    const { socket } = this;
    if (socket === undefined || this.isFrozen || this.isClientGone) return false;
    return socket.readable > 0 || socket.isDestroyed || this.isServerGone;
  }

  get canPull(): boolean {
    const { socket } = this;
    return socket !== undefined && !this.isServerGone && socket.unsent > 0 && socket.readable < socket.capacity;
  }

  send(text: string): void {
    this.#said.push({ kind: 'text', text });
  }

  /** The client gives up. What comes for it still comes, as from a socket that closes slowly. */
  close(code = 1000): void {
    this.#isOrphan = true;
    this.#said.push({ kind: 'close', code });
  }

  accepted(socket: FakeSocket): void {
    this.socket = socket;
    this.#speak(() => this.onopen?.());
  }

  deliver(weather: Weather): void {
    const next = this.#said.shift();
    if (next?.kind === 'sign') this.socket?.sign();
    else if (next?.kind === 'close') this.socket?.end(next.code);
    else if (next !== undefined) {
      for (let times = this.#times(weather); times > 0; times -= 1) {
        this.#watch.toServer(next.text);
        this.socket?.text(next.text);
      }
    }
  }

  read(bytes: number, weather: Weather): void {
    const isEnded = this.socket?.readable === 0;
    for (const { opcode, payload } of this.#reader.feed(this.socket?.take(bytes) ?? Buffer.alloc(0))) {
      if (this.isClientGone) return;
      if (opcode === 1) this.#hear(payload.toString(), weather);
      else if (opcode === 9) this.#said.push({ kind: 'sign' });
      else if (opcode === 8) this.#closed(payload.readUInt16BE(0));
    }
    if (isEnded && !this.isClientGone) this.cut();
  }

  /** The client learns that the connection is gone, or that none came about. */
  cut(code = 1006): void {
    this.isClientGone = true;
    this.#watch.ended(code);
    this.#speak(() => this.onclose?.({ code }));
  }

  /** The server learns it. */
  learn(): void {
    this.socket?.end(1006);
  }

  serverDied(): void {
    this.isServerGone = true;
    this.#said = [];
  }

  #hear(text: string, weather: Weather): void {
    this.#watch.fromServer(text);
    // Only an epoch that ends is told without a `ref`, and only once.
    const isOnce = text.startsWith('{"type":"joined"') && !text.includes('"ref":');
    for (let times = isOnce ? 1 : this.#times(weather); times > 0; times -= 1) this.#speak(() => this.onmessage?.({ data: text }));
  }

  #speak(speak: () => void): void {
    if (this.#isOrphan) this.#watch.orphan(speak);
    else speak();
  }

  #closed(code: number): void {
    this.#said.push({ kind: 'close', code });
    this.cut(code);
  }

  #times({ drop, twice }: Weather): number {
    const at = this.#rng.next();
    return at < drop ? 0 : at < drop + twice ? 2 : 1;
  }
}
