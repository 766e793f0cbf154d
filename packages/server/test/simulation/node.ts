import { Connections } from '../../src/connection/connections.ts';
import { Hub } from '../../src/hub/hub.ts';
import { Turn } from '../../src/hub/turn.ts';
import { type MemoryContents, MemoryStore } from '../../src/store/memory-store.ts';
import { WriteBehind } from '../../src/store/write-behind.ts';
import { eventSink } from '../kit/event-sink.ts';
import type { FakeClock } from '../kit/fake-clock.ts';
import { FaultStore } from '../kit/fault-store.ts';
import type { Rng } from '../kit/rng.ts';
import { settle } from '../kit/settle.ts';
import type { Journal } from './journal.ts';
import type { Parts } from './parts.ts';

export interface NodeOptions {
  readonly maxUnstored: number;
  readonly maxRooms: number;
  readonly ringBytes: number;
  readonly ratePerSec: number;
}

export interface NodeDeps {
  readonly clock: FakeClock;
  readonly rng: Rng;
  readonly journal: Journal;
  readonly parts: Parts;
  readonly contents: MemoryContents;
  readonly options: NodeOptions;
}

/** One process: the real hub, connections, order and write queue over a store whose every step is told. */
export class SimNode {
  readonly store: FaultStore;
  readonly queue: WriteBehind;
  readonly hub: Hub;
  readonly connections: Connections;
  readonly #deps: NodeDeps;
  readonly #turn: Turn;
  readonly #stopBus: () => Promise<void>;

  constructor(deps: NodeDeps) {
    const { clock, rng, journal, parts, contents, options } = deps;
    this.#deps = deps;
    this.store = new FaultStore(parts.store(new MemoryStore(contents), rng));
    const events = eventSink({
      accepted: (publication) => journal.onAccepted(publication),
      joined: (roomId, userId) => journal.onPresence('joined', roomId, userId),
      left: (roomId, userId) => journal.onPresence('left', roomId, userId),
      resumed: (recovered) => journal.count(recovered ? 'resumed' : 'reset'),
    });
    const onBug = (error: unknown) => journal.violated(`bug: ${error instanceof Error ? error.stack : String(error)}`);
    this.queue = new WriteBehind(this.store, events, clock, { maxMessages: options.maxUnstored, maxBatch: 7, random: rng.next, onBug });
    const bus = parts.bus(clock, rng);
    this.#stopBus = () => bus.stop();
    this.#turn = new Turn(clock, events);
    this.hub = new Hub({ bus, store: this.store, queue: this.queue, events, clock, turn: this.#turn, options, onBug });
    const limits = { ratePerSec: options.ratePerSec, rateBurst: 10, maxRoomsPerConnection: 3 };
    this.connections = new Connections({ hub: this.hub, turn: this.#turn, events, clock, options: limits, onBug });
  }

  /** `kill -9`: nothing that was not committed is ever heard of again. */
  crash(): void {
    this.store.die();
    this.#deps.clock.forget();
    this.#deps.journal.processEnded(false);
  }

  /** The steps of compose.ts, in their order. `isStoreUp`: what the store does meanwhile. */
  async stop(isStoreUp: boolean): Promise<void> {
    this.connections.deafen();
    await this.#during(this.queue.flush(2000), isStoreUp);
    this.#turn.flush();
    this.connections.closeAll();
    await this.#deps.clock.pass(20, settle);
    this.connections.destroyAll();
    await this.#during(this.queue.flush(20_000), isStoreUp);
    this.hub.stop();
    await this.#stopBus();
    const isClean = this.queue.backlog() === 0;
    await this.store.close(isClean);
    this.store.die();
    this.#deps.clock.forget();
    this.#deps.journal.processEnded(isClean);
  }

  async #during(work: Promise<unknown>, isStoreUp: boolean): Promise<void> {
    let isDone = false;
    work.then(() => {
      isDone = true;
    });
    await settle();
    while (!isDone) {
      for (const operation of this.store.ready()) {
        if (isStoreUp) await this.store.step(operation);
        else await this.store.fail(operation, 'before');
      }
      this.#deps.clock.endTurns();
      await this.#deps.clock.pass(isStoreUp ? 5 : 500, settle);
    }
  }
}
