import { settle } from '../kit/settle.ts';
import type { SimClient } from './client.ts';
import type { Link } from './link.ts';
import type { World } from './world.ts';

interface Action {
  readonly name: string;
  readonly weight: number;
  readonly run: (world: World) => void | Promise<void>;
}

const HOUR = 3_600_000;

/** All that may happen next; what is not possible just now does nothing. */
export const ACTIONS: readonly Action[] = [
  { name: 'connect', weight: 8, run: withClient((world, client) => void (client.link === undefined && world.connect(client))) },
  { name: 'send', weight: 14, run: withClient(send) },
  { name: 'say twice', weight: 2, run: withClient(sayTwice) },
  { name: 'resend', weight: 2, run: withClient((_, client) => void (client.isPlain || client.resend())) },
  { name: 'steal an id', weight: 1, run: withClient(stealId) },
  { name: 'rejoin', weight: 2, run: withClient(rejoin) },
  { name: 'leave', weight: 1, run: withClient((world, client) => client.leave(world.rng.pick([...client.wanted]) ?? '')) },
  { name: 'join', weight: 2, run: withClient(joinAgain) },
  { name: 'visit', weight: 1, run: withClient(visit) },
  {
    name: 'type',
    weight: 1,
    run: withClient((world, client) => client.link?.say({ type: 'typing', roomId: world.rng.pick(world.rooms) })),
  },
  { name: 'deliver', weight: 30, run: deliver },
  { name: 'read', weight: 16, run: read },
  { name: 'pull', weight: 12, run: (world) => world.rng.pick(world.links().filter((link) => link.canPull))?.socket.pull() },
  { name: 'cut', weight: 1.5, run: cut },
  { name: 'learn', weight: 3, run: learn },
  { name: 'end turn', weight: 24, run: ({ clock }) => clock.endTurn() },
  { name: 'pass', weight: 10, run: ({ clock, rng }) => clock.pass(rng.between(0, 20), settle) },
  { name: 'pass long', weight: 1, run: ({ clock, rng }) => clock.pass(rng.pick([300, 2000, 6000, 40_000]) ?? 0, settle) },
  { name: 'wall jump', weight: 0.3, run: wallJump },
  { name: 'store', weight: 30, run: stepStore },
  { name: 'outage', weight: 0.8, run: outage },
  { name: 'crash', weight: 0.4, run: crash },
  { name: 'stop', weight: 0.25, run: stop },
];

const TOTAL = ACTIONS.reduce((sum, each) => sum + each.weight, 0);

const ACCIDENTS = new Set(['cut', 'crash', 'stop', 'outage']);

export function pickAction({ rng, isHeavy }: World): Action {
  const at = rng.next() * TOTAL;
  const action = actionAt(at);
  // Slow readers take a while to be found out: fewer accidents meanwhile.
  return isHeavy && ACCIDENTS.has(action.name) && rng.chance(0.8) ? actionAt(0) : action;
}

function actionAt(place: number): Action {
  let at = place;
  for (const action of ACTIONS) {
    at -= action.weight;
    if (at < 0) return action;
  }
  return ACTIONS[0] as Action;
}

function withClient(run: (world: World, client: SimClient) => void): Action['run'] {
  return (world) => {
    const client = world.rng.pick(world.clients);
    if (client !== undefined) run(world, client);
  };
}

function roomOf(world: World, client: SimClient): string | undefined {
  return world.rng.pick(world.rooms.filter((room) => client.view(room).isJoined));
}

function send(world: World, client: SimClient): void {
  const room = roomOf(world, client);
  const count = world.isHeavy && world.rng.chance(0.6) ? 12 : world.rng.between(1, 3);
  for (let i = 0; i < count && room !== undefined && client.link !== undefined; i += 1) world.send(client, room);
}

/** The same frame twice, without `retry`, as an impatient client does; its id is younger than the memory for ids. */
function sayTwice(world: World, client: SimClient): void {
  const room = roomOf(world, client);
  if (room === undefined || client.link === undefined) return;
  world.send(client, room);
  const sending = world.journal.sendings.at(-1);
  if (sending !== undefined) client.say(sending, false);
}

function stealId(world: World, client: SimClient): void {
  const room = roomOf(world, client);
  const others = world.journal.sendings.filter((each) => each.roomId === room && each.userId !== client.userId).slice(-10);
  const victim = world.rng.pick(others);
  if (room === undefined || victim === undefined || client.link === undefined) return;
  world.send(client, room, victim.messageId);
  const sending = world.journal.sendings.at(-1);
  // What was lost in a crash is nobody's: only a retry is looked up however old it is.
  if (sending !== undefined) client.say(sending, true);
}

function rejoin(world: World, client: SimClient): void {
  const room = roomOf(world, client);
  if (room !== undefined) client.join(room, world.rng.chance(0.5) && !client.isPlain);
}

function joinAgain(world: World, client: SimClient): void {
  const room = world.rng.pick(world.rooms);
  if (room === undefined || client.view(room).isJoined) return;
  client.wanted.add(room);
  client.join(room);
}

/** A look into a room of its own, so that rooms come and go. */
function visit(world: World, client: SimClient): void {
  const room = `visit-${world.rng.between(1, 3)}`;
  if (client.link === undefined) return;
  client.link.say({ type: 'join', roomId: room });
  if (world.rng.chance(0.8)) client.link.say({ type: 'leave', roomId: room });
  else client.visits.add(room);
}

function deliver(world: World): void {
  const link = world.rng.pick(world.links().filter((each) => each.canDeliver));
  const count = world.rng.chance(0.4) ? 8 : 1;
  for (let i = 0; i < count && link?.canDeliver; i += 1) link.deliver();
}

function read(world: World): void {
  const link = world.rng.pick(world.links().filter((each) => each.canRead));
  if (link === undefined || world.isAsleep(link)) return;
  link.read(world.rng.chance(0.5) ? Number.POSITIVE_INFINITY : world.rng.between(1, 2000));
}

function cut(world: World): void {
  const link: Link | undefined = world.rng.pick(world.links().filter((each) => !each.isClientGone));
  link?.cut(world.rng.chance(0.5));
}

function learn(world: World): void {
  world.rng.pick(world.links().filter((each) => each.isClientGone && !each.isServerGone && !each.socket.isClosed))?.learn();
}

function wallJump(world: World): void {
  world.jumps += 1;
  world.clock.jumpWall(world.rng.pick([-HOUR, -1000, 1000]) ?? 0);
}

async function stepStore(world: World): Promise<void> {
  const { store } = world.node;
  const count = world.rng.chance(0.5) ? 4 : 1;
  for (let i = 0; i < count; i += 1) {
    const operation = world.rng.pick(store.ready());
    if (operation === undefined) return;
    if (world.isStoreUp && !world.rng.chance(0.02)) await store.step(operation);
    else await store.fail(operation, world.rng.chance(0.3) ? 'after' : 'before');
    await settle();
  }
}

function crash(world: World): void {
  world.node.crash();
  world.cutAll();
  world.restart();
}

async function stop(world: World): Promise<void> {
  await world.node.stop(world.isStoreUp);
  world.cutAll();
  world.restart();
}

function outage(world: World): void {
  world.isStoreUp = !world.isStoreUp;
}
