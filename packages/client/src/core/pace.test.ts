import { expect, it } from 'vitest';
import { Pace } from './pace.ts';

it('CLIENT-14: has no gap until the server asks for one', () => {
  const pace = new Pace();
  pace.sent(100);
  pace.taken();
  expect(pace.nextAt).toBe(100);
});

it('CLIENT-14: waits as long as it is told, then keeps that gap', () => {
  const pace = new Pace();
  pace.tooFast(1000, 200);
  expect(pace.nextAt).toBe(1200);
  pace.sent(1200);
  expect(pace.nextAt).toBe(1400);
});

it('CLIENT-14: gets slower by half with each further refusal, and faster by a twentieth with each message, until there is no gap', () => {
  const pace = new Pace();
  pace.tooFast(0, 200);
  pace.tooFast(0, 10);
  expect(pace.nextAt).toBe(300);
  pace.taken();
  pace.sent(300);
  expect(pace.nextAt).toBe(585);
  for (let i = 0; i < 100; i += 1) pace.taken();
  pace.sent(1000);
  expect(pace.nextAt).toBe(1000);
});

it('CLIENT-14: keeps no gap above 10 s, but waits longer when it is told to', () => {
  const pace = new Pace();
  pace.tooFast(0, 60_000);
  expect(pace.nextAt).toBe(60_000);
  pace.sent(60_000);
  expect(pace.nextAt).toBe(70_000);
});
