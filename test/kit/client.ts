import { WebSocket } from 'ws';
import { type Ack, type Incoming, isSequenced, type Joined, type Position, type Refusal, type Sequenced } from './frames.ts';
import type { ServerProcess } from './server-process.ts';
import { sleep, within } from './wait.ts';

export interface ConnectOptions {
  readonly userId?: string;
  readonly username?: string;
  /** `[]` joins none; undefined leaves the parameter out. */
  readonly rooms?: readonly string[];
  /** Default 0, so that a test sees only what happens in it; `undefined` leaves the parameter out. */
  readonly history?: number | string | undefined;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** False: frames go to `next` alone, not into the record. */
  readonly records?: boolean;
}

export interface Close {
  readonly code: number;
  readonly reason: string;
}

/** An upgrade that was answered with plain HTTP. */
export class UpgradeRefused extends Error {
  readonly status: number;
  readonly body: string;
  constructor(status: number, body: string) {
    super(`the upgrade was answered with ${status}: ${body}`);
    this.status = status;
    this.body = body;
  }
}

export type Received = Sequenced & { readonly epoch: string };

interface Waiter {
  readonly matches: (frame: Incoming) => boolean;
  readonly take: (frame: Incoming) => void;
  readonly fail: (error: Error) => void;
}

type Target = Pick<ServerProcess, 'wsUrl'>;

export function wsUrlOf(target: Target, options: ConnectOptions): string {
  const query = new URLSearchParams(options.query);
  if (options.userId !== undefined) query.set('userId', options.userId);
  if (options.username !== undefined) query.set('username', options.username);
  for (const room of options.rooms ?? []) query.append('room', room);
  if (options.rooms?.length === 0) query.set('room', '');
  const history = 'history' in options ? options.history : 0;
  if (history !== undefined) query.set('history', String(history));
  const text = query.toString();
  return text === '' ? target.wsUrl : `${target.wsUrl}?${text}`;
}

/**
 * One connection. Frames wait in a queue until a test asks for them; beside that, sequenced messages are recorded by room with the
 * epoch of the last `joined`, and acks by their ref.
 */
export class TestClient {
  readonly socket: WebSocket;
  readonly userId: string;
  readonly closed: Promise<Close>;
  readonly received = new Map<string, Received[]>();
  readonly acks = new Map<string | number, Ack>();
  readonly joins: Joined[] = [];
  readonly refusals: Refusal[] = [];
  readonly #positions = new Map<string, Position>();
  readonly #replaying = new Map<string, { left: number; readonly joined: Joined }>();
  #queue: Incoming[] = [];
  #waiters: Waiter[] = [];
  #close: Close | undefined;
  readonly #records: boolean;

