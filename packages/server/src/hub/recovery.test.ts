import { LIMITS } from '@hubbub/protocol';
import { describe, expect, it } from 'vitest';
import { HubBench, type HubBenchOptions, user } from '../../test/kit/hub-bench.ts';
import { settle } from '../../test/kit/settle.ts';
import { storeBut } from '../../test/kit/store-but.ts';
import type { Store } from '../store/store.ts';

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** A room with `count` stored messages. */
async function spoken(count: number, options: HubBenchOptions = {}) {
  const resumes: [boolean, number][] = [];
  const bench = new HubBench({ ...options, events: { resumed: (...each) => resumes.push(each) } });
  const ann = await bench.join(user('ann'));
  await bench.sayMany(ann, 1);
  for (let i = 2; i <= count; i += 1) bench.say(ann, String(i));
  await bench.rest(1000);
  return { bench, ann, room: ann.room, resumes };
}

describe('a fresh join', () => {
  it('ROOM-7: gets joined first, then the latest messages, then live ones', async () => {
    const { bench, ann, room } = await spoken(9);
    const bob = user('bob');
    await bench.join(bob, 'r', undefined, 4);
    bench.say(ann, '10');
    bench.clock.endTurn();
    expect(bob.frames[0]).toEqual({ type: 'joined', roomId: 'r', epoch: room.epoch, seq: 9, recovered: false, replay: 4, ref: 'j' });
    expect(bob.seqs).toEqual([6, 7, 8, 9, 10]);
    expect(bench.calls).not.toContain('roomMessages');
  });

  it('ROOM-7: gets none with a history of 0, and all when there are fewer than asked for', async () => {
    const { bench } = await spoken(3);
    const [bob, cid] = [user('bob'), user('cid')];
    await bench.join(bob, 'r', undefined, 0);
    await bench.join(cid, 'r', undefined, 200);
    expect([bob.seqs, cid.seqs]).toEqual([[], [1, 2, 3]]);
    expect(cid.of('joined')[0]?.replay).toBe(3);
    expect(bench.calls).not.toContain('roomMessages');
  });

  it('is no resume to those who count', async () => {
    const { bench, room, resumes } = await spoken(3);
    await bench.join(user('bob'));
    room.ring.shed();
    const cid = user('cid');
    await bench.join(cid);
    // All three were said in one millisecond or two: seq decides.
    expect(cid.seqs).toEqual([1, 2, 3]);
    expect(resumes).toEqual([]);
  });

  it('reads the store for what the ring does not have, and joins both in order of time', async () => {
    const { bench, ann, room } = await spoken(9);
    room.ring.shed();
    bench.away.add('append');
    bench.say(ann, '10');
    bench.clock.endTurn();
    const bob = user('bob');
    await bench.join(bob, 'r', undefined, 4);
    expect(bob.seqs).toEqual([7, 8, 9, 10]);
    expect(bob.of('joined')[0]).toMatchObject({ seq: 10, recovered: false, replay: 4 });
  });

  it('STORE-2: gets what the ring has when the store is away', async () => {
    const { bench, ann, room } = await spoken(9);
    room.ring.shed();
    bench.say(ann, '10');
    bench.away.add('all');
    const bob = user('bob');
    await bench.join(bob);
    expect(bob.seqs).toEqual([10]);
  });

  it('shows imported messages in their place', async () => {
    const { bench, room } = await spoken(2);
    const row = {
      roomId: 'r',
      messageId: 'i',
      type: 'chat',
      userId: 'old',
      username: 'Old',
      content: 'imported',
      replyTo: undefined,
    } as const;
    await bench.store.importEvents([{ ...row, timestamp: 1000, position: undefined }]);
    bench.hub.imported(
      new Map([
        ['r', 1000],
        ['nowhere', 5],
      ]),
    );
    bench.hub.imported(new Map([['r', 999]]));
    expect(room.importedThrough).toBe(1000);
    const bob = user('bob');
    await bench.join(bob);
    expect(bob.of('chat').map((each) => [each.content, each.seq])).toEqual([
      ['imported', undefined],
      ['1', 1],
      ['2', 2],
    ]);
    const cid = user('cid');
    const reads = bench.calls.filter((each) => each === 'roomMessages').length;
    await bench.join(cid, 'r', undefined, 2);
    expect(cid.seqs).toEqual([1, 2]);
    expect(bench.calls.filter((each) => each === 'roomMessages')).toHaveLength(reads);
  });

  it('has no hole between history and live when the ring gave up what was stored while the store was read', async () => {
    const gate = Promise.withResolvers<void>();
    let reads = 0;
    // The page is read at once, and comes late.
    const wrap = (store: Store): Store =>
      storeBut(store, {
        roomMessages: async (...args) => {
          reads += 1;
          const page = await store.roomMessages(...args);
          if (reads === 1) await gate.promise;
          return page;
        },
      });
    const { bench, ann, room } = await spoken(5, { wrap });
    room.ring.shed();
    const bob = user('bob');
    const joining = bench.join(bob);
    await settle();
    await bench.sayMany(ann, 3);
    room.ring.shed();
    gate.resolve();
    await joining;
    expect(bob.seqs).toEqual(range(1, 8));
    expect(reads).toBe(2);
  });
});

