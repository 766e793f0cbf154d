import { LIMITS } from '@hubbub/protocol';
import { describe, expect, it } from 'vitest';
import { HubBench, user } from '../../test/kit/hub-bench.ts';
import { frameText } from './framing.ts';

const join = (bench: HubBench, ...names: string[]) => Promise.all(names.map(async (name) => bench.join(user(name))));

async function quiet(options?: ConstructorParameters<typeof HubBench>[0]) {
  const bench = new HubBench(options);
  const members = await join(bench, 'ann', 'bob', 'cid');
  const subscribers = members.map((each) => each.subscriber as ReturnType<typeof user>);
  await bench.rest();
  const [ann, bob] = members;
  if (ann === undefined || bob === undefined) throw new Error('nobody came');
  // The first publication registers the epoch; afterwards publishing is synchronous.
  await bench.sayMany(ann, 1);
  for (const { sent, deliveries } of subscribers) {
    sent.length = 0;
    deliveries.length = 0;
  }
  return { bench, members, subscribers, ann, bob };
}

describe('a room’s flush', () => {
  it('SLOW-4: gives all members that wait for the same frames one and the same buffer', async () => {
    const { bench, subscribers, ann, bob } = await quiet();
    bench.say(ann, 'one');
    bench.say(bob, 'two');
    expect(subscribers.map((each) => each.sent.length)).toEqual([0, 0, 0]);
    bench.clock.endTurn();
    const [shared] = subscribers[0]?.sent ?? [];
    for (const { sent, seqs } of subscribers) {
      expect(sent).toHaveLength(1);
      expect(sent[0]).toBe(shared);
      expect(seqs).toEqual([2, 3]);
    }
  });

  it('SLOW-5: a lone publication goes out as the very buffer that the ring keeps', async () => {
    const { bench, subscribers, ann } = await quiet();
    bench.say(ann, 'one');
    bench.clock.endTurn();
    for (const { sent } of subscribers) expect(sent[0]).toBe(ann.room.ring.at(2)?.frame);
  });

  it('ORDER-2: goes to the sender as to all others, in one order', async () => {
    const { bench, subscribers, ann, bob } = await quiet();
    for (const text of ['a', 'b', 'c']) bench.say(ann, text);
    bench.say(bob, 'd');
    bench.clock.endTurn();
    for (const each of subscribers) expect(each.of('chat').map((frame) => frame.content)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('RESUME-6: a latecomer of the turn gets only what comes after its replay', async () => {
    const { bench, subscribers, ann } = await quiet();
    bench.say(ann, 'before');
    const late = user('dan');
    await bench.join(late, 'r', { epoch: ann.room.epoch, seq: 0 });
    expect(late.seqs).toEqual([1, 2]);
    bench.say(ann, 'after');
    bench.clock.endTurn();
    expect(late.seqs).toEqual([1, 2, 3]);
    for (const each of subscribers) expect(each.seqs).toEqual([2, 3]);
    expect(late.deliveries.every((delivery) => delivery === undefined)).toBe(true);
    bench.say(ann, 'next turn');
    bench.clock.endTurn();
    expect(late.sent.at(-1)).toBe(subscribers[0]?.sent.at(-1));
    expect(late.seqs).toEqual([1, 2, 3, 4]);
  });

  it('a latecomer for whom nothing is left gets nothing', async () => {
    const { bench, ann } = await quiet();
    bench.say(ann, 'before');
    const late = user('dan');
    await bench.join(late, 'r', { epoch: ann.room.epoch, seq: 2 });
    const before = late.sent.length;
    bench.clock.endTurn();
    expect(late.sent).toHaveLength(before);
  });

  it('SNAP-4: names the arrival of every publication of the turn, once for all members', async () => {
    const { bench, subscribers, ann } = await quiet();
    const at = bench.clock.monotonic();
    bench.say(ann, 'a', { arrivedAt: at - 7 });
    bench.say(ann, 'b', { arrivedAt: at - 3 });
    bench.clock.endTurn();
    const [delivery] = subscribers[0]?.deliveries ?? [];
    expect(delivery).toMatchObject({ roomId: 'r', arrivals: [at - 7, at - 3] });
    for (const { deliveries } of subscribers) expect(deliveries[0]).toBe(delivery);
    ann.room.queue(frameText('{"type":"presence","roomId":"r","members":3}'));
    bench.clock.endTurn();
    expect(subscribers[0]?.deliveries).toEqual([delivery, undefined]);
  });

  it('ROOM-6: whoever left gets what was said before, and nothing more; everybody else goes on', async () => {
    const { bench, members, subscribers, ann, bob } = await quiet();
    const cid = members[2];
    if (cid === undefined) throw new Error('nobody');
    const { room } = ann;
    for (const [i, each] of [bob, ann, cid].entries()) {
      bench.say(each, `before ${i}`);
      bench.hub.leave(each);
      bench.hub.leave(each);
      expect(room.liveMembers).not.toContain(each);
      expect(room.liveMembers.map((one) => one.index)).toEqual(room.liveMembers.map((_, at) => at));
      bench.clock.endTurns();
    }
    expect(subscribers.map((each) => each.seqs)).toEqual([[2, 3], [2], [2, 3, 4]]);
    expect(room.liveMembers).toEqual([]);
  });
});

describe('a room', () => {
  it('knows its last message, its head and what is stored', async () => {
    const { bench, ann } = await quiet();
    const { room } = ann;
    bench.clock.advance(1234);
    bench.say(ann, 'x');
    expect([room.seq, room.storedSeq, room.lastMessageAt, room.head.seq]).toEqual([2, 1, bench.clock.now(), 2]);
    await bench.rest();
    expect(room.storedSeq).toBe(2);
  });

  it('LIMIT-7: keeps the newest publications, at most 1,000, and accounts for their bytes', async () => {
    const { bench, ann } = await quiet();
    const { room } = ann;
    for (let i = 0; i < LIMITS.ringPublications + 20; i += 1) bench.say(ann, 'x');
    // The first one, stored before, is the only one that may go.
    expect([room.ring.size, room.ring.firstSeq]).toEqual([LIMITS.ringPublications + 20, 2]);
    await bench.rest();
    expect([room.ring.size, room.ring.firstSeq]).toEqual([LIMITS.ringPublications, 22]);
    expect(bench.hub.rooms.ringBytes).toBe(room.ring.bytes);
  });

  it('is whole in its ring until something was evicted', async () => {
    const { ann } = await quiet();
    expect(ann.room.isWholeInRing).toBe(true);
    ann.room.ring.shed();
    expect(ann.room.isWholeInRing).toBe(false);
  });
});
