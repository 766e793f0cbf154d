import { describe, expect, it } from 'vitest';
import { Flood } from './flood.ts';

describe('a flood', () => {
  it('LIMIT-3: is the twentieth refusal within 10 s', () => {
    const flood = new Flood();
    for (let i = 0; i < 19; i += 1) expect(flood.add(i * 500)).toBe(false);
    expect(flood.add(10_000)).toBe(true);
  });

  it('LIMIT-3: is not the twentieth a moment later, and counts on from the second one', () => {
    const flood = new Flood();
    for (let i = 0; i < 19; i += 1) expect(flood.add(i * 500)).toBe(false);
    expect(flood.add(10_001)).toBe(false);
    expect(flood.add(10_500)).toBe(true);
  });

  it('LIMIT-3: never is a steady trickle', () => {
    const flood = new Flood();
    for (let i = 0; i < 1000; i += 1) expect(flood.add(i * 527)).toBe(false);
  });
});
