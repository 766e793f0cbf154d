import { describe, expect, it } from 'vitest';
import { HubBench, type HubBenchOptions, user } from '../../test/kit/hub-bench.ts';
import { settle } from '../../test/kit/settle.ts';
import { storeBut } from '../../test/kit/store-but.ts';
import type { Store } from '../store/store.ts';

const codeOf = async (bench: HubBench, roomId: string): Promise<string> => {
  const outcome = await bench.tryJoin(user('x', `x-${roomId}`), roomId);
  return outcome.kind === 'refused' ? outcome.code : 'joined';
};

/** Everybody goes, and what they leave behind settles. */
async function abandon(bench: HubBench, ...memberships: Awaited<ReturnType<HubBench['join']>>[]): Promise<void> {
  for (const each of memberships) bench.hub.leave(each);
  await bench.rest(6000);
}

describe('opening a room', () => {
  it('ROOM-1, ROOM-2: refuses names that are not allowed, and reserved ones, without asking the store', async () => {
    const bench = new HubBench();
    for (const name of ['', 'a b', 'x'.repeat(65), 'dm:1', 'private:1', 'ü']) expect(await codeOf(bench, name)).toBe('room_invalid');
    expect(bench.calls).toEqual([]);
    for (const name of ['__proto__', 'constructor', 'x'.repeat(64), 'a_-.:#Z9']) expect(await codeOf(bench, name)).toBe('joined');
  });

  it('reads the store once for all that come together', async () => {
    const bench = new HubBench();
    const members = await Promise.all(['ann', 'bob', 'cid'].map((name) => bench.join(user(name))));
    expect(bench.calls).toEqual(['room']);
    expect(new Set(members.map((each) => each.room)).size).toBe(1);
    expect(bench.hub.rooms.size).toBe(1);
  });

  it('is refused as storage_unavailable when the store is away, and works when it is back', async () => {
    const bench = new HubBench();
    bench.away.add('room');
    expect(await codeOf(bench, 'r')).toBe('storage_unavailable');
    bench.away.clear();
    expect(await codeOf(bench, 'r')).toBe('joined');
  });

  it('a bug of the store is not hidden', async () => {
    const wrap = (store: Store): Store => storeBut(store, { room: () => Promise.reject(new TypeError('a bug')) });
    const bench = new HubBench({ wrap });
    await expect(bench.tryJoin(user('ann'))).rejects.toThrow('a bug');
    await expect(bench.tryJoin(user('ann'))).rejects.toThrow('a bug');
  });

  it('begins a new room at 0, with an epoch of its own', async () => {
    const bench = new HubBench();
    const [a, b] = [await bench.join(user('ann'), 'a'), await bench.join(user('ann'), 'b')];
    expect([a.room.seq, a.room.isRegistered, a.room.isWholeInRing]).toEqual([0, false, true]);
    expect(a.room.epoch).toMatch(/^[\w-]{12}$/);
    expect(a.room.epoch).not.toBe(b.room.epoch);
  });

  it('EPOCH-1: goes on after a clean stop, with its ring filled from the store', async () => {
    const bench = new HubBench();
    const a = await bench.join(user('ann'));
    await bench.sayMany(a, 5);
    const next = await bench.restart(true);
    const { room } = await next.join(user('bob'), 'r', undefined, 0);
    expect([room.epoch, room.seq, room.storedSeq, room.isRegistered]).toEqual([a.room.epoch, 5, 5, true]);
    expect([room.ring.size, room.ring.firstSeq, room.isWholeInRing]).toEqual([5, 1, true]);
    expect(next.hub.rooms.ringBytes).toBe(room.ring.bytes);
    expect(room.lastMessageAt).toBe(a.room.lastMessageAt);
  });

  it('is not whole in its ring when the store has more than it was filled with', async () => {
    const bench = new HubBench();
    const a = await bench.join(user('ann'));
    await bench.sayMany(a, 1);
    for (let i = 0; i < 205; i += 1) bench.say(a, 'x');
    const next = await bench.restart(true);
    const { room } = await next.join(user('bob'), 'r', undefined, 0);
    expect([room.ring.size, room.ring.firstSeq, room.isWholeInRing]).toEqual([200, 7, false]);
  });

  it('EPOCH-2: begins a new epoch after a crash, above all that may have been seen, and registers it', async () => {
    const bench = new HubBench();
    const a = await bench.join(user('ann'));
    await bench.sayMany(a, 5);
    const next = await bench.restart(false);
    const { room } = await next.join(user('bob'), 'r', undefined, 0);
    expect([room.seq, room.storedSeq, room.isRegistered, room.ring.size]).toEqual([20_005, 20_005, true, 0]);
    expect(room.epoch).not.toBe(a.room.epoch);
    expect([room.isWholeInRing, next.calls]).toEqual([false, ['room', 'openEpoch']]);
  });

  it('EPOCH-2: registers the new epoch later when the store was away just then', async () => {
    const bench = new HubBench();
    await bench.sayMany(await bench.join(user('ann')), 5);
    const next = await bench.restart(false);
    next.away.add('openEpoch');
    const bob = user('bob');
    const membership = await next.join(bob, 'r', undefined, 0);
    expect(membership.room.isRegistered).toBe(false);
    next.away.clear();
    await next.say(membership, 'x');
    await next.rest();
    expect(bob.acks[0]?.stored.position).toMatchObject({ epoch: membership.room.epoch, seq: 20_006 });
  });

  it('ORDER-3: holds timestamps over a restart with a clock that is an hour back', async () => {
    const bench = new HubBench();
    const a = await bench.join(user('ann'));
    await bench.sayMany(a, 2);
    bench.clock.jumpWall(-3_600_000);
    const next = await bench.restart(true);
    const membership = await next.join(user('bob'));
    next.say(membership, 'x');
    expect(membership.room.lastMessageAt).toBe(a.room.lastMessageAt);
  });
});

