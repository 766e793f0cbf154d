import { describe, expect, it } from 'vitest';
import { HubBench, type HubBenchOptions, user } from '../../test/kit/hub-bench.ts';
import { settle } from '../../test/kit/settle.ts';
import { storeBut } from '../../test/kit/store-but.ts';
import type { Store } from '../store/store.ts';
import { makeMessageId } from './message-id.ts';

const ID = 'f0000000-0000-4000-8000-000000000001';
const OTHER = 'f0000000-0000-4000-8000-000000000002';

async function setUp(options: HubBenchOptions = {}) {
  const bench = new HubBench(options);
  const [ann, bob] = [user('ann'), user('bob')];
  const [a, b] = [await bench.join(ann), await bench.join(bob)];
  await bench.sayMany(a, 1);
  // Ids from before the room was opened would be looked up for ten minutes.
  bench.calls.length = 0;
  ann.acks.length = 0;
  return { bench, ann, bob, a, b, room: a.room };
}

const finds = (bench: HubBench) => bench.calls.filter((each) => each === 'find').length;

describe('publishing', () => {
  it('ACK-1, ACK-4: is broadcast in its turn, and acked with its position when the store has it, not before', async () => {
    const { bench, ann, bob, a, room } = await setUp();
    bench.away.add('append');
    bench.say(a, 'hello', { messageId: ID, ref: 'r1' });
    bench.clock.endTurn();
    await bench.rest();
    expect([bob.seqs.at(-1), ann.acks]).toEqual([2, []]);
    bench.away.clear();
    await bench.rest(2000);
    expect(ann.acks).toMatchObject([{ ref: 'r1', stored: { messageId: ID, roomId: 'r', position: { epoch: room.epoch, seq: 2 } } }]);
    expect(ann.acks[0]?.stored.publication?.seq).toBe(2);
  });

  it('ACK-2: says nothing to a frame without a ref', async () => {
    const { bench, ann, a } = await setUp();
    bench.say(a, 'hello', { ref: undefined });
    await bench.rest();
    expect([ann.acks, ann.refusals]).toEqual([[], []]);
  });

  it('tells those who count: accepted in its turn, stored after the commit', async () => {
    const told: string[] = [];
    const events = { accepted: () => told.push('accepted'), stored: () => told.push('stored') };
    const { bench, a } = await setUp({ events });
    told.length = 0;
    bench.say(a, 'hello');
    expect(told).toEqual(['accepted']);
    await bench.rest();
    expect(told).toEqual(['accepted', 'stored']);
  });

  it('ID-1: makes an id where the client gave none, and keeps its own', async () => {
    const { bench, a, bob } = await setUp();
    bench.say(a, 'x');
    bench.say(a, 'y', { messageId: ID });
    bench.clock.endTurn();
    const [x, y] = bob.of('chat').slice(-2);
    expect([x?.messageId, y?.messageId]).toEqual([expect.stringMatching(/^[0-9a-f-]{14}4/), ID]);
  });

  it('STORE-3: is refused before it gets a seq when the queue is full, by what the reason is', async () => {
    const { bench, ann, a, room } = await setUp({ queue: { maxMessages: 2 } });
    bench.away.add('append');
    for (const text of ['1', '2', '3']) bench.say(a, text);
    expect(ann.refusals).toEqual([{ ref: '3', code: 'overloaded' }]);
    await bench.rest();
    bench.say(a, '4');
    expect(ann.refusals.at(-1)).toEqual({ ref: '4', code: 'storage_unavailable' });
    expect(room.seq).toBe(3);
    bench.away.clear();
    await bench.rest(2000);
    bench.say(a, '5');
    await bench.rest();
    expect(ann.acks.map((each) => each.ref)).toEqual(['1', '2', '5']);
    expect(room.seq).toBe(4);
  });

  it('a refusal gives its place in the queue back', async () => {
    const { bench, ann, a, b } = await setUp({ queue: { maxMessages: 1 } });
    bench.say(a, 'first', { messageId: ID });
    await bench.rest();
    for (let i = 0; i < 3; i += 1) {
      bench.say(a, 'repeat', { messageId: ID });
      bench.say(b, 'stolen', { messageId: ID });
      await bench.say(a, 'reply to nothing', { replyTo: OTHER });
    }
    bench.say(a, 'next');
    await bench.rest();
    expect(ann.acks.at(-1)?.ref).toBe('next');
    expect(bench.queue.isFull()).toBe(false);
    expect(a.room.pending).toBe(0);
  });

  it('ID-9: a reply needs a message of the room, stored or not', async () => {
    const { bench, ann, bob, a } = await setUp();
    bench.say(a, 'first', { messageId: ID });
    await bench.say(a, 'reply', { replyTo: ID, ref: 'in the ring' });
    await bench.rest();
    a.room.ring.shed();
    await bench.say(a, 'reply', { replyTo: ID, ref: 'in the store' });
    await bench.say(a, 'reply', { replyTo: OTHER, ref: 'nowhere' });
    await bench.rest();
    expect(ann.acks.map((each) => each.ref)).toEqual(['first', 'in the ring', 'in the store']);
    expect(ann.refusals).toEqual([{ ref: 'nowhere', code: 'not_found' }]);
    expect(bob.of('chat').filter((each) => each.replyTo === ID)).toHaveLength(2);
  });
});

