import { LIMITS } from '@hubbub/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Presence } from './presence.ts';

const GRACE = LIMITS.leaveGraceMs;
const names = (members: readonly { readonly userId: string }[]) => members.map((each) => each.userId);

function crowd(count: number): Presence {
  const presence = new Presence();
  for (let i = 1; i <= count; i += 1) presence.enter(`u${i}`, 'U', 0);
  return presence;
}

describe('presence', () => {
  it('PRES-1, PRES-4: the first connection of a user is news, the second is not', () => {
    const presence = new Presence();
    expect(presence.isEmpty).toBe(true);
    expect(presence.enter('ann', 'Ann', 5)).toBe(true);
    expect(presence.enter('ann', 'Anna', 6)).toBe(false);
    expect([presence.presentUsers, presence.isEmpty]).toEqual([1, false]);
    expect(presence.present()).toMatchObject([{ userId: 'ann', username: 'Anna', connections: 2, joinedAt: 5 }]);
  });

  it('PRES-1: a leave settles 5 s after the last connection went, not before', () => {
    const presence = new Presence();
    presence.enter('ann', 'Ann', 0);
    presence.enter('ann', 'Ann', 0);
    presence.exit('ann', 1000);
    expect([presence.presentUsers, presence.hasLeaving]).toEqual([1, false]);
    presence.exit('ann', 2000);
    expect([presence.presentUsers, presence.hasLeaving, presence.isEmpty]).toEqual([0, true, false]);
    expect(presence.present()).toEqual([]);
    expect(presence.settleLeaves(2000 + GRACE - 1)).toEqual([]);
    expect(names(presence.settleLeaves(2000 + GRACE))).toEqual(['ann']);
    expect([presence.isEmpty, presence.hasLeaving]).toEqual([true, false]);
    expect(presence.enter('ann', 'Ann', 9)).toBe(true);
  });

  it('PRES-2: who comes back within the grace neither left nor joined', () => {
    const presence = new Presence();
    presence.enter('ann', 'Ann', 0);
    presence.exit('ann', 1000);
    expect(presence.enter('ann', 'Ann', 3000)).toBe(false);
    expect([presence.presentUsers, presence.hasLeaving]).toEqual([1, false]);
    expect(presence.settleLeaves(1e9)).toEqual([]);
    presence.exit('ann', 4000);
    expect(presence.settleLeaves(4000 + GRACE - 1)).toEqual([]);
    expect(presence.settleLeaves(4000 + GRACE)).toHaveLength(1);
  });

  it('settles in order of leaving, each in its own time', () => {
    const presence = crowd(3);
    presence.exit('u2', 100);
    presence.exit('u1', 200);
    presence.exit('u3', 300);
    expect(names(presence.settleLeaves(200 + GRACE))).toEqual(['u2', 'u1']);
    expect(names(presence.settleLeaves(300 + GRACE))).toEqual(['u3']);
  });

  it('ignores an exit of somebody who is not there', () => {
    const presence = crowd(1);
    presence.exit('nobody', 0);
    presence.exit('u1', 0);
    presence.exit('u1', 10);
    expect(presence.presentUsers).toBe(0);
    expect(presence.settleLeaves(GRACE)).toHaveLength(1);
  });

  it('PRES-3: tells each up to 100 members, their number above, and each again below 80', () => {
    const presence = crowd(100);
    expect([presence.tellsEach, presence.owesCount, presence.dueCount(0)]).toEqual([true, false, undefined]);
    presence.enter('u101', 'U', 0);
    expect([presence.tellsEach, presence.owesCount, presence.dueCount(0)]).toEqual([false, true, 101]);
    const leave = (i: number) => {
      presence.exit(`u${i}`, 0);
      presence.settleLeaves(GRACE);
    };
    for (let i = 101; i > 80; i -= 1) leave(i);
    expect([presence.presentUsers, presence.tellsEach]).toEqual([80, false]);
    expect(presence.dueCount(1e8)).toBe(80);
    leave(80);
    expect([presence.presentUsers, presence.tellsEach, presence.owesCount]).toEqual([79, false, true]);
    // The last number first: whoever counts goes on from it.
    expect([presence.dueCount(1e9), presence.tellsEach, presence.owesCount]).toEqual([79, true, false]);
  });

  it('PRES-3: a number is told at most once a second, and only when it changed', () => {
    const presence = crowd(101);
    expect(presence.dueCount(5000)).toBe(101);
    expect([presence.dueCount(9000), presence.owesCount]).toEqual([undefined, false]);
    presence.enter('x', 'X', 0);
    expect([presence.dueCount(5999), presence.owesCount]).toEqual([undefined, true]);
    expect(presence.dueCount(6000)).toBe(102);
    presence.exit('x', 6100);
    expect(presence.dueCount(7000)).toBe(undefined);
    presence.settleLeaves(6100 + GRACE);
    expect(presence.dueCount(6100 + GRACE)).toBe(101);
  });

  it('TYPING-2: lets one notice per user and interval pass', () => {
    const presence = crowd(2);
    expect(presence.mayType('u1', 100, 2000)).toBe(true);
    expect(presence.mayType('u1', 2099, 2000)).toBe(false);
    expect(presence.mayType('u2', 2099, 2000)).toBe(true);
    expect(presence.mayType('u1', 2100, 2000)).toBe(true);
    expect(presence.mayType('nobody', 0, 2000)).toBe(false);
  });

  it('PRES-1, PRES-2: news are joins and leaves in turn, and say who is here within the grace', () => {
    const step = fc.record({ user: fc.constantFrom('a', 'b', 'c'), enters: fc.boolean(), pause: fc.integer({ min: 0, max: 4000 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
        const presence = new Presence();
        const open: Record<string, number> = { a: 0, b: 0, c: 0 };
        const goneAt = new Map<string, number>();
        const announced = new Set<string>();
        let now = 0;
        for (const { user, enters, pause } of steps) {
          now += pause;
          for (const { userId } of presence.settleLeaves(now)) {
            expect(announced.delete(userId)).toBe(true);
            expect(now - (goneAt.get(userId) ?? 0)).toBeGreaterThanOrEqual(GRACE);
          }
          const count = open[user] ?? 0;
          if (enters) {
            expect(presence.enter(user, user, now)).toBe(!announced.has(user));
            announced.add(user);
            open[user] = count + 1;
          } else if (count > 0) {
            presence.exit(user, now);
            open[user] = count - 1;
            if (count === 1) goneAt.set(user, now);
          }
          expect(presence.presentUsers).toBe(Object.values(open).filter((each) => each > 0).length);
          expect(presence.isEmpty).toBe(announced.size === 0);
        }
      }),
    );
  });
});