describe('closing a room', () => {
  async function setUp(options: HubBenchOptions = {}) {
    const bench = new HubBench(options);
    const ann = await bench.join(user('ann'));
    await bench.sayMany(ann, 3);
    return { bench, ann };
  }

  it('happens 30 s after nobody needs it, and gives its memory back', async () => {
    const { bench, ann } = await setUp();
    await abandon(bench, ann);
    await bench.rest(24_000);
    expect(bench.hub.rooms.get('r')).toBe(ann.room);
    await bench.rest(11_000);
    expect([bench.hub.rooms.get('r'), bench.hub.rooms.ringBytes, bench.bus.knownSince('r')]).toEqual([
      undefined,
      0,
      Number.POSITIVE_INFINITY,
    ]);
    const again = await bench.join(user('bob'));
    expect([again.room === ann.room, again.room.epoch === ann.room.epoch, again.room.seq]).toEqual([false, true, 3]);
  });

  it('does not happen while a message of it is not stored', async () => {
    const { bench, ann } = await setUp();
    bench.away.add('append');
    bench.say(ann, 'late');
    await abandon(bench, ann);
    await bench.rest(60_000);
    expect(bench.hub.rooms.get('r')).toBe(ann.room);
    bench.away.clear();
    await bench.rest(40_000);
    expect(bench.hub.rooms.get('r')).toBeUndefined();
  });

  it('does not happen while somebody is there', async () => {
    const { bench, ann } = await setUp();
    await bench.rest(120_000);
    expect(bench.hub.rooms.get('r')).toBe(ann.room);
    expect(ann.room.liveMembers).toContain(ann);
  });

  it('ROOM-9: a new room beyond MAX_ROOMS is refused as overloaded, unless an idle one can go', async () => {
    const { bench, ann } = await setUp({ rooms: { maxRooms: 2 } });
    await bench.join(user('bob'), 'b');
    expect(await codeOf(bench, 'c')).toBe('overloaded');
    expect(await codeOf(bench, 'b')).toBe('joined');
    await abandon(bench, ann);
    expect(await codeOf(bench, 'c')).toBe('joined');
    expect([...bench.hub.rooms.all()].map((room) => room.id).sort()).toEqual(['b', 'c']);
  });

  it('ROOM-9: counts rooms that are being opened', async () => {
    const bench = new HubBench({ rooms: { maxRooms: 2 } });
    const codes = await Promise.all(['a', 'b', 'c'].map((name) => codeOf(bench, name)));
    expect(codes).toEqual(['joined', 'joined', 'overloaded']);
  });

  it('does not take a room from somebody who is just about to enter it', async () => {
    const gates = new Map([['a', Promise.withResolvers<void>()]]);
    const wrap = (store: Store): Store =>
      storeBut(store, {
        room: async (...args) => {
          await gates.get(args[0])?.promise;
          return store.room(...args);
        },
      });
    const bench = new HubBench({ rooms: { maxRooms: 1 }, wrap });
    const opening = bench.hub.rooms.open('a');
    gates.get('a')?.resolve();
    await opening;
    expect(await codeOf(bench, 'b')).toBe('overloaded');
    await settle();
    bench.clock.endTurns();
    await bench.rest(100);
    expect(await codeOf(bench, 'b')).toBe('joined');
  });
});

describe('the memory of all rings', () => {
  it('LIMIT-7: stays within the budget: the room that was silent longest gives up first, what is not stored stays', async () => {
    const bench = new HubBench({ rooms: { ringBytes: 10_000 } });
    const [a, b, c] = [await bench.join(user('ann'), 'a'), await bench.join(user('ann'), 'b'), await bench.join(user('ann'), 'c')];
    for (const each of [b, a, c]) {
      await bench.sayMany(each, 10, 'x'.repeat(100));
      await bench.rest(1000);
    }
    expect(bench.hub.rooms.ringBytes).toBe(a.room.ring.bytes + b.room.ring.bytes + c.room.ring.bytes);
    bench.away.add('append');
    bench.say(b, 'not stored');
    bench.clock.advance(10);
    const before = b.room.ring.size;
    expect(before).toBe(11);
    const beforeA = a.room.ring.size;
    for (let i = 0; i < 12 && a.room.ring.size === beforeA; i += 1) bench.say(c, 'x'.repeat(150));
    expect([a.room.ring.size, b.room.ring.size]).toEqual([0, 11]);
    for (let i = 0; i < 30 && b.room.ring.size > 1; i += 1) bench.say(c, 'x'.repeat(150));
    expect([b.room.ring.size, b.room.ring.firstSeq]).toEqual([1, 11]);
    expect(bench.hub.rooms.ringBytes).toBe(a.room.ring.bytes + b.room.ring.bytes + c.room.ring.bytes);
  });
});
