import { decodeServerFrame, type ServerFrame } from '@hubbub/protocol';
import type { Connection, ConnectionOptions } from '../../src/connection/connection.ts';
import { Connections } from '../../src/connection/connections.ts';
import type { EventSink } from '../../src/events.ts';
import { FakeSocket } from './fake-socket.ts';
import type { FrameOf } from './fake-subscriber.ts';
import { HubBench, type HubBenchOptions } from './hub-bench.ts';
import { WireReader } from './wire-reader.ts';

interface Guest {
  readonly userId?: string;
  readonly rooms?: readonly string[];
  readonly history?: number;
  readonly problem?: string;
  readonly complaints?: readonly string[];
  readonly capacity?: number;
}

/** One end of a connection in a test: says frames, and keeps what it hears. */
export class Peer {
  readonly socket: FakeSocket;
  readonly connection: Connection;
  readonly heard: ServerFrame[] = [];
  readonly bench: ChatBench;
  closed = 0;
  readonly #reader = new WireReader();

  constructor(bench: ChatBench, guest: Guest) {
    this.bench = bench;
    this.socket = new FakeSocket(bench.clock, guest.capacity);
    const userId = guest.userId ?? 'ann';
    this.connection = bench.connections.open(this.socket, this.socket.listen, {
      identity: { userId, username: userId.toUpperCase(), problem: guest.problem },
      rooms: guest.rooms ?? ['r'],
      history: guest.history ?? 50,
      complaints: guest.complaints ?? [],
      onClosed: () => {
        this.closed += 1;
      },
    });
  }

  /** Says a frame and lets it have its effect; answers what was heard since the last time. */
  async say(frame: object | string): Promise<ServerFrame[]> {
    this.socket.text(frame);
    return this.listen();
  }

  async listen(): Promise<ServerFrame[]> {
    await this.bench.rest(20);
    return this.take();
  }

  take(): ServerFrame[] {
    const frames = this.#reader.feed(this.socket.take()).filter((frame) => frame.opcode === 1);
    const decoded = frames.map(({ payload }) => decodeServerFrame(payload.toString()));
    this.heard.push(...decoded);
    return decoded;
  }

  of<T extends ServerFrame['type']>(type: T): FrameOf<T>[] {
    return this.heard.filter((frame): frame is FrameOf<T> => frame.type === type);
  }
}

/** A node's connections over a hub bench. */
export class ChatBench extends HubBench {
  readonly connections: Connections;
  readonly dropped: string[] = [];
  readonly closes: string[] = [];

  constructor(options: HubBenchOptions & { readonly limits?: Partial<ConnectionOptions> } = {}) {
    const { dropped, closes } = { dropped: [] as string[], closes: [] as string[] };
    const heard: Partial<EventSink> = { dropped: (reason) => dropped.push(reason), closed: (reason) => closes.push(reason) };
    super({ ...options, events: { ...heard, ...options.events } });
    this.dropped = dropped;
    this.closes = closes;
    const { hub, turn, events, clock } = this;
    const limits = { ratePerSec: 0, rateBurst: 10, maxRoomsPerConnection: 100, ...options.limits };
    this.connections = new Connections({ hub, turn, events, clock, options: limits, onBug: (error) => this.bugs.push(error) });
  }

  async guest(guest: Guest = {}): Promise<Peer> {
    const peer = new Peer(this, guest);
    await peer.listen();
    return peer;
  }
}
