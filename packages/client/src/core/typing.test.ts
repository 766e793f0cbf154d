import { expect, it } from 'vitest';
import { Typing } from './typing.ts';

const notice = (userId: string) => ({ type: 'typing', roomId: 'r', userId, username: userId.toUpperCase() }) as const;

it('CLIENT-16: shows who types for 4 s after the last notice', () => {
  const typing = new Typing();
  expect([typing.noticed(notice('a'), 0), typing.noticed(notice('a'), 1000)]).toEqual([true, false]);
  expect(typing.typists).toEqual([{ userId: 'a', username: 'A' }]);
  expect([typing.nextAt, typing.expire(4999), typing.expire(5000), typing.expire(5000)]).toEqual([5000, false, true, false]);
  expect(typing.nextAt).toBe(Number.POSITIVE_INFINITY);
});

it('CLIENT-16: says that we type once in 2 s', () => {
  const typing = new Typing();
  expect([0, 1999, 2000, 2001].map((now) => typing.maySay(now))).toEqual([true, false, true, false]);
});

it('CLIENT-16: shows a bounded number', () => {
  const typing = new Typing();
  const changes = Array.from({ length: 30 }, (_, i) => typing.noticed(notice(`u${i}`), i));
  expect([typing.typists.length, changes.filter((each) => each).length, typing.nextAt]).toEqual([20, 20, 4000]);
  expect([typing.ended('u0'), typing.ended('u0'), typing.clear(), typing.clear()]).toEqual([true, false, true, false]);
});
