import { describe, expect, it } from 'vitest';
import { Bench, live, seqsOf } from '../test/kit/server-end.ts';
import { connect } from './index.ts';

describe('a client', () => {
  it('needs a WebSocket', () => {
    const { WebSocket } = globalThis;
    Reflect.deleteProperty(globalThis, 'WebSocket');
    try {
      expect(() => connect({ url: 'ws://here/ws' })).toThrow('There is no WebSocket here');
    } finally {
      globalThis.WebSocket = WebSocket;
    }
  });

  it('ignores what is no text, no frame, or of a type that it does not know', () => {
    const { bench, room, events } = live();
    const before = events.length;
    for (const data of [new ArrayBuffer(4), '{', '{"type":"edit","roomId":"r"}', '{"type":"authed","expiresAt":"t"}'])
      bench.socket.onmessage?.({ data });
    bench.message(1, { roomId: 'elsewhere' });
    expect([events.length - before, room.state.kind]).toEqual([0, 'live']);
  });

  it('asks for a connection without rooms, and says who it is', () => {
    const bench = new Bench({ url: 'ws://here/ws?x=1', userId: 'a b', username: 'Ä', history: 5, token: 't' });
    expect(bench.socket.url).toBe('ws://here/ws?x=1&room=&userId=a%20b&username=%C3%84&history=5&token=t');
  });

  it('CLIENT-3: does not hear what a socket says that it gave up', () => {
    const { bench, room } = live();
    const orphan = bench.socket;
    bench.client.wake();
    bench.clock.advance(10_000);
    expect(bench.client.connection.kind).toBe('waiting');
    expect(orphan.closedWith).toBe(1000);
    bench.message(1, {}, orphan);
    orphan.onopen?.();
    orphan.end(4403);
    expect([seqsOf(room), bench.client.connection.kind]).toEqual([[], 'waiting']);
    bench.comeBack();
    bench.answerJoin({ recovered: true });
    bench.message(1, {}, orphan);
    expect([seqsOf(room), bench.client.connection.kind]).toEqual([[], 'connected']);
  });

  it('CLIENT-11: connects at once when it is woken up while it waits', () => {
    const bench = new Bench();
    bench.random = 0.99;
    bench.open().end(1006);
    expect(bench.client.connection.kind).toBe('waiting');
    bench.client.wake();
    expect(bench.client.connection).toEqual({ kind: 'connecting', attempt: 2 });
  });

  it('CLIENT-11: notices that the machine slept, and asks where the room is', () => {
    const { bench, room } = live();
    bench.message(1);
    bench.clock.jumpWall(3_600_000);
    bench.clock.advance(5000);
    expect(bench.socket.said).toMatchObject([{ type: 'join', roomId: 'r' }]);
    expect(bench.socket.said[0]).not.toHaveProperty('since');
    const [question] = bench.socket.said;
    bench.answerJoin({ recovered: true, seq: 1 });
    bench.message(2);
    bench.socket.tell({ type: 'joined', roomId: 'r', ref: question?.ref, epoch: 'e', seq: 1, recovered: true, replay: 0 });
    expect([room.state.kind, bench.socket.said]).toEqual(['live', []]);
  });

  it('tells of refusals that are nobody’s, and they change nothing', () => {
    const { bench, room } = live();
    const heard: unknown[] = [];
    bench.client.subscribe((event) => heard.push(event));
    bench.socket.tell({ type: 'error', code: 'username_invalid', message: 'm', retryable: false });
    expect(heard).toEqual([{ kind: 'refusal', code: 'username_invalid', message: 'm' }]);
    expect(room.state.kind).toBe('live');
    const joining = bench.client.join('s');
    bench.socket.tell({ type: 'error', code: 'bad_frame', message: 'm', retryable: false });
    expect(joining.state.kind).toBe('joining');
  });

  it('CLIENT-13: tells its position every 15 s when it changed, and before it closes', () => {
    const { bench } = live();
    bench.message(1);
    bench.clock.advance(14_999);
    expect(bench.socket.take()).toEqual([]);
    bench.clock.advance(1);
    expect(bench.socket.take()).toEqual([{ type: 'position', rooms: { r: { epoch: 'e', seq: 1 } } }]);
    bench.clock.advance(14_999);
    bench.message(2);
    expect(bench.socket.take()).toEqual([]);
    bench.client.close();
    expect(bench.socket.take()).toEqual([{ type: 'position', rooms: { r: { epoch: 'e', seq: 2 } } }]);
    expect(bench.socket.closedWith).toBe(1000);
  });

  it('CLIENT-13: tells a position once on each connection, 15 s after it began at the soonest', () => {
    const { bench } = live();
    const told = () => bench.socket.take().filter(({ type }) => type === 'position').length;
    bench.clock.advance(15_000);
    expect(told()).toBe(1);
    bench.clock.advance(15_000);
    expect(told()).toBe(0);
    bench.socket.end(1006);
    bench.comeBack();
    bench.answerJoin({ recovered: true });
    bench.clock.advance(14_999);
    expect(told()).toBe(0);
    bench.clock.advance(1);
    expect(told()).toBe(1);
  });

  it('CLIENT-15: leaves a room that it may not enter, and goes on in the others', () => {
    const { bench } = live();
    const secret = bench.client.join('dm:x');
    const [join] = bench.socket.take();
    bench.socket.tell({ type: 'error', code: 'room_invalid', message: 'no', retryable: false, ref: join?.ref });
    expect(secret.state).toEqual({ kind: 'left', reason: { kind: 'refused', code: 'room_invalid', message: 'no' } });
    expect(bench.client.join('r').state.kind).toBe('live');
    expect(bench.client.join('dm:x')).not.toBe(secret);
  });

  it('CLIENT-15: asks again for a room that cannot be entered just now', () => {
    const bench = new Bench();
    const room = bench.client.join('r');
    const [join] = bench.open().take();
    bench.socket.tell({ type: 'error', code: 'rate_limited', message: 'm', retryable: true, retryAfterMs: 70, ref: join?.ref });
    bench.clock.advance(69);
    expect(bench.socket.said).toEqual([]);
    bench.clock.advance(1);
    bench.answerJoin();
    expect(room.state.kind).toBe('live');
  });

  it('CLIENT-1: is closed when the server wants nobody back, and everything with it', async () => {
    const { bench, room } = live();
    const outcome = room.send('hi');
    bench.socket.end(4403);
    expect(bench.client.connection).toEqual({ kind: 'closed', reason: { kind: 'refused', closeCode: 4403 } });
    expect(room.state).toEqual({ kind: 'left', reason: { kind: 'closed' } });
    expect(await outcome).toMatchObject({ kind: 'refused', code: 'closed' });
    expect(await room.send('again')).toMatchObject({ kind: 'refused', code: 'left' });
    expect(bench.client.join('s').state.kind).toBe('left');
  });

  it('tells the server that it leaves, also while a resume is refused for now', () => {
    const { bench, room } = live();
    bench.message(2);
    const [join] = bench.socket.take();
    bench.socket.tell({ type: 'error', code: 'storage_unavailable', message: 'm', retryable: true, ref: join?.ref });
    room.leave();
    expect(bench.socket.said).toMatchObject([{ type: 'leave', roomId: 'r' }]);
    expect(room.state).toEqual({ kind: 'left', reason: { kind: 'asked' } });
    bench.message(1);
    expect(seqsOf(room)).toEqual([]);
  });

  it('is removed from a room by the server', () => {
    const { bench, room } = live();
    bench.socket.tell({ type: 'left', roomId: 'r' });
    expect(room.state).toEqual({ kind: 'left', reason: { kind: 'removed' } });
    expect(bench.socket.said).toEqual([]);
  });

  it('CLIENT-16: says that it types at most once in 2 s, and only where it is', () => {
    const { bench, room } = live();
    for (let i = 0; i < 5; i += 1) room.typing();
    expect(bench.socket.take()).toEqual([{ type: 'typing', roomId: 'r' }]);
    bench.clock.advance(2000);
    room.typing();
    expect(bench.socket.take()).toHaveLength(1);
    bench.socket.end(1006);
    room.typing();
  });

  it('CLIENT-16: shows who types until they said it, left, or stopped', () => {
    const { bench, room } = live();
    const types = (userId: string) => bench.socket.tell({ type: 'typing', roomId: 'r', userId, username: userId });
    const typists = () => room.snapshot().typists.map(({ userId }) => userId);
    for (const user of ['ann', 'bob', 'cid']) types(user);
    expect(typists()).toEqual(['ann', 'bob', 'cid']);
    bench.message(1, { userId: 'ann' });
    bench.socket.tell({ type: 'leave', messageId: 'n', roomId: 'r', userId: 'cid', username: 'cid', content: '', timestamp: 't' });
    bench.socket.tell({ type: 'join', messageId: 'n', roomId: 'r', userId: 'bob', username: 'bob', content: '', timestamp: 't' });
    expect(typists()).toEqual(['bob']);
    bench.clock.advance(4000);
    expect(typists()).toEqual([]);
  });

  it('shows who came and went, and in large rooms how many there are', () => {
    const { bench, room } = live();
    const notice = (type: string, userId: string) =>
      bench.socket.tell({ type, messageId: 'n', roomId: 'r', userId, username: userId, content: '', timestamp: 't' });
    notice('join', 'ann');
    notice('join', 'bob');
    notice('leave', 'ann');
    expect([...room.snapshot().seen.keys()]).toEqual(['bob']);
    bench.socket.tell({ type: 'presence', roomId: 'r', members: 101 });
    expect([room.snapshot().members, room.snapshot().seen.size]).toEqual([101, 0]);
  });

  it('asks for a token before each attempt, and tries again when there is none', async () => {
    let asked = 0;
    const bench = new Bench({
      token: () => {
        asked += 1;
        if (asked === 1) throw new Error('no token now');
        return `t${asked}`;
      },
    });
    await Promise.resolve();
    await Promise.resolve();
    expect(bench.client.connection.kind).toBe('waiting');
    bench.client.wake();
    await Promise.resolve();
    await Promise.resolve();
    expect(bench.socket.url).toContain('token=t2');
  });

  it('CLIENT-1: comes back with a new token when there is one, and not with the same', async () => {
    const [same, other] = [new Bench({ token: 't' }), new Bench({ token: () => 't' })];
    same.open().end(4401);
    expect(same.client.connection.kind).toBe('closed');
    await Promise.resolve();
    await Promise.resolve();
    other.open().end(4401);
    expect(other.client.connection.kind).toBe('waiting');
  });

  it('CLIENT-3: does not connect with a token that comes too late', async () => {
    const { promise, resolve } = Promise.withResolvers<string>();
    const bench = new Bench({ token: () => promise });
    bench.client.close();
    resolve('t');
    await promise;
    await Promise.resolve();
    expect(bench.sockets).toEqual([]);
  });

  it('CLIENT-11: hears the signals of a page until it is closed', () => {
    const page = new EventTarget();
    let heard = 0;
    const scope = globalThis as Partial<Pick<EventTarget, 'addEventListener' | 'removeEventListener'>>;
    scope.addEventListener = (type, listener) => {
      heard += 1;
      page.addEventListener(type, listener);
    };
    scope.removeEventListener = (type, listener) => {
      heard -= 1;
      page.removeEventListener(type, listener);
    };
    const bench = new Bench();
    bench.random = 1;
    bench.open().end(1006);
    page.dispatchEvent(new Event('online'));
    expect(bench.client.connection.kind).toBe('connecting');
    bench.client.close();
    expect(heard).toBe(0);
    delete scope.addEventListener;
    delete scope.removeEventListener;
  });

  it('is not harmed by a listener that throws, and does what a listener asks for after what it was doing', async () => {
    const { bench, room } = live();
    const heard: unknown[] = [];
    const seen: string[] = [];
    const keep = (reason: unknown) => heard.push(reason);
    process.on('unhandledRejection', keep);
    room.subscribe((event) => {
      if (event.kind === 'message') throw new Error('mine');
    });
    room.subscribe((event) => {
      if (event.kind === 'message') room.leave();
      seen.push(event.kind);
    });
    bench.message(1);
    await new Promise((resolve) => setImmediate(resolve));
    process.off('unhandledRejection', keep);
    expect(heard).toEqual([new Error('mine')]);
    expect(seen).toEqual(['message', 'state']);
    expect(bench.socket.said).toMatchObject([{ type: 'leave', roomId: 'r' }]);
  });

  it('refuses settings that are no numbers', () => {
    expect(() => new Bench({ keepMessages: 0 })).toThrow(RangeError);
    expect(() => new Bench({ silenceMs: Number.NaN })).toThrow('silenceMs must be a number from 1, not NaN');
  });
});
