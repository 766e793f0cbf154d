import { connect, type Socket } from 'node:net';
import { within } from './wait.ts';

const KEY = 'dGhlIHNhbXBsZSBub25jZQ==';

/** A TCP connection that speaks WebSocket by hand, so that it can speak it badly. */
export class RawSocket {
  readonly socket: Socket;
  readonly closed: Promise<void>;
  #bytes: Buffer = Buffer.alloc(0);

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1');
    this.socket.on('error', () => {});
    this.socket.on('data', (chunk) => {
      this.#bytes = Buffer.concat([this.#bytes, chunk]);
    });
    this.closed = new Promise((resolve) => this.socket.once('close', () => resolve()));
  }

  /** Everything that came so far. */
  get text(): string {
    return this.#bytes.toString('latin1');
  }

  /** The code of a close frame at the end of what came, if there is one. */
  get closeCode(): number | undefined {
    const at = this.#bytes.lastIndexOf(0x88);
    return at === -1 || this.#bytes.length < at + 4 ? undefined : this.#bytes.readUInt16BE(at + 2);
  }

  /** Sends the upgrade; resolves with the status of its answer. */
  async upgrade(path: string, headers: readonly string[] = []): Promise<number> {
    const lines = [
      `GET ${path} HTTP/1.1`,
      'Host: 127.0.0.1',
      'Upgrade: websocket',
      'Connection: Upgrade',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${KEY}`,
    ];
    this.socket.write(`${[...lines, ...headers].join('\r\n')}\r\n\r\n`);
    const answered = new Promise<void>((resolve) => {
      const look = (): void => {
        if (this.text.includes('\r\n\r\n')) resolve();
      };
      this.socket.on('data', look);
      this.socket.once('close', () => resolve());
    });
    await within('the answer to the upgrade', answered);
    return Number(/^HTTP\/1\.1 (\d+)/.exec(this.text)?.[1] ?? 0);
  }

  /** One frame; masked with zeros unless told otherwise. `start`: the first byte (final bit, reserved bits, opcode). */
  frame(start: number, payload: string | Buffer = '', isMasked = true): void {
    const body = Buffer.from(payload);
    const mask = isMasked ? 0x80 : 0;
    const head = body.length < 126 ? [start, mask | body.length] : [start, mask | 126, body.length >> 8, body.length & 255];
    this.socket.write(Buffer.concat([Buffer.from([...head, ...(isMasked ? [0, 0, 0, 0] : [])]), body]));
  }

  end(): void {
    this.socket.destroy();
  }
}

export const FINAL_TEXT = 0x81;
export const FIRST_TEXT = 0x01;
export const MORE = 0x00;
export const PING = 0x89;