describe('a resume', () => {
  it('RESUME-1, RESUME-2: gets exactly what it missed, in order, then live messages', async () => {
    const { bench, ann, room, resumes } = await spoken(9);
    const bob = user('bob');
    await bench.join(bob, 'r', { epoch: room.epoch, seq: 4 });
    bench.say(ann, '10');
    bench.clock.endTurn();
    expect(bob.frames[0]).toEqual({ type: 'joined', roomId: 'r', epoch: room.epoch, seq: 9, recovered: true, replay: 5, ref: 'j' });
    expect(bob.seqs).toEqual([5, 6, 7, 8, 9, 10]);
    expect(resumes).toEqual([[true, 5]]);
  });

  it('RESUME-1: at the head gets nothing but joined', async () => {
    const { bench, room } = await spoken(3);
    const bob = user('bob');
    await bench.join(bob, 'r', { epoch: room.epoch, seq: 3 });
    expect(bob.frames).toMatchObject([{ type: 'joined', recovered: true, replay: 0, seq: 3 }]);
  });

  it('reads the store before the ring, over more pages than one', async () => {
    const { bench, ann, room } = await spoken(700);
    room.ring.shed();
    for (let i = 0; i < 3; i += 1) bench.say(ann, 'x');
    const bob = user('bob');
    await bench.join(bob, 'r', { epoch: room.epoch, seq: 10 });
    await bench.rest();
    expect(bob.of('joined')[0]).toMatchObject({ recovered: true, replay: 693, seq: 703 });
    expect(bob.seqs).toEqual(range(11, 703));
    expect(bench.calls.filter((each) => each === 'sequencedAfter')).toHaveLength(3);
  });

  it('RESUME-8, RESUME-3: ahead of the head or of an unknown epoch is told, and shown the latest', async () => {
    const { bench, room, resumes } = await spoken(3);
    for (const since of [
      { epoch: room.epoch, seq: 4 },
      { epoch: 'unknown', seq: 1 },
    ]) {
      const bob = user('bob');
      await bench.join(bob, 'r', since, 2);
      expect(bob.of('joined')[0]).toMatchObject({ recovered: false, replay: 2, seq: 3 });
      expect(bob.seqs).toEqual([2, 3]);
    }
    expect(resumes).toEqual([
      [false, 2],
      [false, 2],
    ]);
  });

  it('RESUME-5: of 5,000 messages is recovered, of 5,001 is not', async () => {
    const { bench, room } = await spoken(LIMITS.replayMessages + 1);
    const [bob, cid] = [user('bob'), user('cid')];
    await bench.join(bob, 'r', { epoch: room.epoch, seq: 1 });
    await bench.join(cid, 'r', { epoch: room.epoch, seq: 0 }, 1);
    for (let i = 0; i < 30; i += 1) {
      bob.wake();
      await bench.rest();
    }
    expect(bob.of('joined')[0]).toMatchObject({ recovered: true, replay: 5000 });
    expect(bob.seqs).toEqual(range(2, 5001));
    expect(cid.of('joined')[0]).toMatchObject({ recovered: false, replay: 1 });
  });

  it('RESUME-5: of more than 4 MiB is not recovered, whether it lies in the store or in the ring', async () => {
    const { bench, ann, room } = await spoken(1);
    for (let i = 0; i < 1200; i += 1) bench.say(ann, '🙂'.repeat(1000));
    const before = user('before');
    await bench.join(before, 'r', { epoch: room.epoch, seq: 1 }, 0);
    expect(before.of('joined')[0]).toMatchObject({ recovered: false });
    await bench.rest(1000);
    const [bob, cid] = [user('bob'), user('cid')];
    await bench.join(bob, 'r', { epoch: room.epoch, seq: 1 }, 0);
    await bench.join(cid, 'r', { epoch: room.epoch, seq: 800 }, 0);
    expect(bob.of('joined')[0]).toMatchObject({ recovered: false, replay: 0 });
    expect(cid.of('joined')[0]).toMatchObject({ recovered: true, replay: 401 });
  });

  it('is refused as storage_unavailable when it cannot be decided, and nothing was said', async () => {
    const { bench, room } = await spoken(9);
    room.ring.shed();
    bench.away.add('missed');
    const bob = user('bob');
    expect(await bench.tryJoin(bob, 'r', { epoch: room.epoch, seq: 2 })).toMatchObject({ kind: 'refused', code: 'storage_unavailable' });
    expect(bob.frames.filter((frame) => frame.type !== 'join')).toEqual([]);
    expect(room.presence.present().map((each) => each.userId)).toEqual(['ann']);
    expect(room.liveMembers).toHaveLength(1);
  });

  it('waits for the store when it goes away during the replay, and goes on when it is back', async () => {
    const { bench, room } = await spoken(9);
    room.ring.shed();
    bench.away.add('sequencedAfter');
    const bob = user('bob');
    await bench.join(bob, 'r', { epoch: room.epoch, seq: 2 });
    await bench.rest(1200);
    expect(bob.seqs).toEqual([]);
    bench.away.clear();
    await bench.rest(600);
    expect(bob.seqs).toEqual(range(3, 9));
    expect(bob.of('joined')).toHaveLength(1);
  });

  it('is told that history was lost when the store has a hole, wherever it is', async () => {
    for (const lost of [3, 5, 9]) {
      const wrap = (store: Store): Store =>
        storeBut(store, {
          sequencedAfter: async (...args) => (await store.sequencedAfter(...args)).filter((row) => row.position?.seq !== lost),
        });
      const { bench, room } = await spoken(9, { wrap });
      room.ring.shed();
      const bob = user('bob');
      await bench.join(bob, 'r', { epoch: room.epoch, seq: 2 });
      await bench.rest();
      expect(bob.of('joined').map((each) => each.recovered)).toEqual([true, false]);
      expect(room.liveMembers.some((each) => each.subscriber === bob)).toBe(true);
    }
  });

  it('is not recovered when the store counts fewer than there were', async () => {
    const wrap = (store: Store): Store => storeBut(store, { missed: async () => ({ kind: 'covered', count: 6, bytes: 1 }) });
    const { bench, room } = await spoken(9, { wrap });
    room.ring.shed();
    const bob = user('bob');
    await bench.join(bob, 'r', { epoch: room.epoch, seq: 2 });
    expect(bob.of('joined').map((each) => each.recovered)).toEqual([false]);
  });

  it('RESUME-7: is paced by the socket', async () => {
    const { bench, ann, room } = await spoken(9);
    const bob = user('bob');
    bob.backlog = 65_537;
    const membership = await bench.join(bob, 'r', { epoch: room.epoch, seq: 2 });
    bench.say(ann, '10');
    bench.clock.endTurn();
    expect([bob.seqs, membership.isBehind]).toEqual([[], true]);
    bob.backlog = 65_536;
    bob.wake();
    expect([bob.seqs, membership.isBehind]).toEqual([range(3, 10), false]);
  });
});

