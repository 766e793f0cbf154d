import { describe, expect, it } from 'vitest';
import { PieceSize } from './piece-size.ts';

/** Pieces one after the other, each with its fixed cost and so much an entry; their sizes. */
function sizes(waiting: number, fixedMs: number, msAnEntry: number, pieces: number): number[] {
  let cpuMs = 0;
  const size = new PieceSize(() => cpuMs);
  return Array.from({ length: pieces }, () => {
    const entries = size.of(waiting);
    size.measure(() => {
      cpuMs += fixedMs + entries * msAnEntry;
      return entries;
    });
    return entries;
  });
}

describe('how much is counted at once', () => {
  it('is what takes 20 ms, whatever an entry costs', () => {
    expect(sizes(4999, 0, 0.02, 9).at(-1)).toBe(1000);
    expect(sizes(4999, 4, 0.04, 30).at(-1)).toBeCloseTo(400, -2);
  });

  it('is what takes 5 ms where little waits', () => {
    expect(sizes(500, 0, 0.02, 9).at(-1)).toBe(250);
    expect(sizes(500, 4, 0.04, 30).at(-1)).toBeLessThan(100);
    expect(sizes(500, 100, 1, 20).at(-1)).toBe(20);
  });

  it('does not become nothing where everything costs much, nor boundless where nothing does', () => {
    expect(sizes(4999, 100, 1, 20).at(-1)).toBe(25);
    expect(sizes(100_000, 0, 0.0001, 20).at(-1)).toBe(4000);
  });

  it('is what takes 15 ms where much waits, also of messages that cost a millisecond each', () => {
    expect(sizes(100_000, 1, 0.04, 30).at(-1)).toBeCloseTo(350, -2);
    expect(sizes(100_000, 0, 1, 20).at(-1)).toBe(25);
  });

  it('is no more than there is, and few entries say little about many', () => {
    const size = new PieceSize(() => 0);
    expect(size.of(3)).toBe(3);
    size.measure(() => 3);
    expect(size.of(4000)).toBe(new PieceSize(() => 0).of(4000));
  });
});
