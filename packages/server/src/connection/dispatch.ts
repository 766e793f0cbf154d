import type { ChatFrame, ClientFrame, JoinFrame, TypingFrame } from '@hubbub/protocol';
import type { JoinOutcome } from '../hub/hub.ts';
import type { Membership } from '../hub/membership.ts';
import type { Connection } from './connection.ts';

/** Does what an admitted frame asks for. */
export function dispatch(connection: Connection, frame: ClientFrame): void {
  switch (frame.type) {
    case 'chat':
    case 'system':
      return publish(connection, frame);
    case 'join':
      return join(connection, frame);
    case 'leave':
      return connection.leave(frame.roomId, frame.ref);
    case 'typing':
      return type(connection, frame);
    case 'position':
      // Delivery as a fact is the SDK's report; nothing is answered, and until the report is kept nothing is done.
      return;
    case 'auth':
      return connection.refused(frame.ref, 'forbidden', 'This server runs in open mode and takes no tokens.');
  }
}

/** Joins the rooms of the query, one after the other, so that the first of them is the connection's first room. */
export function joinAtStart(connection: Connection, rooms: readonly string[]): void {
  for (let i = 0; i < rooms.length; i++) {
    const roomId = rooms[i] ?? '';
    const outcome = joinOne(connection, { roomId, since: undefined, ref: undefined });
    if (outcome === undefined) continue;
    return connection.waitFor(outcome.then(() => joinRest(connection, rooms.slice(i + 1))));
  }
}

async function joinRest(connection: Connection, rooms: readonly string[]): Promise<void> {
  for (const roomId of rooms) await joinOne(connection, { roomId, since: undefined, ref: undefined });
}

/** Joins a room; what the connection says next waits until it is in. */
export function join(connection: Connection, frame: JoinWish): void {
  const waiting = joinOne(connection, frame);
  if (waiting !== undefined) connection.waitFor(waiting);
}

type JoinWish = Omit<JoinFrame, 'type'>;

function joinOne(connection: Connection, frame: JoinWish): Promise<void> | undefined {
  const { hub, options } = connection.deps;
  const { roomId, since, ref } = frame;
  const membership = connection.memberships.get(roomId);
  if (membership === undefined && connection.memberships.size >= options.maxRoomsPerConnection) {
    connection.refused(ref, 'forbidden', `A connection may be in ${options.maxRoomsPerConnection} rooms; leave one first.`);
    return undefined;
  }
  const request = { roomId, since, history: connection.history, ref };
  const outcome = membership === undefined ? hub.join(connection, request) : hub.rejoin(membership, request);
  if (outcome instanceof Promise) return outcome.then((settled) => settleJoin(connection, frame, settled));
  settleJoin(connection, frame, outcome);
  return undefined;
}

function settleJoin(connection: Connection, frame: JoinWish, outcome: JoinOutcome): void {
  if (outcome.kind === 'joined') connection.entered(outcome.membership);
  else connection.refused(frame.ref, outcome.code, outcome.message);
}

function publish(connection: Connection, frame: ChatFrame): void {
  const membership = membershipOf(connection, frame.roomId);
  if (membership === undefined) return refuseOutsider(connection, frame);
  const { userId, username } = connection.identity;
  const { type, content, messageId, replyTo, retry, ref } = frame;
  const request = {
    type,
    userId,
    username,
    authorJson: connection.authorJson,
    content,
    messageId,
    replyTo,
    retry,
    ref,
    arrivedAt: connection.arrivedAt,
  };
  const waiting = connection.deps.hub.publish(membership, request, connection);
  if (waiting !== undefined) connection.waitFor(waiting);
}

function type(connection: Connection, frame: TypingFrame): void {
  const membership = membershipOf(connection, frame.roomId);
  if (membership === undefined) return refuseOutsider(connection, frame);
  if (!connection.deps.hub.typing(membership)) connection.deps.events.dropped('typing_too_often');
}

function membershipOf(connection: Connection, roomId: string | undefined): Membership | undefined {
  const name = roomId ?? connection.firstRoom;
  return name === undefined ? undefined : connection.memberships.get(name);
}

function refuseOutsider(connection: Connection, frame: ChatFrame | TypingFrame): void {
  const nowhere =
    connection.memberships.size === 0 ? 'This connection is in no room' : 'This connection has left its first room: name a roomId';
  const where = frame.roomId === undefined ? nowhere : `You are not in room ${frame.roomId}`;
  connection.refused(frame.ref, 'not_in_room', `${where}; join first.`);
}