describe('a repeat', () => {
  it('ID-3, ID-4: is acked with the first one’s position, once that one is stored', async () => {
    const { bench, ann, bob, a, room } = await setUp();
    bench.away.add('append');
    bench.say(a, 'hello', { messageId: ID, ref: 1 });
    bench.say(a, 'other words', { messageId: ID, ref: 2 });
    await bench.say(a, 'hello', { messageId: ID, ref: 3, retry: true });
    await bench.rest();
    expect(ann.acks).toEqual([]);
    bench.away.clear();
    await bench.rest(2000);
    bench.say(a, 'hello', { messageId: ID, ref: 4 });
    expect(ann.acks.map((each) => [each.ref, each.stored.position?.seq]).sort()).toEqual([1, 2, 3, 4].map((ref) => [ref, 2]));
    expect(ann.acks.find((each) => each.ref === 2)?.stored).toMatchObject({
      messageId: ID,
      roomId: 'r',
      position: { epoch: room.epoch, seq: 2 },
      publication: undefined,
    });
    expect(bob.of('chat').filter((each) => each.messageId === ID)).toHaveLength(1);
    expect(room.pending).toBe(0);
  });

  it('ID-5: of another user is refused, wherever the first one is', async () => {
    const { bench, bob, a, b } = await setUp();
    bench.say(a, 'hello', { messageId: ID });
    bench.say(b, 'mine', { messageId: ID, ref: 'bus' });
    await bench.say(b, 'mine', { messageId: ID, ref: 'ring', retry: true });
    await bench.rest();
    a.room.ring.shed();
    await bench.say(b, 'mine', { messageId: ID, ref: 'store', retry: true });
    expect(bob.refusals).toEqual(['bus', 'ring', 'store'].map((ref) => ({ ref, code: 'id_taken' })));
    expect(a.room.seq).toBe(2);
  });

  it('ID-7: with retry is looked up in the store, without it is not', async () => {
    const { bench, ann, a } = await setUp();
    bench.say(a, 'hello', { messageId: ID });
    await bench.rest();
    const before = finds(bench);
    bench.say(a, 'hello', { messageId: OTHER });
    expect(finds(bench)).toBe(before);
    a.room.ring.shed();
    await bench.say(a, 'hello', { messageId: ID, ref: 'again', retry: true });
    expect(finds(bench)).toBe(before + 1);
    expect(ann.acks.at(-1)).toMatchObject({ ref: 'again', stored: { position: { seq: 2 }, publication: undefined } });
  });

  it('ID-6: is known at once after a clean restart, and after a crash', async () => {
    for (const isClean of [true, false]) {
      const { bench, a, room } = await setUp();
      bench.say(a, 'hello', { messageId: ID });
      await bench.rest();
      const next = await bench.restart(isClean);
      const ann = user('ann');
      const again = await next.join(ann);
      await next.say(again, 'hello', { messageId: ID, ref: 'again' });
      expect(ann.acks).toMatchObject([{ ref: 'again', stored: { position: { epoch: room.epoch, seq: 2 } } }]);
      expect(again.room.seq === 2).toBe(isClean);
    }
  });

  it('of an id that only the server can have made is looked up without being asked', async () => {
    const { bench, ann, bob, a, b } = await setUp();
    bench.say(a, 'hello');
    await bench.rest();
    const id = bob.of('chat').at(-1)?.messageId ?? '';
    await bench.say(b, 'mine', { messageId: id, ref: 'stolen' });
    expect(bob.refusals).toEqual([{ ref: 'stolen', code: 'id_taken' }]);
    await bench.say(a, 'new', { messageId: makeMessageId(bench.clock.now() - 5), ref: 'by chance' });
    await bench.rest();
    expect(ann.acks.at(-1)?.ref).toBe('by chance');
  });

  it('is looked up while the bus does not know the last ten minutes', async () => {
    const { bench, a } = await setUp();
    bench.clock.jumpWall(-60_000);
    await bench.say(a, 'x', { messageId: ID });
    expect(finds(bench)).toBe(1);
    bench.clock.jumpWall(60_000);
    bench.say(a, 'y', { messageId: OTHER });
    expect(finds(bench)).toBe(1);
  });

  it('ID-8: that slipped past everything is stored once and acked where the first one is', async () => {
    const { bench, ann, bob, a, b } = await setUp();
    bench.say(a, 'hello', { messageId: ID });
    await bench.rest();
    for (const minutes of [10, 10, 10]) {
      bench.clock.advance(minutes * 60_000);
      bench.say(b, 'time goes by', { messageId: `f1000000-0000-4000-8000-${String(bench.clock.now()).padStart(12, '0').slice(-12)}` });
      await bench.rest();
    }
    a.room.ring.shed();
    bench.say(a, 'hello', { messageId: ID, ref: 'late' });
    bench.say(b, 'mine', { messageId: ID, ref: 'stolen' });
    await bench.rest();
    expect(ann.acks.at(-1)).toMatchObject({ ref: 'late', stored: { position: { seq: 2 }, publication: undefined } });
    const page = await bench.store.roomMessages('r', { limit: 200 });
    expect(page.messages.filter((each) => each.messageId === ID)).toHaveLength(1);
    expect(bob.of('chat').filter((each) => each.messageId === ID && each.seq !== 2)).toHaveLength(1);
  });

  it('of a slipped id by another user hears that it is taken from the store itself', async () => {
    const wrap = (store: Store): Store =>
      storeBut(store, {
        append: async (batch) => {
          await store.append(batch);
          const first = batch[0];
          return batch.map((each) =>
            each.content === 'slips' && first ? { kind: 'repeat', first: { ...first, userId: 'somebody' } } : { kind: 'inserted' },
          );
        },
      });
    const { bench, ann, a } = await setUp({ wrap });
    bench.say(a, 'slips', { messageId: ID, ref: 'x' });
    await bench.rest();
    expect([ann.acks, ann.refusals]).toEqual([[], [{ ref: 'x', code: 'id_taken' }]]);
  });
});

