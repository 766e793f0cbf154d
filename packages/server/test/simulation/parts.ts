import type { Bus } from '../../src/bus/bus.ts';
import { MemoryBus } from '../../src/bus/memory-bus.ts';
import type { Store } from '../../src/store/store.ts';
import type { Clock } from '../../src/util/clock.ts';
import { FakeSocket } from '../kit/fake-socket.ts';
import type { Rng } from '../kit/rng.ts';

/** What a run is made of; the real parts, or broken ones that the checker must find out. */
export interface Parts {
  bus(clock: Clock, rng: Rng): Bus;
  store(real: Store, rng: Rng): Store;
  socket(clock: Clock, capacity: number, rng: Rng): FakeSocket;
}

export const REAL_PARTS: Parts = {
  bus: (clock) => new MemoryBus(clock),
  store: (real) => real,
  socket: (clock, capacity) => new FakeSocket(clock, capacity),
};
