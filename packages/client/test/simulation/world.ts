import { MemoryContents } from '../../../server/src/store/memory-store.ts';
import { FakeClock } from '../../../server/test/kit/fake-clock.ts';
import { FakeSocket } from '../../../server/test/kit/fake-socket.ts';
import { Rng } from '../../../server/test/kit/rng.ts';
import { settle } from '../../../server/test/kit/settle.ts';
import { Journal, type Sending } from '../../../server/test/simulation/journal.ts';
import { type NodeOptions, SimNode } from '../../../server/test/simulation/node.ts';
import { REAL_PARTS } from '../../../server/test/simulation/parts.ts';
import { FAIR, type Pipe, type Weather } from './pipe.ts';
import { User } from './user.ts';

/** Everything of one run, made of its seed: the server's real hub, the real SDK, and between them the fault proxy. */
export class World {
  readonly rng: Rng;
  /** Of the server's process: a crash forgets its timers. */
  readonly clock = new FakeClock();
  /** Of the users' machines. */
  readonly userClock = new FakeClock();
  readonly journal = new Journal();
  readonly contents = new MemoryContents();
  readonly rooms: readonly string[];
  readonly clients: readonly User[];
  readonly #options: NodeOptions;
  node: SimNode;
  isStoreUp = true;
  weather: Weather;

  constructor(seed: number) {
    const rng = new Rng(seed);
    this.rng = rng;
    this.rooms = ['a', 'b'].slice(0, rng.between(1, 2));
    this.weather = rng.chance(0.5) ? FAIR : { drop: rng.next() * 0.05, twice: rng.next() * 0.05 };
    this.#options = {
      maxUnstored: rng.chance(0.3) ? rng.between(3, 25) : 1000,
      maxRooms: 10,
      ringBytes: rng.chance(0.3) ? 3000 : 1_000_000,
      ratePerSec: rng.chance(0.3) ? rng.between(1, 5) : 0,
    };
    this.node = this.#makeNode();
    const sendings = new Map<string, Sending>();
    const deps = { clock: this.userClock, rng, journal: this.journal, sendings };
    // The second may be another window of the first.
    this.clients = Array.from(
      { length: rng.between(2, 4) },
      (_, i) => new User(`c${i}`, i === 1 && rng.chance(0.3) ? 'u0' : `u${i}`, deps),
    );
    for (const user of this.clients) for (const room of this.rooms) if (rng.chance(0.8)) user.join(room);
  }

  pipes(): Pipe[] {
    return this.clients.flatMap((user) => user.pipes.filter((pipe) => !pipe.isOver));
  }

  accept(pipe: Pipe): void {
    const { rng } = this;
    const user = this.clients.find((each) => each.pipes.includes(pipe));
    const socket = new FakeSocket(this.clock, rng.chance(0.2) ? rng.between(100, 3000) : Number.POSITIVE_INFINITY);
    const history = Number(new URL(pipe.url).searchParams.get('history'));
    const identity = { userId: user?.userId ?? '', username: user?.name ?? '', problem: undefined };
    const opening = { identity, rooms: [], history, complaints: [], onClosed: () => {} };
    pipe.connection = this.node.connections.open(socket, socket.listen, opening);
    pipe.accepted(socket);
  }

  crash(): void {
    this.node.crash();
    this.#restart();
  }

  async stop(): Promise<void> {
    await this.node.stop(this.isStoreUp);
    this.#restart();
  }

  async pass(ms: number): Promise<void> {
    await this.clock.pass(ms, settle);
    await this.userClock.pass(ms, settle);
  }

  #restart(): void {
    for (const pipe of this.pipes()) if (!pipe.isOpening) pipe.serverDied();
    this.node = this.#makeNode();
  }

  #makeNode(): SimNode {
    const { clock, rng, journal, contents } = this;
    return new SimNode({ clock, rng, journal, parts: REAL_PARTS, contents, options: this.#options });
  }
}
