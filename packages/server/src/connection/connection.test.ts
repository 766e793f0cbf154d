import { LIMITS } from '@hubbub/protocol';
import { describe, expect, it } from 'vitest';
import { ChatBench } from '../../test/kit/chat-bench.ts';
import { STEPS } from './inbound.ts';

const big = '🙂'.repeat(1000);

describe('the way in', () => {
  it('has its steps in their order', () => {
    expect(STEPS.map((step) => step.name)).toEqual(['identity', 'authorize', 'rate-limit']);
  });

  it('FRAME-2, FRAME-3, FRAME-4, FRAME-14: answers and counts every refusal, and stays open', async () => {
    const bench = new ChatBench();
    const ann = await bench.guest();
    const codes: unknown[] = [];
    for (const frame of ['{', '[]', '{"type":"dance","ref":"q"}', '{"type":"chat","content":""}']) {
      codes.push(...(await ann.say(frame)).map((each) => (each.type === 'error' ? [each.code, each.ref] : each.type)));
    }
    ann.socket.binary();
    codes.push(...(await ann.listen()).map((each) => (each.type === 'error' ? [each.code, each.ref] : each.type)));
    expect(codes).toEqual([
      ['bad_json', undefined],
      ['bad_frame', undefined],
      ['unknown_type', 'q'],
      ['content_empty', undefined],
      ['bad_frame', undefined],
    ]);
    expect(bench.dropped).toEqual(['bad_json', 'bad_frame', 'unknown_type', 'content_empty', 'bad_frame']);
    expect(ann.connection.isOpen).toBe(true);
  });

  it('a name that is not allowed is told at once, joins nothing, and may say nothing', async () => {
    const bench = new ChatBench();
    const ann = await bench.guest({ problem: 'username: too long' });
    expect(ann.heard).toMatchObject([{ type: 'error', code: 'username_invalid', message: 'username: too long' }]);
    expect(await ann.say({ type: 'join', roomId: 'r', ref: 1 })).toMatchObject([{ code: 'username_invalid', ref: 1 }]);
    expect(bench.hub.rooms.size).toBe(0);
  });

  it('complaints about the query are told, and the rest goes on', async () => {
    const bench = new ChatBench();
    const ann = await bench.guest({ complaints: ['history: no number'] });
    expect(ann.heard.map((frame) => frame.type)).toEqual(['error', 'joined']);
  });

  it('LIMIT-1: messages beyond the rate are refused with the time to wait, and given a chance after it', async () => {
    const bench = new ChatBench({ limits: { ratePerSec: 5, rateBurst: 3 } });
    const ann = await bench.guest();
    await ann.say({ type: 'chat', content: 'registers the epoch' });
    await bench.rest(10_000);
    for (let i = 0; i < 4; i += 1) ann.socket.text({ type: i % 2 === 0 ? 'chat' : 'system', content: 'x', ref: i });
    await ann.listen();
    expect(ann.of('error')).toMatchObject([{ code: 'rate_limited', ref: 3, retryAfterMs: 200, retryable: true }]);
    bench.clock.advance(200);
    await ann.say({ type: 'chat', content: 'again', ref: 'later' });
    expect(ann.of('ack').at(-1)?.ref).toBe('later');
  });

  it('LIMIT-1: 0 turns it off', async () => {
    const bench = new ChatBench();
    const ann = await bench.guest();
    for (let i = 0; i < 200; i += 1) ann.socket.text({ type: 'chat', content: 'x' });
    await ann.listen();
    expect([ann.of('chat').length, ann.of('error')]).toEqual([200, []]);
  });

  it('LIMIT-2: joins have their own limit, 100 at once and 10 a second', async () => {
    const bench = new ChatBench();
    const ann = await bench.guest();
    for (let i = 0; i < 101; i += 1) ann.socket.text({ type: 'join', roomId: 'r', ref: i });
    await ann.listen();
    expect(ann.of('error')).toMatchObject([{ code: 'rate_limited', ref: 100, retryAfterMs: 100 }]);
    bench.clock.advance(100);
    expect(await ann.say({ type: 'join', roomId: 'r', ref: 'later' })).toMatchObject([{ type: 'joined', ref: 'later' }]);
  });

  it('LIMIT-3: twenty refusals within 10 s close with 4429, all answered before', async () => {
    const bench = new ChatBench();
    const ann = await bench.guest();
    for (let i = 0; i < 25; i += 1) ann.socket.text('{');
    await ann.listen();
    expect([ann.of('error').length, ann.socket.closing?.code, bench.closes]).toEqual([20, 4429, ['flooding']]);
    expect(bench.hub.members('r')).toEqual([]);
  });
});