describe('bounds', () => {
  it('STORE-3: repeats that wait for the first one take room in the queue, so that they are bounded too', async () => {
    const { bench, ann, a } = await setUp({ queue: { maxMessages: 3 } });
    bench.away.add('append');
    bench.say(a, 'first', { messageId: ID, ref: 1 });
    bench.say(a, 'again', { messageId: ID, ref: 2 });
    bench.say(a, 'again', { messageId: ID, ref: 3 });
    bench.say(a, 'again', { messageId: ID, ref: 4 });
    expect(ann.refusals).toMatchObject([{ ref: 4 }]);
    bench.away.clear();
    await bench.rest(3000);
    expect(ann.acks.map((each) => each.ref).sort()).toEqual([1, 2, 3]);
    bench.say(a, 'room again', { ref: 5 });
    await bench.rest();
    expect(ann.acks.at(-1)?.ref).toBe(5);
  });

  it('holds a sender back while the store lags, and not while it fails', async () => {
    const { bench, ann, a } = await setUp({ queue: { lagMessages: 3, caughtUpMessages: 2, maxMessages: 10 } });
    expect([bench.say(a, 'one'), bench.say(a, 'two')]).toEqual([undefined, undefined]);
    const held = bench.say(a, 'three');
    expect(held).toBeInstanceOf(Promise);
    await bench.rest();
    await held;
    expect(ann.acks).toHaveLength(3);
    bench.away.add('append');
    bench.say(a, 'four');
    await bench.rest();
    const waits = ['five', 'six', 'seven'].map((content) => bench.say(a, content));
    expect(waits).toEqual([undefined, undefined, undefined]);
  });

  it('ID-3, ID-5: an id that was just imported into a live room is known', async () => {
    const { bench, ann, bob, a, b } = await setUp();
    const timestamp = bench.clock.now();
    const imported = { roomId: 'r', messageId: ID, type: 'chat', userId: 'ann', username: 'A', content: 'old', timestamp } as const;
    await bench.store.importEvents([{ ...imported, replyTo: undefined, position: undefined }]);
    bench.hub.imported(new Map([['r', timestamp]]));
    const seen = bob.seqs.length;
    await bench.say(b, 'steal', { messageId: ID, ref: 'steal' });
    await bench.say(a, 'again', { messageId: ID, ref: 'again' });
    await bench.rest();
    expect(bob.refusals).toEqual([{ ref: 'steal', code: 'id_taken' }]);
    expect(ann.acks).toMatchObject([{ ref: 'again', stored: { messageId: ID, position: { epoch: a.room.epoch, seq: 0 } } }]);
    expect(bob.seqs.length).toBe(seen);
  });
});

