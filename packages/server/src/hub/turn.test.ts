import { describe, expect, it } from 'vitest';
import { eventSink } from '../../test/kit/event-sink.ts';
import { FakeClock } from '../../test/kit/fake-clock.ts';
import { Delivery } from './delivery.ts';
import { Turn } from './turn.ts';

function setUp() {
  const clock = new FakeClock();
  const delivered: [string, number, number][] = [];
  const turn = new Turn(clock, eventSink({ delivered: (...each) => delivered.push(each) }));
  const order: string[] = [];
  const flushable = (name: string, then = () => {}) => ({
    flush: () => {
      order.push(name);
      then();
    },
  });
  return { clock, turn, order, delivered, flushable };
}

describe('a turn', () => {
  it('flushes all rooms first and then all connections, at its end and once', () => {
    const { clock, turn, order, flushable } = setUp();
    turn.addConnection(flushable('c1'));
    turn.addRoom(flushable('r1', () => turn.addConnection(flushable('c2'))));
    turn.addRoom(flushable('r2'));
    expect(order).toEqual([]);
    clock.endTurn();
    expect(order).toEqual(['r1', 'r2', 'c1', 'c2']);
    expect(clock.isMidTurn).toBe(false);
    clock.endTurn();
    expect(order).toHaveLength(4);
  });

  it('leaves to the next turn what a connection asks for while it is flushed', () => {
    const { clock, turn, order, flushable } = setUp();
    turn.addConnection(flushable('c1', () => turn.addConnection(flushable('again'))));
    clock.endTurn();
    expect(order).toEqual(['c1']);
    clock.endTurn();
    expect(order).toEqual(['c1', 'again']);
  });

  it('asks for one end of turn, however much is added', () => {
    const { clock, turn, flushable } = setUp();
    let asked = 0;
    const original = clock.endOfTurn.bind(clock);
    clock.endOfTurn = (run) => {
      asked += 1;
      original(run);
    };
    for (let i = 0; i < 3; i += 1) {
      turn.addRoom(flushable('r'));
      turn.addConnection(flushable('c'));
    }
    expect(asked).toBe(1);
    clock.endTurn();
    turn.addRoom(flushable('r'));
    expect(asked).toBe(2);
  });

  it('SNAP-4: counts a delivery from arrival to the end of the turn, for as many as got it', () => {
    const { clock, turn, delivered, flushable } = setUp();
    const at = clock.monotonic();
    const delivery = new Delivery('r', [at - 5, at - 2]);
    turn.addRoom(
      flushable('r', () => {
        turn.addDelivery(delivery);
        turn.addDelivery(new Delivery('empty', [at]));
        delivery.count = 3;
      }),
    );
    clock.advance(1);
    clock.endTurn();
    expect(delivered).toEqual([
      ['r', 6, 3],
      ['r', 3, 3],
    ]);
    clock.advance(100);
    turn.settleLate(delivery);
    expect(delivered.slice(2)).toEqual([
      ['r', 106, 1],
      ['r', 103, 1],
    ]);
    turn.addRoom(flushable('r'));
    clock.endTurn();
    expect(delivered).toHaveLength(4);
  });
});
