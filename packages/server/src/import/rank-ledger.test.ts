import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { eventId } from './event-id.ts';
import { RankLedger } from './rank-ledger.ts';

it('counts equal events exactly in any order, however small the part in memory', () => {
  const event = fc.tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 2 }));
  fc.assert(
    fc.property(fc.array(event, { maxLength: 120 }), fc.integer({ min: 1, max: 8 }), (events, recent) => {
      const ledger = new RankLedger(recent);
      const seen = new Map<string, number>();
      for (const [time, user] of events) {
        const id = eventId({ room: 'r', user: `u${user}`, type: 'chat', time, content: '' }, 0);
        expect(ledger.rank(time, id)).toBe(seen.get(id) ?? 0);
        seen.set(id, (seen.get(id) ?? 0) + 1);
      }
      ledger.close();
    }),
    { numRuns: 40 },
  );
});

it('remembers what was long ago in a sorted log when a line comes out of order', () => {
  const ledger = new RankLedger(100);
  const first = randomUUID();
  ledger.rank(1, first);
  for (let time = 1; time < 5_000; time += 1) ledger.rank(time, randomUUID());
  expect(ledger.rank(1, first)).toBe(1);
  expect(ledger.rank(1, first)).toBe(2);
  ledger.close();
});
