import { describe, expect, it } from 'vitest';
import { ChatBench } from '../../test/kit/chat-bench.ts';
import { storeBut } from '../../test/kit/store-but.ts';
import type { Store } from '../store/store.ts';

const ID = 'f0000000-0000-4000-8000-000000000001';

describe('the rooms of the query', () => {
  it('ROOM-3, ROOM-4: are joined one after the other; the first is where frames without a room go', async () => {
    const bench = new ChatBench();
    const ann = await bench.guest({ rooms: ['a', 'b'] });
    expect(ann.of('joined').map((each) => [each.roomId, each.ref])).toEqual([
      ['a', undefined],
      ['b', undefined],
    ]);
    await ann.say({ type: 'chat', content: 'hi' });
    expect(ann.of('chat').map((each) => each.roomId)).toEqual(['a']);
  });

  it('ROOM-4: a room that refuses is not the first one', async () => {
    const bench = new ChatBench();
    const ann = await bench.guest({ rooms: ['dm:x', 'b', 'c'] });
    expect(ann.of('error').map((each) => each.code)).toEqual(['room_invalid']);
    await ann.say({ type: 'chat', content: 'hi' });
    expect(ann.of('chat').map((each) => each.roomId)).toEqual(['b']);
  });

  it('ROOM-3: when live already are joined at once', async () => {
    const bench = new ChatBench();
    await bench.guest();
    const bob = await bench.guest({ userId: 'bob', rooms: ['r', 'r2'] });
    expect(bob.of('joined').map((each) => each.roomId)).toEqual(['r', 'r2']);
  });

  it('ROOM-3: may be none', async () => {
    const bench = new ChatBench();
    const ann = await bench.guest({ rooms: [] });
    expect(await ann.say({ type: 'chat', content: 'hi', ref: 1 })).toMatchObject([{ type: 'error', code: 'not_in_room', ref: 1 }]);
  });
});

