import { settle } from '../../../server/test/kit/settle.ts';
import type { Pipe } from './pipe.ts';
import type { User } from './user.ts';
import type { World } from './world.ts';

interface Action {
  readonly name: string;
  readonly weight: number;
  readonly run: (world: World) => void | Promise<void>;
}

/** All that may happen next; what is not possible just now does nothing. */
const ACTIONS: readonly Action[] = [
  { name: 'open', weight: 10, run: open },
  { name: 'write', weight: 14, run: onUser(write) },
  { name: 'join', weight: 2, run: onUser((world, user) => user.join(world.rng.pick(world.rooms) ?? '')) },
  { name: 'leave', weight: 0.6, run: onUser((world, user) => user.leave(world.rng.pick(world.rooms) ?? '')) },
  { name: 'type', weight: 1, run: onUser((world, user) => user.rooms.get(world.rng.pick(world.rooms) ?? '')?.typing()) },
  { name: 'wake', weight: 1, run: onUser((_, user) => user.client.wake()) },
  { name: 'deliver', weight: 26, run: deliver },
  { name: 'read', weight: 22, run: read },
  { name: 'pull', weight: 8, run: (world) => pick(world, (pipe) => pipe.canPull)?.socket?.pull() },
  { name: 'cut', weight: 1.2, run: (world) => pick(world, (pipe) => !pipe.isClientGone && !pipe.isOpening)?.cut() },
  { name: 'freeze', weight: 0.8, run: freeze },
  { name: 'thaw', weight: 1.5, run: thaw },
  { name: 'learn', weight: 2, run: (world) => pick(world, (pipe) => pipe.isClientGone || pipe.isFrozen)?.learn() },
  { name: 'end turn', weight: 24, run: ({ clock }) => clock.endTurn() },
  { name: 'pass', weight: 14, run: (world) => world.pass(world.rng.between(0, 100)) },
  { name: 'pass long', weight: 2.5, run: (world) => world.pass(world.rng.pick([500, 2000, 12_000, 45_000]) ?? 0) },
  { name: 'sleep', weight: 0.3, run: ({ userClock }) => userClock.jumpWall(3_600_000) },
  { name: 'store', weight: 30, run: stepStore },
  {
    name: 'outage',
    weight: 0.6,
    run: (world) => {
      world.isStoreUp = !world.isStoreUp;
    },
  },
  { name: 'crash', weight: 0.5, run: (world) => world.crash() },
  { name: 'stop', weight: 0.3, run: (world) => world.stop() },
];

const TOTAL = ACTIONS.reduce((sum, each) => sum + each.weight, 0);

export function pickAction({ rng }: World): Action {
  let at = rng.next() * TOTAL;
  for (const action of ACTIONS) {
    at -= action.weight;
    if (at < 0) return action;
  }
  return ACTIONS[0] as Action;
}

function onUser(run: (world: World, user: User) => void): Action['run'] {
  return (world) => {
    const user = world.rng.pick(world.clients);
    if (user !== undefined) run(world, user);
  };
}

function pick(world: World, isMeant: (pipe: Pipe) => boolean): Pipe | undefined {
  return world.rng.pick(world.pipes().filter(isMeant));
}

function write({ rng, rooms }: World, user: User): void {
  const room = rng.pick(rooms) ?? '';
  for (let times = rng.chance(0.1) ? 15 : 1; times > 0; times -= 1) user.write(room);
}

/** An attempt to connect succeeds, fails, or is never answered. */
function open(world: World): void {
  const pipe = pick(world, (each) => each.isOpening);
  if (pipe === undefined) return;
  const chance = world.rng.next();
  if (chance < 0.8) world.accept(pipe);
  else if (chance < 0.9) pipe.cut();
}

/** Nothing passes any more, and nobody is told. */
function freeze(world: World): void {
  const pipe = pick(world, (each) => !each.isOpening);
  if (pipe !== undefined) pipe.isFrozen = true;
}

/** What was held up comes after all: from a connection that the client may have given up. */
function thaw(world: World): void {
  const pipe = pick(world, (each) => each.isFrozen);
  if (pipe !== undefined) pipe.isFrozen = false;
}

function deliver(world: World): void {
  const pipe = pick(world, (each) => each.canDeliver);
  const count = world.rng.chance(0.4) ? 8 : 1;
  for (let i = 0; i < count && pipe?.canDeliver; i += 1) pipe.deliver(world.weather);
}

function read(world: World): void {
  const bytes = world.rng.chance(0.5) ? Number.POSITIVE_INFINITY : world.rng.between(1, 2000);
  pick(world, (pipe) => pipe.canRead)?.read(bytes, world.weather);
}

async function stepStore({ node, rng, isStoreUp }: World): Promise<void> {
  for (let i = rng.chance(0.5) ? 4 : 1; i > 0; i -= 1) {
    const operation = rng.pick(node.store.ready());
    if (operation === undefined) return;
    if (isStoreUp && !rng.chance(0.02)) await node.store.step(operation);
    else await node.store.fail(operation, rng.chance(0.3) ? 'after' : 'before');
    await settle();
  }
}