describe('over restarts', () => {
  it('EPOCH-1: a clean one resets nobody', async () => {
    const { bench, room } = await spoken(5);
    const next = await bench.restart(true);
    const bob = user('bob');
    const membership = await next.join(bob, 'r', { epoch: room.epoch, seq: 3 });
    next.say(membership, 'six');
    next.clock.endTurn();
    expect(bob.of('joined')[0]).toMatchObject({ recovered: true, epoch: room.epoch, seq: 5 });
    expect(bob.seqs).toEqual([4, 5, 6]);
  });

  it('EPOCH-2, RESUME-4: after a crash the order goes on far above, and who saw only what was stored is recovered', async () => {
    const { bench, ann, room } = await spoken(5);
    bench.away.add('append');
    bench.say(ann, 'lost');
    bench.clock.endTurn();
    const next = await bench.restart(false);
    const [bob, cid] = [user('bob'), user('cid')];
    const membership = await next.join(bob, 'r', { epoch: room.epoch, seq: 3 });
    await next.join(cid, 'r', { epoch: room.epoch, seq: 6 });
    await next.rest();
    next.say(membership, 'new');
    next.clock.endTurn();
    expect(bob.of('joined')[0]).toMatchObject({ recovered: true, replay: 2 });
    expect(bob.of('joined')[0]?.epoch).not.toBe(room.epoch);
    expect(bob.seqs.slice(0, 2)).toEqual([4, 5]);
    expect(bob.seqs[2]).toBeGreaterThan(20_000);
    expect(cid.of('joined')[0]).toMatchObject({ recovered: false, replay: 5 });
  });
});

