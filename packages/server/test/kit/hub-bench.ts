import type { Position } from '@hubbub/protocol';
import type { Bus } from '../../src/bus/bus.ts';
import { MemoryBus } from '../../src/bus/memory-bus.ts';
import type { EventSink } from '../../src/events.ts';
import { Hub, type JoinOutcome } from '../../src/hub/hub.ts';
import type { Membership } from '../../src/hub/membership.ts';
import type { PublishRequest } from '../../src/hub/publisher.ts';
import type { RoomsOptions } from '../../src/hub/rooms.ts';
import { Turn } from '../../src/hub/turn.ts';
import { MemoryContents, MemoryStore } from '../../src/store/memory-store.ts';
import { type Store, StoreUnavailable } from '../../src/store/store.ts';
import { WriteBehind, type WriteBehindOptions } from '../../src/store/write-behind.ts';
import { eventSink } from './event-sink.ts';
import { FakeClock } from './fake-clock.ts';
import { FakeSubscriber } from './fake-subscriber.ts';
import { settle } from './settle.ts';

export interface HubBenchOptions {
  readonly contents?: MemoryContents;
  readonly clock?: FakeClock;
  readonly rooms?: Partial<RoomsOptions>;
  readonly queue?: Partial<WriteBehindOptions>;
  readonly events?: Partial<EventSink>;
  /** The store, seen through this. */
  readonly wrap?: (store: Store) => Store;
}

/** A hub on a memory store that can be away, with a clock that moves when told to. */
export class HubBench {
  readonly clock: FakeClock;
  readonly contents: MemoryContents;
  readonly events: EventSink;
  readonly turn: Turn;
  readonly bus: Bus;
  readonly store: Store;
  readonly queue: WriteBehind;
  readonly hub: Hub;
  readonly bugs: unknown[] = [];
  /** Names of operations that answer StoreUnavailable; `all`: every one. */
  readonly away = new Set<string>();
  /** Calls of the store, by name. */
  readonly calls: string[] = [];

  constructor(options: HubBenchOptions = {}) {
    this.clock = options.clock ?? new FakeClock();
    this.contents = options.contents ?? new MemoryContents();
    this.events = eventSink(options.events);
    this.turn = new Turn(this.clock, this.events);
    this.bus = new MemoryBus(this.clock);
    const real = this.#watched(new MemoryStore(this.contents));
    this.store = options.wrap?.(real) ?? real;
    const onBug = (error: unknown) => this.bugs.push(error);
    this.queue = new WriteBehind(this.store, this.events, this.clock, { random: () => 0, onBug, ...options.queue });
    const rooms = { maxRooms: 100, ringBytes: 1e9, ...options.rooms };
    const { bus, store, queue, events, clock, turn } = this;
    this.hub = new Hub({ bus, store, queue, events, clock, turn, options: rooms, onBug });
  }

  async join(subscriber: FakeSubscriber, roomId = 'r', since?: Position, history = 50): Promise<Membership> {
    const outcome = await this.tryJoin(subscriber, roomId, since, history);
    if (outcome.kind === 'refused') throw new Error(`refused: ${outcome.code}`);
    return outcome.membership;
  }

  async tryJoin(subscriber: FakeSubscriber, roomId = 'r', since?: Position, history = 50): Promise<JoinOutcome> {
    return this.hub.join(subscriber, { roomId, since, history, ref: 'j' });
  }

  async rejoin(membership: Membership, since?: Position): Promise<JoinOutcome> {
    return this.hub.rejoin(membership, { roomId: membership.room.id, since, history: 50, ref: 'again' });
  }

  /** Publishes in the name of the member, who is told what became of it. */
  say(membership: Membership, content: string, given: Partial<PublishRequest> = {}): Promise<void> | undefined {
    const author = membership.subscriber as FakeSubscriber;
    const { userId, username, authorJson } = author;
    const fixed = { type: 'chat', userId, username, authorJson, content, arrivedAt: this.clock.monotonic() } as const;
    return this.hub.publish(
      membership,
      { ...fixed, messageId: undefined, replyTo: undefined, retry: false, ref: content, ...given },
      author,
    );
  }

  /** Says 1, 2, 3 … one turn each, and lets them be stored. */
  async sayMany(membership: Membership, count: number, text = ''): Promise<void> {
    for (let i = 1; i <= count; i += 1) {
      this.say(membership, `${i}${text}`);
      this.clock.endTurn();
    }
    await this.rest();
  }

  /** Lets everything that can happen now happen, and 100 ms pass. */
  async rest(ms = 100): Promise<void> {
    for (let i = 0; i < 10; i += 1) {
      await settle();
      this.clock.endTurns();
    }
    await this.clock.pass(ms, async () => {
      await settle();
      this.clock.endTurns();
    });
    await settle();
  }

  /** Stops cleanly (or dies) and starts again on what was kept. */
  async restart(isClean: boolean, options: HubBenchOptions = {}): Promise<HubBench> {
    if (isClean) {
      await this.rest(1000);
      await this.store.close(this.queue.backlog() === 0);
    }
    this.clock.forget();
    return new HubBench({ ...options, contents: this.contents, clock: this.clock });
  }

  #watched(store: Store): Store {
    return new Proxy(store, {
      get: (target, name) => {
        const value = Reflect.get(target, name, target) as unknown;
        if (typeof value !== 'function') return value;
        return async (...args: unknown[]) => {
          this.calls.push(String(name));
          if (this.away.has('all') || this.away.has(String(name))) throw new StoreUnavailable('away');
          return value.apply(target, args);
        };
      },
    });
  }
}

export const user = (userId: string, connectionId?: string): FakeSubscriber => new FakeSubscriber(userId, connectionId);
