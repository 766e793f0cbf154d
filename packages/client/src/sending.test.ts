import { isUuid } from '@hubbub/protocol';
import { describe, expect, it } from 'vitest';
import { Bench, live as liveBench } from '../test/kit/server-end.ts';
import type { Room } from './index.ts';
import { makeUuid, systemRandom } from './random.ts';

const live = (options: Parameters<typeof liveBench>[0] = {}) => liveBench({ random: systemRandom, ...options });
const statuses = (room: Room) => room.snapshot().pending.map(({ content, status }) => `${content} ${status.kind}`);
const said = (bench: Bench) => bench.socket.take().flatMap((frame) => (frame.type === 'chat' ? [frame] : []));

describe('sending', () => {
  it('CLIENT-10: shows a message as pending, then once in the timeline, and tells when it is stored', async () => {
    const { bench, room } = live();
    const events: string[] = [];
    room.subscribe(({ kind }) => events.push(kind));
    const outcome = room.send('hi', { replyTo: 'x' });
    expect(statuses(room)).toEqual(['hi sent']);
    const [frame] = said(bench);
    expect(frame).toMatchObject({ content: 'hi', roomId: 'r', replyTo: 'x', retry: false });
    bench.message(1, { messageId: frame?.messageId, content: 'hi' });
    expect([statuses(room), room.snapshot().messages.length]).toEqual([[], 1]);
    expect(events).toEqual(['pending', 'pending', 'message', 'pending']);
    bench.socket.tell({ type: 'ack', ref: frame?.ref, messageId: frame?.messageId, roomId: 'r', epoch: 'e', seq: 1 });
    expect(await outcome).toEqual({ kind: 'stored', messageId: frame?.messageId, position: { epoch: 'e', seq: 1 } });
  });

  it('CLIENT-7: queues while there is no connection, and sends in order when there is one', () => {
    const bench = new Bench({ random: systemRandom });
    const room = bench.client.join('r');
    void room.send('one');
    void room.send('two');
    expect(statuses(room)).toEqual(['one queued', 'two queued']);
    bench.open();
    expect(said(bench)).toEqual([]);
    bench.socket.end(1006);
    bench.comeBack();
    bench.answerJoin();
    const [one] = said(bench);
    expect(one?.content).toBe('one');
    bench.message(1, { messageId: one?.messageId });
    expect(said(bench)).toMatchObject([{ content: 'two' }]);
  });

  it('CLIENT-7: sends again what was not acked, once, under its id, and resolves with the first position', async () => {
    const { bench, room } = live();
    const outcome = room.send('hi');
    const [first] = said(bench);
    bench.socket.end(1006);
    expect(statuses(room)).toEqual(['hi queued']);
    bench.comeBack();
    bench.answerJoin({ recovered: true, seq: 1, replay: 1 });
    bench.message(1, { messageId: first?.messageId });
    const again = said(bench);
    expect(again).toMatchObject([{ messageId: first?.messageId, retry: true }]);
    expect(statuses(room)).toEqual([]);
    bench.socket.tell({ type: 'ack', ref: first?.messageId, messageId: first?.messageId, roomId: 'r', epoch: 'e', seq: 1 });
    expect(await outcome).toMatchObject({ kind: 'stored', position: { epoch: 'e', seq: 1 } });
  });

  it('CLIENT-7, CLIENT-10: a message that was shown and then lost by the server is pending again, and sent again', () => {
    const { bench, room } = live();
    void room.send('hi');
    const [frame] = said(bench);
    bench.message(1, { messageId: frame?.messageId });
    bench.socket.end(1006);
    bench.comeBack();
    bench.answerJoin({ recovered: false, epoch: 'f', seq: 1 });
    expect([statuses(room), room.snapshot().messages]).toEqual([['hi sent'], []]);
    expect(said(bench)).toMatchObject([{ messageId: frame?.messageId, retry: true }]);
  });

  it('CLIENT-7, CLIENT-8: what is acked is done: it is not said again, and takes no place', async () => {
    const { bench, room } = live({ maxPending: 1 });
    for (const seq of [1, 2, 3]) {
      const outcome = room.send('hi');
      const [frame] = said(bench);
      const events: string[] = [];
      const end = room.subscribe(({ kind }) => events.push(kind));
      bench.socket.tell({ type: 'ack', ref: frame?.ref, messageId: frame?.messageId, roomId: 'r', epoch: 'e', seq });
      expect([events, statuses(room)]).toEqual([['pending'], []]);
      end();
      expect(await outcome).toMatchObject({ kind: 'stored' });
    }
    bench.clock.advance(20_000);
    expect(said(bench)).toEqual([]);
  });

  it('CLIENT-10: what is in the timeline is not pending, acked or not', () => {
    const { bench, room } = live();
    for (const seq of [1, 2]) {
      void room.send(`says ${seq}`);
      bench.message(seq, { messageId: said(bench)[0]?.messageId });
    }
    expect([statuses(room), room.snapshot().messages.length]).toEqual([[], 2]);
  });

  it('CLIENT-7: what waits cannot be discarded or retried', () => {
    const { room } = live();
    void room.send('hi');
    const messageId = room.snapshot().pending[0]?.messageId ?? '';
    room.discard(messageId);
    expect([room.retry(messageId), statuses(room)]).toEqual([undefined, ['hi sent']]);
  });

  it('CLIENT-8: refuses at once what the queue has no room for', async () => {
    const { room } = live({ maxPending: 2 });
    void room.send('one');
    void room.send('two');
    expect(await room.send('three')).toMatchObject({ kind: 'refused', code: 'queue_full' });
    expect(statuses(room)).toEqual(['one sent', 'two queued']);
  });

  it('CLIENT-7: refuses at once what no server would take', async () => {
    const { bench, room } = live();
    expect(await room.send('  ')).toMatchObject({ kind: 'refused', code: 'content_empty' });
    expect(await room.send('x'.repeat(1001))).toMatchObject({ kind: 'refused', code: 'content_too_long' });
    expect([said(bench), statuses(room)]).toEqual([[], []]);
  });

  it('CLIENT-7: keeps what was refused for good until it is retried or discarded', async () => {
    const { bench, room } = live();
    const events: string[] = [];
    const outcome = room.send('hi');
    room.subscribe(({ kind }) => events.push(kind));
    const [frame] = said(bench);
    const refuse = () => bench.socket.tell({ type: 'error', code: 'filtered', message: 'm', retryable: false, ref: frame?.ref });
    refuse();
    expect(await outcome).toEqual({ kind: 'refused', messageId: frame?.messageId, code: 'filtered', message: 'm' });
    expect([statuses(room), events]).toEqual([['hi failed'], ['pending']]);
    const retried = room.retry(String(frame?.messageId));
    expect(said(bench)).toMatchObject([{ messageId: frame?.messageId, retry: true }]);
    refuse();
    expect(await retried).toMatchObject({ kind: 'refused', code: 'filtered' });
    room.discard(String(frame?.messageId));
    expect([statuses(room), room.retry(String(frame?.messageId))]).toEqual([[], undefined]);
  });

  it('CLIENT-9: what comes after a message that is refused for now waits for it', () => {
    const { bench, room } = live();
    void room.send('one');
    void room.send('two');
    const [one] = said(bench);
    bench.socket.tell({ type: 'error', code: 'rate_limited', message: 'm', retryable: true, retryAfterMs: 300, ref: one?.ref });
    bench.clock.advance(299);
    expect(said(bench)).toEqual([]);
    bench.clock.advance(1);
    expect(said(bench)).toMatchObject([{ content: 'one' }]);
  });

  it('CLIENT-7: joins again when the server says that it is not in the room, and sends then', () => {
    const { bench, room } = live();
    void room.send('hi');
    const [frame] = said(bench);
    bench.socket.tell({ type: 'error', code: 'not_in_room', message: 'm', retryable: false, ref: frame?.ref });
    expect([room.state.kind, statuses(room)]).toEqual(['resuming', ['hi queued']]);
    bench.answerJoin({ recovered: true });
    bench.clock.advance(500);
    expect(said(bench)).toMatchObject([{ messageId: frame?.messageId }]);
  });

  it('CLIENT-7: what is not acked when the room is left resolves with `left`', async () => {
    const { room } = live();
    const outcome = room.send('hi');
    room.leave();
    expect(await outcome).toMatchObject({ kind: 'refused', code: 'left' });
    expect(room.state).toEqual({ kind: 'left', reason: { kind: 'asked' } });
  });

  it('makes ids that are UUIDs of version 4, whatever the random source', () => {
    for (const random of [() => 0, () => 1 - 2 ** -32, systemRandom]) {
      expect(isUuid(makeUuid(random))).toBe(true);
      expect(makeUuid(random)).toMatch(/^.{14}4.{4}[89ab]/);
    }
    expect(new Set(Array.from({ length: 1000 }, () => makeUuid(systemRandom))).size).toBe(1000);
  });
});