describe('joining again', () => {
  it('ROOM-8: without a position replays nothing, and what the answer counts has been sent before it', async () => {
    const { bench, ann } = await spoken(3);
    const bob = user('bob');
    const membership = await bench.join(bob);
    bob.sent.length = 0;
    bench.say(ann, '4');
    await bench.rejoin(membership);
    bench.clock.endTurn();
    expect(bob.frames).toMatchObject(
      [{ type: 'join' }, { type: 'chat', seq: 4 }, { type: 'joined', seq: 4, recovered: true, replay: 0, ref: 'again' }].slice(
        bob.frames[0]?.type === 'join' ? 0 : 1,
      ),
    );
  });

  it('ROOM-8: during a replay is answered at its end, and too many are refused', async () => {
    const { bench, room } = await spoken(3);
    const bob = user('bob');
    bob.backlog = 1e6;
    const membership = await bench.join(bob, 'r', { epoch: room.epoch, seq: 0 });
    for (let i = 0; i < 8; i += 1) expect((await bench.rejoin(membership)).kind).toBe('joined');
    expect(await bench.rejoin(membership)).toMatchObject({ kind: 'refused', code: 'overloaded' });
    expect(bob.of('joined')).toHaveLength(1);
    bob.wake();
    const kinds = bob.frames.map((frame) => frame.type).filter((type) => type !== 'join');
    expect(kinds).toEqual(['joined', 'chat', 'chat', 'chat', ...Array.from({ length: 8 }, () => 'joined')]);
    expect(bob.of('joined').at(-1)).toMatchObject({ seq: 3, recovered: true, replay: 0 });
  });

  it('ROOM-8: with a position is a resume, and goes on live once', async () => {
    const { bench, ann, room } = await spoken(3);
    const bob = user('bob');
    const membership = await bench.join(bob);
    bob.sent.length = 0;
    await bench.rejoin(membership, { epoch: room.epoch, seq: 1 });
    bench.say(ann, '4');
    bench.clock.endTurn();
    expect(bob.seqs).toEqual([2, 3, 4]);
    expect(room.liveMembers.filter((each) => each.subscriber === bob)).toHaveLength(1);
  });

  it('who left while its reset was read does not come back to life', async () => {
    const gate = Promise.withResolvers<void>();
    let isSlow = false;
    const wrap = (store: Store): Store =>
      storeBut(store, {
        roomMessages: async (...args) => {
          if (isSlow) await gate.promise;
          return store.roomMessages(...args);
        },
      });
    const { bench, room } = await spoken(3, { wrap });
    const bob = user('bob');
    const membership = await bench.join(bob);
    room.ring.shed();
    isSlow = true;
    const again = bench.rejoin(membership, { epoch: 'unknown', seq: 1 });
    await settle();
    bench.hub.leave(membership);
    gate.resolve();
    await again;
    expect(room.liveMembers.some((each) => each.subscriber === bob)).toBe(false);
  });
});

describe('a new epoch of the bus', () => {
  it('EPOCH-4: is told to every member', async () => {
    const { bench, room } = await spoken(3);
    const bob = user('bob');
    await bench.join(bob);
    bob.sent.length = 0;
    bench.hub.onNewEpoch('r', { epoch: 'next', seq: 900 });
    bench.hub.onNewEpoch('nowhere', { epoch: 'next', seq: 1 });
    await bench.rest();
    expect(bob.of('joined')).toMatchObject([{ epoch: 'next', seq: 900, recovered: false, replay: 0, ref: undefined }]);
    expect([room.epoch, room.seq, room.liveMembers.length]).toEqual(['next', 900, 2]);
  });
});
