import { type Clock, systemClock } from './clock.ts';
import { RoomCore } from './core/room-core.ts';
import { Session } from './core/session.ts';
import type { ConnectionState, RoomEvent, SendOutcome } from './core/states.ts';
import type { Effect, Step } from './core/steps.ts';
import { type Listener, Listeners } from './listeners.ts';
import { makeUuid, type Random, systemRandom } from './random.ts';
import { Room } from './room.ts';
import { type Settings, settingsOf } from './settings.ts';
import { builtInWebSocket, openSocket, type Socket, type WebSocketConstructor } from './socket.ts';
import { Timer } from './timer.ts';
import { onWakeSignals } from './wake-signals.ts';
import { addressOf, encodeClientFrame } from './wire.ts';

export interface ClientOptions extends Partial<Settings> {
  /** `ws://host/ws` or `wss://host/ws`. */
  readonly url: string;
  /** Default: the server's, `anonymous`. Ignored by a server that takes tokens. */
  readonly userId?: string;
  readonly username?: string;
  /** Messages shown when a room is joined, 0 to 200. Default: the server's. */
  readonly history?: number;
  /** A token, or where to get one: asked before each attempt to connect. */
  readonly token?: string | (() => string | Promise<string>);
  /** Default: the built-in one. */
  readonly WebSocket?: WebSocketConstructor;
  readonly clock?: Clock;
  readonly random?: Random;
}

export type ClientEvent =
  | { readonly kind: 'connection'; readonly state: ConnectionState }
  /** The server refused something that was no message and no join, such as the username. */
  | { readonly kind: 'refusal'; readonly code: string; readonly message: string };

/** A connection that comes back by itself, and the rooms on it. Made by `connect`. */
export class Client {
  readonly #options: ClientOptions;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #WebSocket: WebSocketConstructor;
  readonly #settings: Settings;
  readonly #session: Session;
  readonly #timer: Timer;
  readonly #listeners = new Listeners<ClientEvent>();
  readonly #rooms = new Map<RoomCore, Room>();
  readonly #unsettled = new Map<string, (outcome: SendOutcome) => void>();
  readonly #endSignals: () => void;
  #socket: { readonly number: number; readonly end: Socket | undefined } | undefined;
  #effects: Effect[] = [];
  #isBusy = false;

  /** @internal Use `connect`. */
  constructor(options: ClientOptions) {
    this.#options = { ...options };
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? systemRandom;
    this.#WebSocket = options.WebSocket ?? builtInWebSocket();
    this.#settings = settingsOf(options);
    const renewsToken = typeof options.token === 'function';
    this.#session = new Session({ settings: this.#settings, random: this.#random, renewsToken });
    this.#timer = new Timer(this.#clock, (kind) => this.#step({ kind }));
    this.#endSignals = onWakeSignals(() => this.wake());
    this.#carryOut(this.#session.start(this.#clock.now()));
  }

  get connection(): ConnectionState {
    return this.#session.connection;
  }

  /** Milliseconds of the clock that `retryAt` is on. */
  now(): number {
    return this.#clock.now();
  }

  /** Calls `listener` with each change; the returned function ends it. */
  readonly subscribe = (listener: Listener<ClientEvent>): (() => void) => this.#listeners.add(listener);

  /** Joins a room, now or when there is a connection. The same object as long as it is not left. */
  join(roomId: string): Room {
    const core = this.#session.room(roomId) ?? new RoomCore(roomId, this.#settings);
    const known = this.#rooms.get(core);
    if (known !== undefined) return known;
    const room = this.#makeRoom(core);
    this.#rooms.set(core, room);
    this.#step({ kind: 'join', room: core });
    return room;
  }

  /** Tries again at once, and does not trust a connection that was silent: the machine woke up, or the network is back. */
  wake(): void {
    this.#step({ kind: 'wake' });
  }

  /** Leaves everything. Messages that are not acked by now resolve with `closed`. */
  close(): void {
    this.#step({ kind: 'close' });
  }

  #makeRoom(core: RoomCore): Room {
    return new Room({
      core,
      step: (step) => this.#step(step),
      pendingOf: (roomId) => this.#session.pendingOf(roomId),
      makeId: () => makeUuid(this.#random),
      settled: (messageId) => new Promise((resolve) => this.#unsettled.set(messageId, resolve)),
    });
  }

  #step(step: Step): void {
    this.#carryOut(this.#session.step(step, this.#clock.now()));
  }

  /** Listeners may take further steps: their effects follow those that are still to be carried out. */
  #carryOut(effects: readonly Effect[]): void {
    this.#effects.push(...effects);
    if (this.#isBusy) return;
    this.#isBusy = true;
    for (let effect = this.#effects.shift(); effect !== undefined; effect = this.#effects.shift()) this.#do(effect);
    this.#isBusy = false;
    this.#timer.set(this.#session.nextAt);
  }

  #do(effect: Effect): void {
    switch (effect.kind) {
      case 'open':
        return this.#open(effect.socket);
      case 'write':
        return this.#socket?.end?.send(encodeClientFrame(effect.frame));
      case 'abandon':
        this.#socket?.end?.abandon();
        this.#socket = undefined;
        return;
      case 'settled':
        this.#unsettled.get(effect.outcome.messageId)?.(effect.outcome);
        this.#unsettled.delete(effect.outcome.messageId);
        return;
      case 'room':
        return this.#tellRoom(effect.room, effect.event);
      case 'connection':
        if (effect.state.kind === 'closed') this.#endSignals();
        return this.#listeners.tell(effect);
      case 'refusal':
        return this.#listeners.tell(effect);
    }
  }

  #tellRoom(core: RoomCore, event: RoomEvent): void {
    const room = this.#rooms.get(core);
    if (event.kind === 'state' && event.state.kind === 'left') this.#rooms.delete(core);
    room?.tell(event);
  }

  #open(number: number): void {
    this.#socket = { number, end: undefined };
    const { token } = this.#options;
    if (typeof token !== 'function') return this.#connect(number, token);
    // A provider that throws is like one that rejects: tried again with the next attempt.
    const asked = new Promise<string>((resolve) => resolve(token()));
    asked.then(
      (text) => this.#connect(number, text),
      () => this.#step({ kind: 'ended', socket: number, closeCode: NO_TOKEN }),
    );
  }

  /** Unless the attempt was given up meanwhile. */
  #connect(number: number, token: string | undefined): void {
    if (this.#socket?.number !== number) return;
    const { url, userId, username, history } = this.#options;
    const end = openSocket(this.#WebSocket, addressOf({ url, userId, username, history, token }), {
      opened: () => this.#step({ kind: 'opened', socket: number }),
      text: (text) => this.#step({ kind: 'text', socket: number, text }),
      ended: (closeCode) => this.#step({ kind: 'ended', socket: number, closeCode }),
    });
    this.#socket = { number, end };
  }
}

/** As if the connection had not come about. */
const NO_TOKEN = 1006;

/** Connects, and keeps connected until `close`. Throws for an address that is none, and where there is no WebSocket. */
export function connect(options: ClientOptions): Client {
  return new Client(options);
}
