import { describe, expect, it } from 'vitest';
import { eventSink } from '../../test/kit/event-sink.ts';
import { FakeClock } from '../../test/kit/fake-clock.ts';
import { FakeSocket } from '../../test/kit/fake-socket.ts';
import { Delivery } from '../hub/delivery.ts';
import { Turn } from '../hub/turn.ts';
import { Outbound } from './outbound.ts';

const bytes = (length: number, fill = 1) => new Uint8Array(length).fill(fill);

function setUp({ capacity = Number.POSITIVE_INFINITY, maxBytes = 100 } = {}) {
  const clock = new FakeClock();
  const delivered: [string, number, number][] = [];
  const turn = new Turn(clock, eventSink({ delivered: (...each) => delivered.push(each) }));
  const socket = new FakeSocket(clock, capacity);
  let slow = 0;
  const outbound = new Outbound(socket, turn, maxBytes, () => {
    slow += 1;
  });
  socket.listen({
    onText: () => {},
    onBinary: () => {},
    onTooBig: () => {},
    onSign: () => {},
    onClose: () => {},
    onDrain: () => outbound.drained(),
  });
  const delivery = () => {
    const one = new Delivery('r', [clock.monotonic()]);
    turn.addDelivery(one);
    return one;
  };
  return { clock, turn, socket, outbound, delivered, delivery, slow: () => slow };
}

describe('the way out', () => {
  it('SLOW-4: makes one write per turn, with every piece in its order', () => {
    const { clock, socket, outbound } = setUp();
    const [a, b, c] = [bytes(1, 1), bytes(2, 2), bytes(3, 3)];
    for (const each of [a, b, c]) outbound.send(each);
    expect([socket.writes.length, outbound.backlog]).toEqual([0, 6]);
    clock.endTurn();
    expect(socket.writes).toEqual([[a, b, c]]);
    expect(outbound.backlog).toBe(0);
    outbound.send(a);
    clock.endTurn();
    expect(socket.writes[1]?.[0]).toBe(a);
    clock.endTurns();
    expect(socket.writes).toHaveLength(2);
  });

  it('hands nothing over while the kernel is full, and everything in one write when it has taken all', () => {
    const { clock, socket, outbound } = setUp({ capacity: 5 });
    outbound.send(bytes(8));
    clock.endTurn();
    for (const length of [1, 2]) {
      outbound.send(bytes(length));
      clock.endTurn();
    }
    expect([socket.writes.length, socket.unsent, outbound.backlog]).toEqual([1, 3, 6]);
    socket.take(2);
    socket.pull();
    expect([socket.writes.length, socket.unsent]).toEqual([1, 1]);
    socket.take();
    socket.pull();
    expect(socket.writes.slice(1).map((pieces) => pieces.map((piece) => piece.length))).toEqual([[1, 2]]);
    expect(Buffer.concat([socket.take()]).length).toBe(4);
  });

  it('SLOW-1: is too slow when more than its bound waits behind a full kernel, not when it is exactly that much', () => {
    const { clock, outbound, slow } = setUp({ capacity: 5 });
    outbound.send(bytes(8));
    clock.endTurn();
    outbound.send(bytes(100));
    clock.endTurn();
    expect(slow()).toBe(0);
    outbound.send(bytes(1));
    expect(slow()).toBe(0);
    clock.endTurn();
    expect(slow()).toBe(1);
  });

  it('is not too slow for much in one turn while the kernel takes it', () => {
    const { clock, outbound, slow } = setUp();
    outbound.send(bytes(10_000));
    clock.endTurn();
    expect(slow()).toBe(0);
  });

  it('drops what waits when it is stopped, and takes nothing more', () => {
    const { clock, socket, outbound } = setUp({ capacity: 5 });
    outbound.send(bytes(8));
    clock.endTurn();
    outbound.send(bytes(50));
    let woken = 0;
    outbound.whenWritable(() => (woken += 1));
    outbound.stop();
    expect(outbound.backlog).toBe(3);
    outbound.send(bytes(9));
    outbound.whenWritable(() => (woken += 1));
    clock.endTurns();
    socket.take();
    socket.pull();
    outbound.flush();
    outbound.drained();
    expect([socket.writes.length, outbound.backlog, woken, clock.isMidTurn]).toEqual([1, 0, 0, false]);
  });

  it('SLOW-4: calls who waits for room once, at the end of the turn, after its own bytes', () => {
    const { clock, socket, outbound } = setUp();
    const writes: number[] = [];
    outbound.send(bytes(1));
    outbound.whenWritable(() => writes.push(socket.writes.length));
    outbound.whenWritable(() => writes.push(socket.writes.length));
    clock.endTurn();
    clock.endTurns();
    expect(writes).toEqual([1, 1]);
    outbound.whenWritable(() => writes.push(9));
    clock.endTurn();
    expect(writes).toEqual([1, 1, 9]);
  });

  it('calls who waits for room only when the kernel has taken all', () => {
    const { clock, socket, outbound } = setUp({ capacity: 5 });
    let woken = 0;
    outbound.send(bytes(8));
    outbound.whenWritable(() => (woken += 1));
    clock.endTurns();
    expect(woken).toBe(0);
    socket.take();
    socket.pull();
    expect(woken).toBe(1);
    outbound.whenWritable(() => outbound.send(bytes(1)));
    clock.endTurns();
    expect(socket.writes).toHaveLength(2);
  });
});

