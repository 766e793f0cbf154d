import { describe, expect, it } from 'vitest';
import { FakeSocket } from '../../test/kit/fake-socket.ts';
import { HubBench } from '../../test/kit/hub-bench.ts';
import { WireReader } from '../../test/kit/wire-reader.ts';
import { Connections } from './connections.ts';

type Frame = Readonly<Record<string, unknown>>;

/** A connection that joined these rooms, and what it is told. */
async function connect(rooms: readonly string[]) {
  const dropped: string[] = [];
  const bench = new HubBench({ events: { dropped: (reason) => void dropped.push(reason) } });
  const { hub, turn, events, clock } = bench;
  const options = { ratePerSec: 5, rateBurst: 10, maxRoomsPerConnection: 10 };
  const connections = new Connections({ hub, turn, events, clock, options, onBug: (error) => bench.bugs.push(error) });
  const socket = new FakeSocket(clock);
  const identity = { userId: 'ann', username: 'Ann', problem: undefined };
  connections.open(socket, socket.listen, { identity, rooms, history: 0, complaints: [], onClosed: () => {} });
  const reader = new WireReader();
  const hear = async (): Promise<Frame[]> => {
    await bench.rest();
    return reader.feed(socket.take()).map(({ payload }) => JSON.parse(payload.toString()) as Frame);
  };
  const say = (frame: object): Promise<Frame[]> => {
    socket.text(frame);
    return hear();
  };
  const first = await hear();
  return { bench, dropped, first, say };
}

describe('a connection that is not in a room', () => {
  it.each([
    { type: 'chat', content: 'x', roomId: 'elsewhere', ref: 1 },
    { type: 'system', content: 'x', roomId: 'elsewhere', ref: 1 },
    { type: 'typing', roomId: 'elsewhere', ref: 1 },
  ])('ROOM-5: is refused there with not_in_room: $type', async (frame) => {
    const { bench, dropped, say } = await connect(['here']);
    expect(await say(frame)).toEqual([{ type: 'error', code: 'not_in_room', message: expect.any(String), retryable: false, ref: 1 }]);
    expect(dropped).toEqual(['not_in_room']);
    expect((await bench.store.totals()).chatMessages).toBe(0);
  });

  it('ROOM-5: nor may it say anything in a room that it has left, nor without any room', async () => {
    const { say } = await connect(['here']);
    await say({ type: 'leave', roomId: 'here' });
    expect(await say({ type: 'chat', content: 'x', roomId: 'here' })).toMatchObject([{ code: 'not_in_room' }]);
    expect(await say({ type: 'chat', content: 'x' })).toMatchObject([{ code: 'not_in_room' }]);
  });
});

describe('FRAME-10: a room named like a property of every object', () => {
  it.each(['__proto__', 'constructor', 'toString'])('is a room like any other: %s', async (roomId) => {
    const outside = await connect(['here']);
    expect(await outside.say({ type: 'chat', content: 'x', roomId })).toMatchObject([{ code: 'not_in_room' }]);
    const { bench, first, say } = await connect([roomId]);
    expect(first).toMatchObject([{ type: 'joined', roomId, seq: 0 }]);
    const [message, ack] = await say({ type: 'chat', content: 'hi', roomId, ref: 1 });
    expect([message, ack]).toMatchObject([
      { type: 'chat', roomId, content: 'hi', seq: 1 },
      { type: 'ack', roomId, ref: 1, seq: 1 },
    ]);
    expect((await bench.store.roomMessages(roomId, { limit: 5 })).messages).toHaveLength(1);
    expect(bench.bugs).toEqual([]);
  });
});
