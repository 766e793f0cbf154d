import { FakeClock } from '../../../server/test/kit/fake-clock.ts';
import {
  type Client,
  type ClientOptions,
  connect,
  type Room,
  type RoomEvent,
  type WebSocketConstructor,
  type WebSocketLike,
} from '../../src/index.ts';

type Frame = Readonly<Record<string, unknown>> & { readonly type: string };

/** A socket whose other end is the test. */
export class FakeWebSocket implements WebSocketLike {
  onopen: (() => void) | null = null;
  onmessage: ((event: { readonly data: unknown }) => void) | null = null;
  onclose: ((event: { readonly code: number }) => void) | null = null;
  onerror: (() => void) | null = null;
  readonly url: string;
  /** Frames that nobody took yet. */
  readonly said: Frame[] = [];
  closedWith: number | undefined;

  constructor(url: string) {
    this.url = url;
  }

  send(text: string): void {
    this.said.push(JSON.parse(text) as Frame);
  }

  close(code = 1005): void {
    this.closedWith = code;
  }

  /** The client hears this frame. */
  tell(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }

  end(code: number): void {
    this.onclose?.({ code });
  }

  /** Takes all frames that the client said. */
  take(): Frame[] {
    return this.said.splice(0);
  }
}

/** A client on a fake clock, and the server's end of its connections. */
export class Bench {
  readonly clock = new FakeClock();
  readonly sockets: FakeWebSocket[] = [];
  readonly client: Client;
  random = 0.5;
  #numbers = 0;

  constructor(options: Partial<ClientOptions> = {}) {
    const add = (socket: FakeWebSocket): void => {
      this.sockets.push(socket);
    };
    const WebSocket: WebSocketConstructor = class extends FakeWebSocket {
      constructor(url: string) {
        super(url);
        add(this);
      }
    };
    this.client = connect({
      url: 'ws://here/ws',
      clock: { now: this.clock.monotonic, wall: this.clock.now, after: (ms, run) => this.clock.after(ms, run) },
      random: () => this.random,
      WebSocket,
      ...options,
    });
  }

  /** The newest. */
  get socket(): FakeWebSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error('there is no socket yet');
    return socket;
  }

  /** The server accepts the newest connection. */
  open(): FakeWebSocket {
    this.socket.onopen?.();
    return this.socket;
  }

  /** Waits as long as the client does, and accepts. */
  comeBack(): FakeWebSocket {
    const { connection } = this.client;
    if (connection.kind === 'waiting') this.clock.advance(connection.retryAt - this.client.now());
    return this.open();
  }

  /** Answers the oldest join that was said. */
  answerJoin(answer: Partial<{ epoch: string; seq: number; recovered: boolean; replay: number }> = {}, socket = this.socket): void {
    const at = socket.said.findIndex(({ type }) => type === 'join');
    const [join] = at === -1 ? [] : socket.said.splice(at, 1);
    if (join === undefined) throw new Error('no join was said');
    socket.tell({ type: 'joined', roomId: join.roomId, ref: join.ref, epoch: 'e', seq: 0, recovered: false, replay: 0, ...answer });
  }

  message(seq: number, more: object = {}, socket = this.socket): void {
    this.#numbers += 1;
    const message = {
      messageId: `id ${seq}`,
      roomId: 'r',
      type: 'chat',
      userId: 'u',
      username: 'U',
      content: `says ${seq}`,
      timestamp: 't',
    };
    socket.tell({ ...message, seq, ...more });
  }
}

/** A client that is live in room r, at position 0, and what happens there. */
export function live(options: Partial<ClientOptions> = {}): { bench: Bench; room: Room; events: RoomEvent[] } {
  const bench = new Bench(options);
  const room = bench.client.join('r');
  const events: RoomEvent[] = [];
  room.subscribe((event) => events.push(event));
  bench.open();
  bench.answerJoin();
  return { bench, room, events };
}

export const seqsOf = (room: Room): (number | undefined)[] => room.snapshot().messages.map(({ seq }) => seq);
