import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { looksServerMade, makeMessageId } from './message-id.ts';

const NOW = Date.UTC(2026, 5, 1);
const V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('server-made message ids', () => {
  it('ID-1: are version-4 UUIDs, all different, whatever the time', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 47 }), (now) => {
        const id = makeMessageId(now);
        expect(id).toMatch(V4);
        expect(seen.has(id)).toBe(false);
        seen.add(id);
      }),
      { numRuns: 1000 },
    );
  });

  it('use all four variants and the whole random part', () => {
    const ids = Array.from({ length: 2000 }, () => makeMessageId(NOW));
    expect(new Set(ids.map((id) => id.charAt(19)))).toEqual(new Set('89ab'));
    for (const at of [15, 16, 17, 20, 21, 22, 24, 30, 35]) expect(new Set(ids.map((id) => id.charAt(at))).size).toBe(16);
  });

  it('rise with time', () => {
    const ids = [0, 1, 15, 16, 255, 65_536, 1e9].map((ms) => makeMessageId(NOW + ms));
    expect([...ids].sort()).toEqual(ids);
  });

  it('are recognised from 2025 to a minute from now, and nothing else is', () => {
    expect(looksServerMade(makeMessageId(NOW), NOW)).toBe(true);
    expect(looksServerMade(makeMessageId(NOW + 60_000), NOW)).toBe(true);
    expect(looksServerMade(makeMessageId(NOW + 60_001), NOW)).toBe(false);
    expect(looksServerMade(makeMessageId(Date.UTC(2025, 0, 1)), NOW)).toBe(true);
    expect(looksServerMade(makeMessageId(Date.UTC(2025, 0, 1) - 1), NOW)).toBe(false);
    const other = makeMessageId(NOW);
    expect(looksServerMade(`${other.slice(0, 14)}7${other.slice(15)}`, NOW)).toBe(false);
    expect(looksServerMade('550e8400-e29b-41d4-a716-446655440000', NOW)).toBe(false);
  });
});