describe('a connection', () => {
  it('tells those who count when it comes and when it is gone, once', async () => {
    const told: unknown[] = [];
    const events = { connected: (fact: object) => told.push(fact), disconnected: (fact: object, code: number) => told.push(fact, code) };
    const bench = new ChatBench({ events });
    const at = bench.clock.now();
    const ann = await bench.guest();
    ann.socket.end(1001);
    ann.connection.onClose(1006);
    const fact = { connectionId: 'c1', userId: 'ann', username: 'ANN', connectedAt: at };
    expect(told).toEqual([fact, fact, 1001]);
    expect([ann.closed, bench.connections.size, ann.connection.isOpen]).toEqual([1, 0, false]);
    expect(bench.hub.members('r')).toEqual([]);
  });

  it('SLOW-1, SLOW-3: that takes nothing is closed with 4408 above 1 MiB, and frees its queue, while others hear everything in their turn', async () => {
    const bench = new ChatBench();
    const ann = await bench.guest();
    const slow = await bench.guest({ userId: 'slow', capacity: 1000 });
    await ann.say({ type: 'chat', content: 'start' });
    slow.take();
    let sent = 0;
    while (slow.connection.isOpen && sent < 400) {
      ann.socket.text({ type: 'chat', content: big });
      bench.clock.endTurn();
      sent += 1;
      expect(ann.take().filter((frame) => frame.type === 'chat')).toHaveLength(1);
      expect(slow.connection.backlog).toBeLessThan(LIMITS.outboundBytes + 2 * 4500);
    }
    expect(sent).toBeGreaterThan(250);
    expect([slow.socket.closing?.code, bench.closes, bench.dropped]).toEqual([4408, ['tooSlow'], ['slow_reader']]);
    expect(slow.connection.backlog).toBeLessThan(9000);
    expect(bench.hub.members('r').map((each) => each.userId)).toEqual(['ann']);
    ann.socket.text({ type: 'chat', content: 'goes on' });
    bench.clock.endTurn();
    expect(ann.take().some((frame) => frame.type === 'chat')).toBe(true);
  });

  it('RESUME-7: a replay of more than 1 MiB to a narrow socket is no slowness', async () => {
    const bench = new ChatBench();
    const ann = await bench.guest();
    for (let i = 0; i < 400; i += 1) ann.socket.text({ type: 'chat', content: big });
    await bench.rest(500);
    const slow = await bench.guest({ userId: 'slow', rooms: [], capacity: 10_000 });
    await slow.say({ type: 'join', roomId: 'r', since: { epoch: ann.of('joined')[0]?.epoch, seq: 0 } });
    for (let i = 0; i < 500 && slow.of('chat').length < 400; i += 1) {
      expect(slow.connection.backlog).toBeLessThan(100_000);
      slow.take();
      slow.socket.pull();
      await bench.rest(1);
    }
    expect(slow.of('chat').map((each) => each.seq)).toEqual(Array.from({ length: 400 }, (_, i) => i + 1));
    expect([slow.of('joined')[0]?.recovered, slow.connection.isOpen]).toEqual([true, true]);
  });

  it('DRAIN-3: says what is queued before it closes, and nothing after', async () => {
    const bench = new ChatBench();
    const ann = await bench.guest();
    ann.socket.text('{');
    bench.connections.closeAll();
    ann.connection.acked('late', { messageId: 'm', roomId: 'r', position: { epoch: 'e', seq: 1 }, publication: undefined });
    ann.connection.refused('late', 'internal', 'x');
    ann.socket.text('{');
    bench.connections.closeAll();
    await ann.listen();
    expect(ann.of('error')).toHaveLength(1);
    expect([ann.socket.closing, bench.closes]).toEqual([{ code: 1012, reason: 'restarting' }, ['restarting']]);
  });

  it('DRAIN-3: hears nothing when it is deaf, and still says its acks', async () => {
    const bench = new ChatBench();
    const ann = await bench.guest();
    await ann.say({ type: 'chat', content: 'first' });
    ann.socket.text({ type: 'chat', content: 'x', ref: 1 });
    bench.connections.deafen();
    ann.socket.text({ type: 'chat', content: 'y', ref: 2 });
    await ann.listen();
    expect(ann.of('ack').map((each) => each.ref)).toEqual([1]);
  });

  it('that the server closed counts by the code it closed with, not by what the peer said or did not say', async () => {
    const codes: number[] = [];
    const bench = new ChatBench({ events: { disconnected: (_fact, code) => codes.push(code) } });
    const [big, gone, own] = [await bench.guest(), await bench.guest({ userId: 'bob' }), await bench.guest({ userId: 'cid' })];
    big.socket.tooBig();
    expect([bench.dropped, bench.closes, big.connection.isOpen]).toEqual([['too_big'], ['tooBig'], false]);
    expect(bench.hub.members('r').map((each) => each.userId)).not.toContain('ann');
    big.socket.end(1006);
    own.socket.end(1001);
    bench.connections.closeAll();
    gone.socket.end(1006);
    expect(codes).toEqual([1009, 1001, 1012]);
  });

  it('that closes while it enters a room is in no room', async () => {
    const bench = new ChatBench();
    const ann = await bench.guest({ rooms: [] });
    ann.socket.text({ type: 'join', roomId: 'r' });
    ann.socket.end(1006);
    await bench.rest();
    expect([bench.hub.memberCount('r'), ann.connection.memberships.size]).toEqual([0, 0]);
  });

  it('HEART-1, HEART-2: is pinged, and ended when it says nothing for too long; a pong is a sign', async () => {
    const bench = new ChatBench();
    const [silent, lively] = [await bench.guest(), await bench.guest({ userId: 'bob' })];
    for (let i = 0; i < 9; i += 1) {
      bench.clock.advance(10_000);
      lively.socket.sign();
    }
    expect([silent.socket.isDestroyed, lively.socket.isDestroyed]).toEqual([true, false]);
    expect(lively.socket.pings).toBeGreaterThanOrEqual(3);
    expect([silent.closed, bench.connections.size]).toEqual([1, 1]);
  });

  it('a bug in handling closes it with 1011, is reported, and touches nobody else', async () => {
    const bench = new ChatBench();
    const [ann, bob] = [await bench.guest(), await bench.guest({ userId: 'bob' })];
    const { typing } = bench.hub;
    bench.hub.typing = () => {
      throw new TypeError('a bug');
    };
    await ann.say({ type: 'typing' });
    bench.hub.typing = typing;
    expect([ann.socket.closing?.code, bench.bugs.length]).toEqual([1011, 1]);
    await bob.say({ type: 'chat', content: 'still here', ref: 1 });
    expect(bob.of('ack')).toHaveLength(1);
  });

  it('all are destroyed at the very end, and the heartbeat with them', async () => {
    const bench = new ChatBench();
    const peers = [await bench.guest(), await bench.guest({ userId: 'bob' })];
    bench.connections.destroyAll();
    expect(peers.map((each) => [each.socket.isDestroyed, each.closed])).toEqual([
      [true, 1],
      [true, 1],
    ]);
    expect(bench.connections.size).toBe(0);
  });
});
