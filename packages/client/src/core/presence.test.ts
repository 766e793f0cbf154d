import { LIMITS, type MessageFrame } from '@hubbub/protocol';
import { expect, it } from 'vitest';
import { Presence } from './presence.ts';

const notice = (type: 'join' | 'leave', userId: string): MessageFrame => ({
  ...{ type, userId, username: userId.toUpperCase(), messageId: 'm', roomId: 'r', content: '', timestamp: 't' },
});

it('knows who came and has not left', () => {
  const presence = new Presence();
  for (const user of ['a', 'b']) presence.noticed(notice('join', user));
  presence.noticed(notice('leave', 'a'));
  expect([...presence.seen]).toEqual([['b', 'B']]);
  presence.clear();
  expect(presence.seen.size).toBe(0);
});

it('knows the number alone in a large room, until notices come again', () => {
  const presence = new Presence();
  presence.noticed(notice('join', 'a'));
  presence.counted(101);
  expect([presence.members, presence.seen.size]).toEqual([101, 0]);
  presence.noticed(notice('leave', 'a'));
  expect(presence.members).toBeUndefined();
  presence.counted(102);
  presence.clear();
  expect(presence.members).toBeUndefined();
});

it('is bounded, whatever a server tells', () => {
  const presence = new Presence();
  for (let i = 0; i < 200; i += 1) presence.noticed(notice('join', `u${i}`));
  expect(presence.seen.size).toBe(LIMITS.presenceAnnounceMax);
});
