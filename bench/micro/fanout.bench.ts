/**
 * What our own code costs on a publication's way out, without the kernel: a frame, and a turn of a room from the publication to the
 * one write per member (a socket that takes everything and does nothing). Run: `node bench/micro/fanout.bench.ts` (Node 24).
 * ns: median, min and max over the rounds, parts interleaved in each round.
 */

import { encodeAuthor, encodePublication, isoTime } from '../../packages/protocol/src/index.ts';
import type { Publication } from '../../packages/server/src/bus/bus.ts';
import { Outbound } from '../../packages/server/src/connection/outbound.ts';
import type { Socket } from '../../packages/server/src/connection/socket.ts';
import { frameText } from '../../packages/server/src/hub/framing.ts';
import { Membership } from '../../packages/server/src/hub/membership.ts';
import { Room } from '../../packages/server/src/hub/room.ts';
import type { Subscriber } from '../../packages/server/src/hub/subscriber.ts';
import { Turn } from '../../packages/server/src/hub/turn.ts';
import { eventSink } from '../../packages/server/test/kit/event-sink.ts';

const ROUNDS = 21;
const CALLS = 20_000;

let written = 0;
const socket: Socket = {
  unsent: 0,
  write: (bytes) => {
    written += bytes.length;
    return true;
  },
  writeAll: (pieces) => {
    for (const piece of pieces) written += piece.length;
    return true;
  },
  awaitDrain: () => {},
  ping: () => {},
  close: () => {},
  destroy: () => {},
  pause: () => {},
  resume: () => {},
};
/** The turn's end comes when we say so. */
const clock = { now: Date.now, monotonic: () => performance.now(), after: () => () => {}, every: () => () => {}, endOfTurn: () => {} };
const turn = new Turn(clock, eventSink());
const authorJson = encodeAuthor('user-12345', 'Some User');

function roomOf(members: number): Room {
  const start = { head: { epoch: 'e', seq: 0 }, isRegistered: true, isWholeInRing: true, importedThrough: 0 };
  const room = new Room('room', start, turn, 0);
  for (let i = 0; i < members; i++) {
    const outbound = new Outbound(socket, turn, 1 << 20, () => {});
    const subscriber: Subscriber = {
      connectionId: `c${i}`,
      userId: `u${i}`,
      username: 'U',
      authorJson,
      history: 0,
      isOpen: true,
      backlog: 0,
      send: (bytes, delivery) => outbound.send(bytes, delivery),
      whenWritable: () => {},
    };
    const membership = new Membership(room, subscriber);
    membership.setLive();
    room.addLive(membership);
  }
  return room;
}

const content = 'How do I mount an ISO? I tried the loop option and it says no such file.';
let seq = 0;
function publish(room: Room): void {
  seq += 1;
  const messageId = `01a20134-814d-4a67-adcd-${String(seq).padStart(12, '0')}`;
  const draft = {
    roomId: 'room',
    type: 'chat' as const,
    userId: 'user-12345',
    username: 'Some User',
    authorJson,
    content,
    messageId,
    isClientId: false,
    replyTo: undefined,
    arrivedAt: performance.now(),
  };
  const publication: Publication = { draft, epoch: 'e', seq, timestamp: Date.now() };
  room.publish(publication);
  room.markStored(seq);
}

/** `turns` turns of `publications` each; ns per delivery. */
function perDelivery(room: Room, members: number, publications: number): number {
  const turns = Math.max(1, Math.floor(CALLS / (members * publications)));
  const startedAt = process.hrtime.bigint();
  for (let i = 0; i < turns; i++) {
    for (let p = 0; p < publications; p++) publish(room);
    turn.flush();
  }
  return Number(process.hrtime.bigint() - startedAt) / (turns * members * publications);
}

function perFrame(): number {
  const text = encodePublication({
    messageId: '01a20134-814d-4a67-adcd-000000000001',
    roomId: 'room',
    type: 'chat',
    authorJson,
    content,
    timestampIso: isoTime(Date.now()),
    seq: 1,
    replyTo: undefined,
  });
  const startedAt = process.hrtime.bigint();
  for (let i = 0; i < CALLS; i++) written += frameText(text).length;
  return Number(process.hrtime.bigint() - startedAt) / CALLS;
}

const small = roomOf(10);
const large = roomOf(1000);
const parts: Readonly<Record<string, () => number>> = {
  'frame, per publication': perFrame,
  'room of 10, one publication a turn, per delivery': () => perDelivery(small, 10, 1),
  'room of 1,000, one publication a turn, per delivery': () => perDelivery(large, 1000, 1),
  'room of 1,000, ten publications a turn, per delivery': () => perDelivery(large, 1000, 10),
};
const figures = new Map<string, number[]>(Object.keys(parts).map((name) => [name, []]));
for (let round = 0; round <= ROUNDS; round++) {
  for (const [name, run] of Object.entries(parts)) {
    const ns = run();
    // The first round warms up.
    if (round > 0) figures.get(name)?.push(ns);
  }
}
for (const [name, values] of figures) {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (q: number): string => (sorted[Math.floor(q * (sorted.length - 1))] ?? 0).toFixed(1);
  console.log(`${name.padEnd(54)} ${at(0.5).padStart(8)} ns   ${at(0)}–${at(1)}`);
}
if (written === 0) throw new Error('nothing was written, so nothing was measured');
