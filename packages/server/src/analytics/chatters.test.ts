import { describe, expect, it } from 'vitest';
import { Chatters, EXACT_CHATTERS } from './chatters.ts';

const NOW = Date.UTC(2026, 0, 1);

describe('distinct chatters', () => {
  it('are exact up to the bound', () => {
    const chatters = new Chatters();
    for (let i = 0; i < EXACT_CHATTERS; i++) chatters.add(`user-${i}`, NOW, NOW);
    expect(chatters.count(NOW)).toEqual({ users: EXACT_CHATTERS, isApproximate: false });
  });

  it('are estimated beyond it within four standard errors, and said to be, and exact again when the flood has passed', () => {
    const chatters = new Chatters(1000);
    for (let i = 0; i < 200_000; i++) chatters.add(`user-${i % 100_000}`, NOW, NOW);
    const { users, isApproximate } = chatters.count(NOW);
    expect(isApproximate).toBe(true);
    expect(Math.abs(users / 100_000 - 1)).toBeLessThan(4 * 0.0081);
    const later = NOW + 320_000;
    chatters.add('alice', later, later);
    expect(chatters.count(later)).toEqual({ users: 1, isApproximate: false });
  });

  it('count nobody on both sides', () => {
    const chatters = new Chatters(2);
    for (const user of ['a', 'b', 'c']) chatters.add(user, NOW, NOW);
    const soon = NOW + 299_000;
    for (const user of ['a', 'c', 'd', 'a']) chatters.add(user, soon, soon);
    expect(chatters.count(soon)).toEqual({ users: 4, isApproximate: true });
    const later = NOW + 301_000;
    chatters.add('d', later, later);
    chatters.add('c', later, later);
    expect(chatters.count(later).users).toBe(3);
  });

  it('stay exact though late messages stand before silent users in line', () => {
    const chatters = new Chatters(10);
    chatters.add('early', NOW + 60_000, NOW + 60_000);
    for (let i = 0; i < 9; i++) chatters.add(`late-${i}`, NOW, NOW + 60_000);
    const later = NOW + 301_000;
    for (let i = 0; i < 9; i++) chatters.add(`new-${i}`, later, later);
    expect(chatters.count(later)).toEqual({ users: 10, isApproximate: false });
  });
});
