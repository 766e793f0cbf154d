import { LIMITS } from '@hubbub/protocol';
import type { Connection } from '../../src/connection/connection.ts';
import type { Room } from '../../src/hub/room.ts';
import type { World } from './world.ts';

/** What holds after every step. */
export function checkBounds(world: World): void {
  const { journal, node, options, clock } = world;
  if (node.queue.backlog() > options.maxUnstored) journal.violated(`the queue holds ${node.queue.backlog()}`);
  let bytes = 0;
  for (const room of node.hub.rooms.all()) {
    bytes += room.ring.bytes;
    checkRing(world, room);
  }
  if (bytes !== node.hub.rooms.ringBytes) journal.violated(`rings hold ${bytes} bytes, counted are ${node.hub.rooms.ringBytes}`);
  if (clock.isMidTurn) return;
  for (const link of world.links()) {
    if (link.connection !== undefined && !link.isServerGone && !link.socket.isClosed)
      checkOutbound(world, link.connection, link.socket.unsent);
  }
}

function checkRing({ journal }: World, { id, ring, storedSeq }: Room): void {
  const isWithin = ring.size <= LIMITS.ringPublications && ring.bytes <= LIMITS.ringBytes;
  if (!isWithin && ring.firstSeq !== undefined && ring.firstSeq <= storedSeq)
    journal.violated(`the ring of ${id} holds ${ring.size}, ${ring.bytes} bytes`);
}

/** P6: when a turn is over, everything for a reader whose socket has room has been handed over, and what waits is bounded. */
function checkOutbound({ journal }: World, connection: Connection, unsent: number): void {
  const waiting = connection.backlog - unsent;
  if (unsent === 0 && waiting > 0) journal.violated(`P6: ${waiting} bytes for ${connection.userId} did not leave in their turn`);
  if (waiting > LIMITS.outboundBytes) journal.violated(`SLOW-1: ${waiting} bytes wait for ${connection.userId}`);
}