describe('delivery latency', () => {
  it('SNAP-4: is counted in its turn when the kernel takes the bytes', () => {
    const { clock, outbound, delivered, delivery } = setUp();
    const [one, two] = [delivery(), delivery()];
    outbound.send(bytes(1), one);
    outbound.send(bytes(1), two);
    outbound.send(bytes(1));
    clock.advance(3);
    clock.endTurn();
    expect(delivered).toEqual([
      ['r', 3, 1],
      ['r', 3, 1],
    ]);
  });

  it('SNAP-4: is counted when the socket drains for what the kernel did not take at once, each once', () => {
    const { clock, socket, outbound, delivered, delivery } = setUp({ capacity: 1 });
    outbound.send(bytes(2), delivery());
    clock.endTurn();
    expect(delivered).toEqual([]);
    clock.advance(10);
    outbound.send(bytes(1), delivery());
    outbound.send(bytes(1), delivery());
    clock.endTurn();
    expect(delivered).toEqual([]);
    clock.advance(5);
    socket.take();
    socket.pull();
    expect(delivered).toEqual([['r', 15, 1]]);
    clock.advance(1);
    for (let i = 0; i < 2; i += 1) {
      socket.take();
      socket.pull();
    }
    expect(delivered.slice(1)).toEqual([
      ['r', 6, 1],
      ['r', 6, 1],
    ]);
    outbound.send(bytes(1), delivery());
    socket.take();
    clock.endTurn();
    expect(delivered.slice(3)).toEqual([['r', 0, 1]]);
  });

  it('SNAP-4: of what waited and went out whole is counted at once', () => {
    const { clock, socket, outbound, delivered, delivery } = setUp({ capacity: 3 });
    outbound.send(bytes(4));
    clock.endTurn();
    outbound.send(bytes(1), delivery());
    clock.endTurn();
    clock.advance(7);
    socket.capacity = 100;
    socket.take();
    socket.pull();
    expect(delivered).toEqual([['r', 7, 1]]);
  });

  it('is never counted for what was dropped', () => {
    const { clock, socket, outbound, delivered, delivery } = setUp({ capacity: 1 });
    outbound.send(bytes(2), delivery());
    clock.endTurn();
    outbound.stop();
    socket.take();
    socket.pull();
    expect(delivered).toEqual([]);
  });
});
