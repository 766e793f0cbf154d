import type { MessageFrame } from '@hubbub/protocol';
import { expect, it } from 'vitest';
import { Timeline } from './timeline.ts';

const message = (messageId: string): MessageFrame => ({
  ...{ type: 'chat', messageId, roomId: 'r', userId: 'u', username: 'U', content: 'c', timestamp: 't' },
});
const ids = ({ messages }: Timeline) => messages.map(({ messageId }) => messageId);

it('CLIENT-5: shows each id once', () => {
  const timeline = new Timeline(10);
  expect(['a', 'b', 'a'].map((id) => timeline.add(message(id)))).toEqual([true, true, false]);
  expect(ids(timeline)).toEqual(['a', 'b']);
});

it('CLIENT-12: keeps the newest, and forgets the ids of the others', () => {
  const timeline = new Timeline(2);
  for (const id of ['a', 'b']) timeline.add(message(id));
  expect(timeline.isTrimmed).toBe(false);
  timeline.add(message('c'));
  expect([ids(timeline), timeline.isTrimmed]).toEqual([['b', 'c'], true]);
  expect(timeline.add(message('a'))).toBe(true);
});

it('gives the same array until something is added, and never changes one that it gave', () => {
  const timeline = new Timeline(1);
  timeline.add(message('a'));
  const before = timeline.messages;
  expect(timeline.messages).toBe(before);
  timeline.add(message('a'));
  expect(timeline.messages).toBe(before);
  timeline.add(message('b'));
  timeline.clear();
  expect(before.map(({ messageId }) => messageId)).toEqual(['a']);
});

it('begins anew', () => {
  const timeline = new Timeline(1);
  for (const id of ['a', 'b']) timeline.add(message(id));
  expect(ids(timeline)).toEqual(['b']);
  timeline.clear();
  expect([ids(timeline), timeline.isTrimmed]).toEqual([[], false]);
  expect(timeline.add(message('b'))).toBe(true);
});
