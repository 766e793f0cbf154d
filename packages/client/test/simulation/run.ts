import { MemoryStore } from '../../../server/src/store/memory-store.ts';
import { settle } from '../../../server/test/kit/settle.ts';
import { verify } from '../../../server/test/simulation/verify.ts';
import type { World as ServerWorld } from '../../../server/test/simulation/world.ts';
import { pickAction } from './actions.ts';
import { FAIR } from './pipe.ts';
import { World } from './world.ts';

export interface RunOutcome {
  readonly seed: number;
  /** The first thing that must not have happened. */
  readonly violation: string | undefined;
  /** How often what was seen. */
  readonly seen: ReadonlyMap<string, number>;
  /** The actions, in order. */
  readonly lines: readonly string[];
}

const MAX_ROUNDS = 400;

/** One schedule: random actions, then peace until everybody has everything, a clean stop, and the check of it all. */
export async function runSchedule(seed: number): Promise<RunOutcome> {
  const world = new World(seed);
  const { journal, rng } = world;
  for (let steps = rng.between(80, 300); steps > 0 && journal.violations.length === 0; steps -= 1) {
    const action = pickAction(world);
    journal.note(action.name);
    await action.run(world);
    await settle();
  }
  if (journal.violations.length === 0) await quiesce(world);
  if (journal.violations.length === 0) {
    await world.node.stop(true);
    // It looks at rooms, contents, journal and what each client has seen.
    await verify(world as unknown as ServerWorld);
    await checkOwnOrder(world);
  }
  for (const user of world.clients) user.client.close();
  return { seed, violation: journal.violations[0], seen: journal.seen, lines: journal.lines };
}

export function describeFailure({ seed, violation, lines }: RunOutcome): string {
  return `SIM_SEED=${seed}: ${violation}\n(${lines.join(', ')})`;
}

/** Faults end, and nobody does anything: the SDK alone must find its way back. */
async function quiesce(world: World): Promise<void> {
  world.isStoreUp = true;
  world.weather = FAIR;
  for (let round = 0; round < MAX_ROUNDS && world.journal.violations.length === 0; round += 1) {
    await moveAll(world);
    if (round > 2 && isQuiet(world)) return;
  }
  world.journal.violated(`stuck: ${world.clients.map((user) => user.describe()).join('; ')}`);
}

async function moveAll(world: World): Promise<void> {
  for (let i = 0; i < 6; i += 1) {
    for (const pipe of world.pipes()) {
      if (pipe.isOpening) world.accept(pipe);
      if (pipe.isClientGone && !pipe.isServerGone) pipe.learn();
      for (let frame = 0; frame < 50 && pipe.canDeliver; frame += 1) pipe.deliver(world.weather);
      pipe.socket?.pull();
      if (pipe.canRead) pipe.read(Number.POSITIVE_INFINITY, world.weather);
    }
    world.clock.endTurns();
    await settle();
    for (const operation of world.node.store.ready()) await world.node.store.step(operation);
    await settle();
    await world.pass(100);
  }
}

function isQuiet({ clients, node, clock }: World): boolean {
  const isIdle = node.store.size === 0 && node.queue.backlog() === 0 && !clock.isMidTurn;
  const isAtHead = clients.every((user) =>
    [...user.rooms.values()].every(({ id, state }) => {
      const head = node.hub.rooms.get(id);
      return state.kind === 'live' && state.position.seq === head?.seq && state.position.epoch === head.epoch;
    }),
  );
  return isIdle && isAtHead && clients.every((user) => user.isAtRest);
}

/** What one client wrote stands in the room in the order in which it was written. */
async function checkOwnOrder({ contents, rooms, journal }: World): Promise<void> {
  const store = new MemoryStore(contents);
  for (const roomId of rooms) {
    const last = new Map<string, number>();
    for (const { content } of await store.sequencedAfter(roomId, 0, Number.MAX_SAFE_INTEGER, 1_000_000)) {
      const [name = '', number = ''] = content.split(' ');
      if (Number(number) <= (last.get(name) ?? 0)) journal.violated(`CLIENT order: ${roomId}: ${content} after ${last.get(name)}`);
      last.set(name, Number(number));
    }
  }
}
