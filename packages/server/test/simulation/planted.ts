import type { AppendOutcome, Bus, BusListener, Draft, Publication } from '../../src/bus/bus.ts';
import { MemoryBus } from '../../src/bus/memory-bus.ts';
import { Ring } from '../../src/hub/ring.ts';
import type { Store } from '../../src/store/store.ts';
import { FakeSocket } from '../kit/fake-socket.ts';
import type { Rng } from '../kit/rng.ts';
import { storeBut } from '../kit/store-but.ts';
import { type Parts, REAL_PARTS } from './parts.ts';

/** A bug planted into one part. `plant` does what no port allows; it returns how to undo it. */
export interface PlantedBug {
  readonly name: string;
  /** What the checker must say of it. */
  readonly verdict: RegExp;
  readonly parts: Parts;
  readonly plant?: () => () => void;
}

/** The real bus with something wrong in it. */
class BrokenBus implements Bus {
  readonly real: MemoryBus;
  readonly rng: Rng;

  constructor(...[clock, rng]: Parameters<Parts['bus']>) {
    this.real = new MemoryBus(clock);
    this.rng = rng;
  }

  listen(listener: BusListener): void {
    this.real.listen(listener);
  }
  open(...args: Parameters<Bus['open']>): ReturnType<Bus['open']> {
    return this.real.open(...args);
  }
  close(roomId: string): void {
    this.real.close(roomId);
  }
  append(draft: Draft, settle: (outcome: AppendOutcome) => void): void {
    this.real.append(draft, settle);
  }
  knownSince(roomId: string): number {
    return this.real.knownSince(roomId);
  }
  isAvailable(): boolean {
    return true;
  }
  stop(): Promise<void> {
    return this.real.stop();
  }
}

/** Now and then a publication reaches the members after the one that follows it. */
class SwappingBus extends BrokenBus {
  override listen(listener: BusListener): void {
    let held: Publication | undefined;
    super.listen({
      onNewEpoch: (roomId, head) => listener.onNewEpoch(roomId, head),
      onPublication: (publication) => {
        const isFirst = held === undefined && this.rng.chance(0.1);
        const before = held;
        held = isFirst ? publication : undefined;
        if (isFirst) return;
        listener.onPublication(publication);
        if (before !== undefined) listener.onPublication(before);
      },
    });
  }
}

/** Gives a `seq` to two publications. */
class ReusingBus extends BrokenBus {
  #shift = 0;

