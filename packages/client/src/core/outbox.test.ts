import type { ErrorFrame } from '@hubbub/protocol';
import { describe, expect, it } from 'vitest';
import { settingsOf } from '../settings.ts';
import { Outbox } from './outbox.ts';

const outbox = (...ids: string[]): Outbox => {
  const made = new Outbox(settingsOf({ maxPending: 3 }));
  for (const id of ids) made.add({ roomId: 'r', messageId: id, content: `says ${id}`, replyTo: undefined }, 0);
  return made;
};
const refusal = (code: string, retryAfterMs?: number): ErrorFrame => {
  const retryable = ['rate_limited', 'overloaded', 'storage_unavailable'].includes(code);
  return { type: 'error', code, message: 'm', retryable, retryAfterMs, ref: undefined };
};
const nextId = (box: Outbox, now = 0): string | undefined => box.next('r', now)?.messageId;

describe('an outbox', () => {
  it('CLIENT-9: has one message under way until the server has ordered it, by echo or ack', () => {
    const box = outbox('a', 'b', 'c');
    expect([nextId(box), nextId(box)]).toEqual(['a', undefined]);
    box.echoed('a');
    expect([nextId(box), nextId(box)]).toEqual(['b', undefined]);
    box.remove('b');
    expect(nextId(box)).toBe('c');
  });

  it('CLIENT-9: rooms do not wait for each other', () => {
    const box = outbox('a');
    box.add({ roomId: 's', messageId: 'b', content: 'c', replyTo: undefined }, 0);
    expect([nextId(box), box.next('s', 0)?.messageId]).toEqual(['a', 'b']);
  });

  it('CLIENT-7: sends again under the same id and as a repeat, in the old order, when the connection was lost', () => {
    const box = outbox('a', 'b');
    expect(box.next('r', 0)).toEqual({
      type: 'chat',
      roomId: 'r',
      content: 'says a',
      messageId: 'a',
      replyTo: undefined,
      retry: false,
      ref: 'a',
    });
    box.lost(50);
    expect([box.next('r', 50)?.retry, nextId(box, 50)]).toEqual([true, undefined]);
  });

  it('CLIENT-7: sends again what was not answered for 10 s, then more and more rarely', () => {
    const box = outbox('a');
    const times = [0, 9_999, 10_000, 29_999, 30_000, 69_999, 70_000, 129_999, 130_000];
    expect(times.map((now) => nextId(box, now))).toEqual(['a', undefined, 'a', undefined, 'a', undefined, 'a', undefined, 'a']);
    expect(box.nextAt('r')).toBe(190_000);
  });

  it('CLIENT-7: what has its place but no ack is said again too, beside the next one', () => {
    const box = outbox('a', 'b');
    nextId(box);
    box.echoed('a');
    box.lost(0);
    expect([nextId(box), nextId(box, 1000), nextId(box, 1000)]).toEqual(['a', 'b', undefined]);
    // The first was said twice, the second once, but later.
    expect([box.nextAt('r'), box.nextAt('s')]).toEqual([11_000, Number.POSITIVE_INFINITY]);
  });

  it('CLIENT-14: waits in all rooms, and no longer when there is another connection', () => {
    const box = outbox('a');
    box.add({ roomId: 's', messageId: 'b', content: 'c', replyTo: undefined }, 0);
    nextId(box);
    box.refused('a', refusal('rate_limited', 5000), 0);
    expect([box.nextAt('r'), box.nextAt('s')]).toEqual([5000, 5000]);
    box.lost(100);
    expect([nextId(box, 100), box.next('s', 100)?.messageId]).toEqual(['a', 'b']);
  });

  it('CLIENT-10: what was refused after another had the id is shown as failed', () => {
    const box = outbox('a');
    box.echoed('a');
    box.refused('a', refusal('id_taken'), 0);
    expect(box.pendingOf('r')).toMatchObject([{ status: { kind: 'failed', code: 'id_taken', message: 'm' } }]);
    expect(box.echoed('a')).toBe(false);
  });

  it('knows nothing of others', () => {
    const box = outbox();
    expect([box.echoed('z'), box.refused('z', refusal('filtered'), 0), box.remove('z'), box.hasFailed('z')]).toEqual([
      false,
      false,
      false,
      false,
    ]);
    expect([box.next('r', 0), box.nextAt('r')]).toEqual([undefined, Number.POSITIVE_INFINITY]);
  });

  it('CLIENT-9: a message that the server cannot take just now goes first when it can', () => {
    const box = outbox('a', 'b');
    nextId(box);
    expect(box.refused('a', refusal('overloaded'), 0)).toBe(false);
    expect([nextId(box, 499), box.next('r', 500)?.messageId]).toEqual([undefined, 'a']);
  });

  it('CLIENT-14: keeps the pace that the server asks for, and forgets it slowly', () => {
    const box = outbox('a', 'b', 'c');
    nextId(box);
    box.refused('a', refusal('rate_limited', 200), 0);
    expect([nextId(box, 199), nextId(box, 200)]).toEqual([undefined, 'a']);
    box.echoed('a');
    expect([nextId(box, 399), nextId(box, 400)]).toEqual([undefined, 'b']);
    box.echoed('b');
    expect(nextId(box, 400 + 190)).toBe('c');
  });

  it('CLIENT-14: says a long queue to a server of 5 messages a second without a flood of refusals', () => {
    const box = new Outbox(settingsOf({ maxPending: 200 }));
    for (let i = 0; i < 200; i += 1) box.add({ roomId: 'r', messageId: `${i}`, content: 'c', replyTo: undefined }, 0);
    let [tokens, at, refusals, taken] = [10, 0, 0, 0];
    for (let now = 0; taken < 200; now += 10) {
      tokens = Math.min(10, tokens + (now - at) / 200);
      at = now;
      const id = nextId(box, now);
      if (id === undefined) continue;
      if (tokens >= 1) {
        [tokens, taken] = [tokens - 1, taken + 1];
        box.echoed(id);
        box.remove(id);
      } else {
        refusals += 1;
        box.refused(id, refusal('rate_limited', Math.ceil((1 - tokens) * 200)), now);
      }
    }
    // In 38 s: a third of what would count as a flood.
    expect(refusals).toBeLessThan(30);
    expect(at).toBeLessThan(1.25 * 190 * 200);
  });

  it('CLIENT-8: is full at its bound; what failed does not count, and is bounded too', () => {
    const box = outbox('a', 'b', 'c');
    expect(box.isFull).toBe(true);
    expect(box.refused('a', refusal('filtered'), 0)).toBe(true);
    expect(box.isFull).toBe(false);
    for (const id of ['d', 'e', 'f']) {
      box.add({ roomId: 'r', messageId: id, content: 'c', replyTo: undefined }, 0);
      box.refused(id, refusal('filtered'), 0);
    }
    expect(box.idsOf('r')).toEqual(['b', 'c', 'd', 'e', 'f']);
  });

  it('CLIENT-10: shows what is not in the timeline yet, with what became of it', () => {
    const box = outbox('a', 'b', 'c');
    nextId(box);
    box.refused('b', refusal('muted'), 0);
    const statuses = () => box.pendingOf('r').map(({ messageId, status }) => `${messageId} ${status.kind}`);
    expect(statuses()).toEqual(['a sent', 'b failed', 'c queued']);
    box.echoed('a');
    expect(statuses()).toEqual(['b failed', 'c queued']);
    box.reset('r');
    expect(statuses()).toEqual(['a sent', 'b failed', 'c queued']);
    expect([box.retry('b'), box.retry('b'), box.retry('z')]).toEqual([true, false, false]);
  });
});
