import type { Identity } from '../admission/identity.ts';
import type { EventSink } from '../events.ts';
import type { Hub } from '../hub/hub.ts';
import type { Turn } from '../hub/turn.ts';
import type { Clock } from '../util/clock.ts';
import { Connection, type ConnectionDeps, type ConnectionOptions } from './connection.ts';
import { joinAtStart } from './dispatch.ts';
import { Heartbeat } from './heartbeat.ts';
import { receive } from './inbound.ts';
import type { Socket, SocketListener } from './socket.ts';

export interface ConnectionsDeps {
  readonly hub: Hub;
  readonly turn: Turn;
  readonly events: EventSink;
  readonly clock: Clock;
  readonly options: ConnectionOptions;
  readonly onBug: (error: unknown) => void;
}

/** How a new connection starts. */
export interface Opening {
  readonly identity: Identity;
  readonly rooms: readonly string[];
  readonly history: number;
  readonly complaints: readonly string[];
  /** The socket is gone. */
  readonly onClosed: () => void;
}

/** All connections of this node, from their opening to their end. */
export class Connections {
  readonly #shared: ConnectionDeps;
  readonly #heartbeat: Heartbeat;
  readonly #clock: Clock;
  /** With what to do when each is gone. */
  readonly #open = new Map<Connection, () => void>();
  #made = 0;

  constructor(deps: ConnectionsDeps) {
    this.#clock = deps.clock;
    this.#heartbeat = new Heartbeat(deps.clock);
    this.#shared = { ...deps, receive, onClosed: (connection) => this.#closed(connection) };
  }

  get size(): number {
    return this.#open.size;
  }

  /** Makes a connection of a socket that is open; `listen` is called at once. */
  open(socket: Socket, listen: (listener: SocketListener) => void, opening: Opening): Connection {
    this.#made += 1;
    const { identity, history } = opening;
    const connection = new Connection(socket, this.#shared, { id: `c${this.#made}`, identity, history, now: this.#clock.monotonic() });
    this.#open.set(connection, opening.onClosed);
    this.#heartbeat.add(connection);
    this.#shared.events.connected(connection.fact);
    listen(connection);
    for (const complaint of opening.complaints) connection.refused(undefined, 'bad_frame', complaint);
    if (identity.problem !== undefined) connection.refused(undefined, 'username_invalid', identity.problem);
    else joinAtStart(connection, opening.rooms);
    return connection;
  }

  /** Nothing is heard any more; what is on its way is still said. */
  deafen(): void {
    for (const connection of this.#open.keys()) connection.deafen();
  }

  /** Tells all to come back elsewhere. */
  closeAll(): void {
    for (const connection of [...this.#open.keys()]) connection.close('restarting');
  }

  destroyAll(): void {
    this.#heartbeat.stop();
    for (const connection of [...this.#open.keys()]) connection.destroy();
  }

  #closed(connection: Connection): void {
    this.#heartbeat.remove(connection);
    const onClosed = this.#open.get(connection);
    this.#open.delete(connection);
    onClosed?.();
  }
}