describe('frames', () => {
  it('ROOM-5: of those who are not in the room are refused', async () => {
    const bench = new ChatBench();
    const ann = await bench.guest();
    for (const type of ['chat', 'system', 'typing']) {
      expect(await ann.say({ type, content: 'x', roomId: 'elsewhere', ref: 'q' })).toMatchObject([{ code: 'not_in_room', ref: 'q' }]);
    }
    expect(await ann.say({ type: 'leave', roomId: 'elsewhere', ref: 'q' })).toMatchObject([{ code: 'not_in_room', ref: 'q' }]);
    expect(bench.dropped).toEqual(Array.from({ length: 4 }, () => 'not_in_room'));
  });

  it('ROOM-6: leave is answered with left, and the connection has no first room any more', async () => {
    const bench = new ChatBench();
    const [ann, bob] = [await bench.guest(), await bench.guest({ userId: 'bob' })];
    expect((await ann.say({ type: 'leave', roomId: 'r', ref: 7 })).at(-1)).toMatchObject({ type: 'left', roomId: 'r', ref: 7 });
    await bob.say({ type: 'chat', content: 'hi' });
    expect(await ann.say({ type: 'chat', content: 'x' })).toMatchObject([{ code: 'not_in_room' }]);
    await ann.say({ type: 'join', roomId: 'b' });
    await ann.say({ type: 'chat', content: 'there' });
    expect(ann.of('chat').at(-1)).toMatchObject({ roomId: 'b', content: 'there' });
  });

  it('ROOM-6: leaving another room keeps the first one', async () => {
    const bench = new ChatBench();
    const ann = await bench.guest({ rooms: ['a', 'b'] });
    await ann.say({ type: 'leave', roomId: 'b' });
    await ann.say({ type: 'chat', content: 'x' });
    expect(ann.of('chat')).toHaveLength(1);
  });

  it('a connection may be in no more rooms than it may, and may join again the ones that it is in', async () => {
    const bench = new ChatBench({ limits: { maxRoomsPerConnection: 2 } });
    const ann = await bench.guest({ rooms: ['a', 'b'] });
    const [refusal] = await ann.say({ type: 'join', roomId: 'c', ref: 'x' });
    expect(refusal).toMatchObject({ type: 'error', ref: 'x' });
    expect(await ann.say({ type: 'join', roomId: 'b', ref: 'y' })).toMatchObject([
      { type: 'joined', roomId: 'b', replay: 0, recovered: true, ref: 'y' },
    ]);
    await ann.say({ type: 'leave', roomId: 'a' });
    expect(await ann.say({ type: 'join', roomId: 'c' })).toMatchObject([{ type: 'joined', roomId: 'c' }]);
  });

  it('ACK-1, FRAME-16: chat and system are published and acked with what was asked for', async () => {
    const bench = new ChatBench();
    const ann = await bench.guest();
    for (const type of ['chat', 'system'] as const)
      await ann.say({ type, content: type, messageId: type === 'chat' ? ID : undefined, ref: type });
    expect(ann.of('ack')).toMatchObject([
      { ref: 'chat', messageId: ID, roomId: 'r', seq: 1 },
      { ref: 'system', roomId: 'r', seq: 2 },
    ]);
    expect([ann.of('chat').length, ann.of('system').length]).toEqual([1, 1]);
  });

  it('FRAME-11: the author is the connection’s, whatever the frame says', async () => {
    const bench = new ChatBench();
    const ann = await bench.guest();
    await ann.say({ type: 'chat', content: 'x', userId: 'root', username: 'Root', seq: 99, timestamp: 'never' });
    expect(ann.of('chat')[0]).toMatchObject({ userId: 'ann', username: 'ANN', seq: 1 });
  });

  it('ID-9: a retry, a reply and an id reach the hub', async () => {
    const bench = new ChatBench();
    const ann = await bench.guest();
    await ann.say({ type: 'chat', content: 'x', messageId: ID, ref: 1 });
    bench.hub.rooms.get('r')?.ring.shed();
    await ann.say({ type: 'chat', content: 'x', messageId: ID, ref: 2, retry: true });
    await ann.say({ type: 'chat', content: 're', replyTo: ID, ref: 3 });
    expect(bench.calls).toContain('find');
    expect(ann.of('ack').map((each) => [each.ref, each.seq])).toEqual([
      [1, 1],
      [2, 1],
      [3, 2],
    ]);
    expect(ann.of('chat').at(-1)?.replyTo).toBe(ID);
  });

  it('TYPING-2: too much typing is counted, not answered', async () => {
    const bench = new ChatBench();
    const [ann, bob] = [await bench.guest(), await bench.guest({ userId: 'bob' })];
    for (let i = 0; i < 3; i += 1)
      expect((await ann.say({ type: 'typing', roomId: 'r' })).filter((frame) => frame.type !== 'join')).toEqual([]);
    await bob.listen();
    expect(bob.of('typing')).toHaveLength(1);
    expect(bench.dropped).toEqual(['typing_too_often', 'typing_too_often']);
  });

  it('HEART-3: a position is taken without an answer, a token is refused in open mode', async () => {
    const bench = new ChatBench();
    const ann = await bench.guest();
    expect(await ann.say({ type: 'position', rooms: { r: { epoch: 'e', seq: 1 } } })).toEqual([]);
    expect(await ann.say({ type: 'auth', token: 'x', ref: 4 })).toMatchObject([{ type: 'error', code: 'forbidden', ref: 4 }]);
  });

  it('RESUME-1: a join with a position is a resume, with the history of the connection otherwise', async () => {
    const bench = new ChatBench();
    const ann = await bench.guest();
    for (const content of ['1', '2', '3']) await ann.say({ type: 'chat', content });
    const bob = await bench.guest({ userId: 'bob', rooms: [], history: 1 });
    const epoch = ann.of('joined')[0]?.epoch;
    await bob.say({ type: 'join', roomId: 'r', since: { epoch, seq: 1 }, ref: 'j' });
    expect(bob.of('joined')).toMatchObject([{ recovered: true, replay: 2, ref: 'j' }]);
    const cid = await bench.guest({ userId: 'cid', history: 1 });
    expect([bob.of('chat').map((each) => each.seq), cid.of('chat').map((each) => each.seq)]).toEqual([[2, 3], [3]]);
  });
});

describe('what the store has to be asked for', () => {
  it('keeps what the same connection says next in its order, and reads on afterwards', async () => {
    const gate = Promise.withResolvers<void>();
    const wrap = (store: Store): Store =>
      storeBut(store, {
        find: async (...args) => {
          await gate.promise;
          return store.find(...args);
        },
      });
    const bench = new ChatBench({ wrap });
    const [ann, bob] = [await bench.guest(), await bench.guest({ userId: 'bob' })];
    await bob.say({ type: 'chat', content: 'first of all' });
    ann.socket.text({ type: 'chat', content: '1', messageId: ID, retry: true });
    expect(ann.socket.isPaused).toBe(true);
    ann.socket.text({ type: 'chat', content: '2', messageId: ID.replace(/1$/, '2'), retry: true });
    ann.socket.text({ type: 'chat', content: '3' });
    await bob.say({ type: 'chat', content: 'of another' });
    gate.resolve();
    await ann.listen();
    expect(ann.of('chat').map((each) => each.content)).toEqual(['first of all', 'of another', '1', '2', '3']);
    expect(ann.socket.isPaused).toBe(false);
  });
});