  private constructor(socket: WebSocket, options: ConnectOptions) {
    this.socket = socket;
    this.userId = options.userId ?? 'anonymous';
    this.#records = options.records ?? true;
    socket.on('message', (bytes, isBinary) => {
      if (isBinary) throw new Error('the server sent a binary frame');
      this.#take(JSON.parse(bytes.toString()) as Incoming);
    });
    socket.on('error', () => {});
    this.closed = new Promise((resolve) => {
      socket.once('close', (code, reason) => {
        this.#close = { code, reason: reason.toString() };
        for (const waiter of this.#waiters.splice(0)) waiter.fail(new Error(`closed with ${code} ${reason.toString()} while waiting`));
        resolve(this.#close);
      });
    });
  }

  /** Resolves when the upgrade is done; rejects with `UpgradeRefused` when it is answered with plain HTTP. */
  static async connect(target: Target, options: ConnectOptions = {}): Promise<TestClient> {
    const socket = new WebSocket(wsUrlOf(target, options), { headers: options.headers ?? {}, perMessageDeflate: false });
    const client = new TestClient(socket, options);
    const opened = new Promise<void>((resolve, reject) => {
      socket.once('open', () => resolve());
      socket.once('error', reject);
      socket.once('unexpected-response', (_, response) => {
        let body = '';
        response.on('data', (chunk: Buffer) => {
          body += chunk.toString();
        });
        response.once('close', () => reject(new UpgradeRefused(response.statusCode ?? 0, body)));
      });
    });
    await within('the upgrade', opened, 15_000);
    return client;
  }

  /** Connects and waits until every room of the query said `joined`. */
  static async join(target: Target, options: ConnectOptions & { readonly rooms: readonly string[] }): Promise<TestClient> {
    const client = await TestClient.connect(target, options);
    for (const room of options.rooms) await client.next((frame) => frame.type === 'joined' && frame.roomId === room);
    return client;
  }

  get isOpen(): boolean {
    return this.socket.readyState === WebSocket.OPEN;
  }

  get closedWith(): Close | undefined {
    return this.#close;
  }

  /** Where this client stands in a room: the place to resume from. */
  position(roomId: string): Position | undefined {
    return this.#positions.get(roomId);
  }

  messages(roomId: string): readonly Received[] {
    return this.received.get(roomId) ?? [];
  }

  send(frame: unknown): void {
    this.sendRaw(JSON.stringify(frame));
  }

  sendRaw(bytes: string | Buffer, isBinary = false): void {
    this.socket.send(bytes, { binary: isBinary }, () => {});
  }

  chat(content: string, more: Readonly<Record<string, unknown>> = {}): void {
    this.send({ type: 'chat', content, ...more });
  }

  /** Takes the first frame that matches out of the queue, waiting for it if need be. Others stay. */
  next<T extends Incoming>(matches: (frame: Incoming) => frame is T, timeoutMs?: number): Promise<T>;
  next(matches?: (frame: Incoming) => boolean, timeoutMs?: number): Promise<Incoming>;
  next(matches: (frame: Incoming) => boolean = () => true, timeoutMs = 5_000): Promise<Incoming> {
    const at = this.#queue.findIndex(matches);
    const [waiting] = at === -1 ? [] : this.#queue.splice(at, 1);
    if (waiting !== undefined) return Promise.resolve(waiting);
    if (this.#close !== undefined) return Promise.reject(new Error(`closed with ${this.#close.code} ${this.#close.reason}`));
    let waiter: Waiter | undefined;
    const arrives = new Promise<Incoming>((take, fail) => {
      waiter = { matches, take, fail };
      this.#waiters.push(waiter);
    });
    const asked = `${this.userId} receives ${matches.toString().slice(0, 160)}`;
    return within(asked, arrives, timeoutMs).catch((error: unknown) => {
      this.#waiters = this.#waiters.filter((other) => other !== waiter);
      throw new Error(`${String(error)}; waiting in the queue: ${JSON.stringify(this.#queue.slice(0, 8))}`);
    });
  }

  /** Takes all that wait in the queue after everything sent so far has been answered. */
  async drained(): Promise<Incoming[]> {
    await this.settled();
    return this.#queue.splice(0);
  }

  /** Waits until the server has read every frame sent so far (a pong comes back), and 50 ms more for its answers. */
  async settled(): Promise<void> {
    const pong = new Promise<void>((resolve) => this.socket.once('pong', () => resolve()));
    this.socket.ping();
    await within('the pong', pong);
    await sleep(50);
  }

  /** Fails when such a frame is here or comes within the time. */
  async never(matches: (frame: Incoming) => boolean, ms: number): Promise<void> {
    const at = this.#queue.findIndex(matches);
    if (at === -1) await sleep(ms);
    const found = this.#queue.find(matches);
    if (found !== undefined) throw new Error(`${this.userId} received what it should not: ${JSON.stringify(found)}`);
  }

  /** Ends the connection normally. */
  async close(): Promise<Close> {
    this.socket.close(1000);
    return within('the close', this.closed);
  }

  /** Ends the connection as a lost network does: no close frame. */
  cut(): void {
    this.socket.terminate();
  }

  #take(frame: Incoming): void {
    if (this.#records) this.#record(frame);
    const at = this.#waiters.findIndex((waiter) => waiter.matches(frame));
    const [waiter] = at === -1 ? [] : this.#waiters.splice(at, 1);
    if (waiter !== undefined) waiter.take(frame);
    else if (this.#records) this.#queue.push(frame);
  }

  #record(frame: Incoming): void {
    if (frame.type === 'ack') this.acks.set(frame.ref, frame);
    else if (frame.type === 'error') this.refusals.push(frame);
    else if (frame.type === 'joined') this.#recordJoined(frame);
    else if (isSequenced(frame)) this.#recordMessage(frame);
  }

  #recordJoined(joined: Joined): void {
    this.joins.push(joined);
    if ((joined.replay ?? 0) > 0) this.#replaying.set(joined.roomId, { left: joined.replay ?? 0, joined });
    else this.#positions.set(joined.roomId, { epoch: joined.epoch, seq: joined.seq });
  }

  /** During a replay the position stays where it was: what is replayed may be of an epoch that has ended. */
  #recordMessage(message: Sequenced): void {
    const replaying = this.#replaying.get(message.roomId);
    const epoch = replaying?.joined.epoch ?? this.#positions.get(message.roomId)?.epoch ?? '?';
    const list = this.received.get(message.roomId);
    if (list === undefined) this.received.set(message.roomId, [{ ...message, epoch }]);
    else list.push({ ...message, epoch });
    if (replaying === undefined) {
      this.#positions.set(message.roomId, { epoch, seq: message.seq });
    } else if (--replaying.left === 0) {
      this.#replaying.delete(message.roomId);
      this.#positions.set(message.roomId, { epoch, seq: replaying.joined.seq });
    }
  }
}