  override listen(listener: BusListener): void {
    super.listen({
      onNewEpoch: (roomId, head) => listener.onNewEpoch(roomId, head),
      onPublication: (publication) => {
        this.#shift = publication.seq > 1 && this.rng.chance(0.1) ? 1 : 0;
        listener.onPublication(this.#shifted(publication));
      },
    });
  }

  override append(draft: Draft, settle: (outcome: AppendOutcome) => void): void {
    super.append(draft, (outcome) =>
      settle(outcome.kind === 'accepted' ? { kind: 'accepted', publication: this.#shifted(outcome.publication) } : outcome),
    );
  }

  #shifted(publication: Publication): Publication {
    return { ...publication, seq: publication.seq - this.#shift };
  }
}

/** Now and then it does not remember an id. */
class ForgetfulBus extends BrokenBus {
  override append(draft: Draft, settle: (outcome: AppendOutcome) => void): void {
    super.append(this.rng.chance(0.3) ? { ...draft, isClientId: false } : draft, settle);
  }
}

/** Says that it has what it will write with the next batch. */
function hastyStore(real: Store): Store {
  let late: Parameters<Store['append']>[0] = [];
  const append: Store['append'] = async (batch) => {
    const due = late;
    late = batch;
    if (due.length > 0) await real.append(due);
    return batch.map(() => ({ kind: 'inserted' }));
  };
  const close: Store['close'] = async (isClean) => {
    if (late.length > 0) await real.append(late);
    await real.close(isClean);
  };
  return storeBut(real, { append, close });
}

/** After a restart it knows no ids. */
const amnesiacStore = (real: Store): Store =>
  storeBut(real, {
    find: async () => undefined,
    room: async (...args) => ({ ...(await real.room(...args)), knownIds: [], knownSince: 0 }),
  });

/** Takes every position for one that it can prove. */
const credulousStore = (real: Store): Store =>
  storeBut(real, {
    missed: async (roomId, { seq }, through) => {
      const rows = await real.sequencedAfter(roomId, seq, through, 1000);
      return { kind: 'covered', count: rows.length, bytes: 0 };
    },
  });

/** Takes an unclean stop for a clean one: the epoch goes on where the store stands. */
const blindStore = (real: Store): Store =>
  storeBut(real, {
    room: async (...args) => {
      const record = await real.room(...args);
      return { ...record, head: record.head && { ...record.head, isContinued: true } };
    },
  });

/** Leaves a row out of a replay, and says nothing of it. */
const leakyStore = (real: Store): Store =>
  storeBut(real, {
    sequencedAfter: async (...args) => {
      const rows = await real.sequencedAfter(...args);
      return rows.length > 2 ? rows.slice(0, -1) : rows;
    },
    missed: async (...args) => {
      const missed = await real.missed(...args);
      return missed.kind === 'covered' && missed.count > 2 ? { ...missed, count: missed.count - 1 } : missed;
    },
  });

/** Loses what one write carried. */
class LossySocket extends FakeSocket {
  readonly #rng: Rng;

  constructor(rng: Rng, ...args: ConstructorParameters<typeof FakeSocket>) {
    super(...args);
    this.#rng = rng;
  }

  override write(bytes: Uint8Array): boolean {
    return this.#rng.chance(0.05) ? this.unsent === 0 : super.write(bytes);
  }
}

/** A resume from the ring leaves out the newest but one. */
function skipInRing(): () => void {
  const { at } = Ring.prototype;
  Ring.prototype.at = function (this: Ring, seq) {
    const entry = at.call(this, seq);
    return entry !== undefined && seq % 5 === 0 ? (at.call(this, seq + 1) ?? entry) : entry;
  };
  return () => {
    Ring.prototype.at = at;
  };
}

const withBus = (Broken: typeof BrokenBus): Parts => ({ ...REAL_PARTS, bus: (clock, rng) => new Broken(clock, rng) });
const withStore = (store: Parts['store']): Parts => ({ ...REAL_PARTS, store });

export const PLANTED_BUGS: readonly PlantedBug[] = [
  { name: 'ordering: two publications are swapped', verdict: /P2|P3|out of order/, parts: withBus(SwappingBus) },
  { name: 'ordering: a seq is used twice', verdict: /P2/, parts: withBus(ReusingBus) },
  { name: 'ordering: an epoch goes on after a crash', verdict: /P1|P2|P3|out of order/, parts: withStore(blindStore) },
  { name: 'dedupe: the bus forgets ids', verdict: /P4/, parts: withBus(ForgetfulBus) },
  { name: 'dedupe: nothing is known after a restart', verdict: /P4/, parts: withStore(amnesiacStore) },
  { name: 'recovery: the ring skips a message', verdict: /P3|stuck/, parts: REAL_PARTS, plant: skipInRing },
  { name: 'recovery: every position is believed', verdict: /P3/, parts: withStore(credulousStore) },
  { name: 'recovery: the store leaves a message out', verdict: /P3/, parts: withStore(leakyStore) },
  { name: 'durability: an ack before the commit', verdict: /P1|P3/, parts: withStore(hastyStore) },
  {
    name: 'fan-out: a write is lost',
    verdict: /P3|ACK-5|stuck/,
    parts: { ...REAL_PARTS, socket: (clock, capacity, rng) => new LossySocket(rng, clock, capacity) },
  },
];
