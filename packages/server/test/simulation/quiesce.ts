import { settle } from '../kit/settle.ts';
import type { SimClient } from './client.ts';
import type { World } from './world.ts';

const MAX_ROUNDS = 400;

/** Faults end; everybody comes back, says what was not answered, and reads on until nothing is left to do. */
export async function quiesce(world: World): Promise<void> {
  world.isStoreUp = true;
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    if (world.journal.violations.length > 0) return;
    await moveAll(world);
    if (round > 2 && isQuiet(world)) return checkAnswers(world);
    for (const client of world.clients) comeBack(world, client, round);
  }
  world.journal.violated(`stuck: ${world.clients.map((client) => describe(world, client)).join('; ')}`);
}

async function moveAll(world: World): Promise<void> {
  const { clock, node } = world;
  for (let i = 0; i < 6; i += 1) {
    for (const link of world.links()) {
      if (link.isClientGone && !link.isServerGone) link.learn();
      for (let frame = 0; frame < 50 && link.canDeliver; frame += 1) link.deliver();
      link.socket.pull();
      if (link.canRead) link.read(Number.POSITIVE_INFINITY);
    }
    clock.endTurns();
    await settle();
    for (const operation of node.store.ready()) await node.store.step(operation);
    await settle();
    await clock.pass(60, settle);
  }
}

function comeBack(world: World, client: SimClient, round: number): void {
  if (client.link === undefined) return world.connect(client);
  for (const room of client.visits) client.link.say({ type: 'leave', roomId: room });
  client.visits.clear();
  for (const room of client.wanted) if (!client.view(room).isJoined) client.join(room);
  for (const sending of client.outbox.values()) {
    client.wanted.add(sending.roomId);
    const isAnswered = [...client.answers.values()].every(({ asked, count, link }) => {
      const isThis = asked.kind === 'chat' && asked.sending === sending && link === client.link;
      return !isThis || count > 0;
    });
    if (client.view(sending.roomId).isJoined && (isAnswered || round % 50 === 49)) client.say(sending, true);
  }
}

function isQuiet(world: World): boolean {
  const isIdle = world.node.store.size === 0 && world.node.queue.backlog() === 0 && !world.clock.isMidTurn;
  const isRead = world.links().every((link) => !link.canDeliver && !link.canRead && !link.canPull);
  return isIdle && isRead && world.clients.every((client) => isAtHead(world, client));
}

function isAtHead(world: World, client: SimClient): boolean {
  const isHere = [...client.wanted].every((name) => {
    const view = client.view(name);
    const room = world.node.hub.rooms.get(name);
    return view.isLive && view.position?.seq === room?.seq && view.position?.epoch === room?.epoch;
  });
  return client.link !== undefined && isHere && client.outbox.size === 0;
}

/** ACK-5: on a connection that lives, every frame was answered; and the queue got back what it gave. */
function checkAnswers(world: World): void {
  const { journal, node, options } = world;
  for (const client of world.clients) {
    for (const [ref, { link, count, asked }] of client.answers) {
      if (link === client.link && count !== 1)
        journal.violated(`ACK-5: ref ${ref} of ${client.userId} (${asked.kind}) has ${count} answers`);
    }
  }
  for (let i = 0; i < options.maxUnstored; i += 1) {
    if (node.queue.admit(1) !== 'admitted') return journal.violated(`the queue has lost ${options.maxUnstored - i} places`);
  }
  for (let i = 0; i < options.maxUnstored; i += 1) node.queue.release(1);
}

function describe(world: World, client: SimClient): string {
  const rooms = [...client.wanted].map((name) => {
    const { isJoined, isAsking, remaining, position } = client.view(name);
    return `${name} ${JSON.stringify({ isJoined, isAsking, remaining, seq: position?.seq, head: world.node.hub.rooms.get(name)?.seq })}`;
  });
  return `${client.userId} ${client.link === undefined ? 'away' : 'here'} ${rooms.join(' ')} outbox ${client.outbox.size}`;
}
