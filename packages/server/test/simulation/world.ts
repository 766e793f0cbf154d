import { MemoryContents } from '../../src/store/memory-store.ts';
import { FakeClock } from '../kit/fake-clock.ts';
import { Rng } from '../kit/rng.ts';
import { SimClient } from './client.ts';
import { Journal } from './journal.ts';
import type { Link } from './link.ts';
import { type NodeOptions, SimNode } from './node.ts';
import type { Parts } from './parts.ts';

/** Everything of one run, made of its seed. */
export class World {
  readonly rng: Rng;
  readonly clock = new FakeClock();
  readonly journal = new Journal();
  readonly contents = new MemoryContents();
  readonly clients: readonly SimClient[];
  readonly rooms: readonly string[];
  readonly parts: Parts;
  readonly options: NodeOptions;
  /** Long messages and narrow sockets: slow readers are cut, replays pause. */
  readonly isHeavy: boolean;
  node: SimNode;
  isStoreUp = true;
  /** Wall clock jumps so far: ids are forgotten by the wall clock. */
  jumps = 0;
  #numbers = 0;

  constructor(seed: number, parts: Parts) {
    const rng = new Rng(seed);
    this.rng = rng;
    this.parts = parts;
    this.isHeavy = rng.chance(0.12);
    this.rooms = ['a', 'b'].slice(0, rng.between(1, 2));
    this.options = {
      maxUnstored: rng.chance(0.5) && !this.isHeavy ? rng.between(3, 25) : 1000,
      maxRooms: rng.chance(0.5) ? this.rooms.length : 10,
      ringBytes: rng.chance(0.3) ? 3000 : 1_000_000,
      ratePerSec: rng.chance(0.1) ? 5 : 0,
    };
    this.clients = Array.from({ length: rng.between(2, 5) }, (_, i) => this.#makeClient(i));
    this.node = this.#makeNode();
  }

  restart(): void {
    this.node = this.#makeNode();
  }

  connect(client: SimClient): void {
    const { rng, parts, clock } = this;
    const narrow = this.isHeavy ? rng.between(500, 20_000) : rng.between(100, 3000);
    const capacity = rng.chance(this.isHeavy ? 0.7 : 0.3) ? narrow : Number.POSITIVE_INFINITY;
    client.connect(this.node, parts.socket(clock, capacity, rng));
    for (const roomId of client.wanted) client.join(roomId);
  }

  /** A new message of a client that is in the room. */
  send(client: SimClient, roomId: string, messageId = this.rng.uuid()): void {
    this.#numbers += 1;
    const tail = this.isHeavy && this.rng.chance(0.8) ? '🙂'.repeat(this.rng.between(500, 980)) : '';
    const content = `${client.userId}-${this.#numbers}-${tail}`;
    client.send({ roomId, userId: client.userId, messageId, content, attempts: 0, refusals: 0, ack: undefined });
  }

  links(): Link[] {
    return this.clients.flatMap((client) => client.links.filter((link) => !link.isOver));
  }

  /** The sockets of a process that died. */
  cutAll(): void {
    for (const link of this.links()) link.serverDied();
  }

  #makeClient(index: number): SimClient {
    const { rng } = this;
    // Two clients of one user race each other.
    const userId = `u${index === 1 && rng.chance(0.3) ? 0 : index}`;
    const client = new SimClient(userId, this.journal, { history: rng.between(0, 20), isPlain: rng.chance(0.15) });
    for (const room of this.rooms) if (rng.chance(0.8)) client.wanted.add(room);
    return client;
  }

  /** The first one of a heavy run hardly reads. */
  isAsleep(link: Link): boolean {
    return this.isHeavy && this.clients[0]?.link === link && this.rng.chance(0.95);
  }

  #makeNode(): SimNode {
    const { clock, rng, journal, parts, contents, options } = this;
    return new SimNode({ clock, rng, journal, parts, contents, options });
  }
}