describe('the first message of a room', () => {
  it('registers the epoch before it is ordered, once for all that come together', async () => {
    const bench = new HubBench();
    const ann = user('ann');
    const membership = await bench.join(ann);
    for (const text of ['1', '2', '3']) bench.say(membership, text);
    expect(membership.room.seq).toBe(0);
    await bench.rest();
    expect(ann.acks.map((each) => each.stored.position?.seq)).toEqual([1, 2, 3]);
    expect(bench.calls.filter((each) => each === 'openEpoch')).toHaveLength(1);
    expect(bench.calls.indexOf('openEpoch')).toBeLessThan(bench.calls.indexOf('append'));
  });

  it('is refused while the store is away, and taken when it is back', async () => {
    const bench = new HubBench();
    const ann = user('ann');
    const membership = await bench.join(ann);
    bench.away.add('openEpoch');
    await bench.say(membership, '1');
    expect(ann.refusals).toEqual([{ ref: '1', code: 'storage_unavailable' }]);
    bench.away.clear();
    await bench.say(membership, '2');
    await bench.rest();
    expect(ann.acks.map((each) => [each.ref, each.stored.position?.seq])).toEqual([['2', 1]]);
  });
});

describe('when something goes wrong', () => {
  it('a look-up while the store is away is refused as storage_unavailable', async () => {
    const { bench, ann, a } = await setUp();
    bench.away.add('find');
    await bench.say(a, 'x', { messageId: ID, retry: true });
    expect(ann.refusals).toEqual([{ ref: 'x', code: 'storage_unavailable' }]);
    expect([a.room.pending, a.room.seq]).toEqual([0, 1]);
  });

  it('a bug is refused as internal, and reported once', async () => {
    const bug = new TypeError('a bug');
    const wrap = (store: Store): Store => storeBut(store, { find: () => Promise.reject(bug) });
    const { bench, ann, a } = await setUp({ wrap });
    await bench.say(a, 'x', { messageId: ID, retry: true });
    expect([ann.refusals, bench.bugs]).toEqual([[{ ref: 'x', code: 'internal' }], [bug]]);
  });

  it('an ordering that is away is refused as overloaded', async () => {
    const { bench, ann, a } = await setUp();
    bench.bus.append = (_draft, done) => done({ kind: 'unavailable' });
    bench.say(a, 'x');
    expect(ann.refusals).toEqual([{ ref: 'x', code: 'overloaded' }]);
    await settle();
    expect(a.room.pending).toBe(0);
  });
});
