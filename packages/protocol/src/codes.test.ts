import { describe, expect, it } from 'vitest';
import { CLOSE_CODES, ERROR_CODES, reconnectFor } from './codes.ts';

describe('close codes', () => {
  it('are each followed by what the table says', () => {
    for (const { code, reconnect } of Object.values(CLOSE_CODES)) expect(reconnectFor(code)).toBe(reconnect);
    expect(new Set(Object.values(CLOSE_CODES).map(({ code }) => code)).size).toBe(Object.keys(CLOSE_CODES).length);
  });

  it('are an accident when no close frame came, and final when a newer server gives a verdict', () => {
    expect([1005, 1006, 1014, 1015, 3000, 0, Number.NaN].map(reconnectFor)).toEqual(Array(7).fill('jitter'));
    expect([1002, 1003, 1007, 1010, 4000, 4402, 4999].map(reconnectFor)).toEqual(Array(7).fill('no'));
    expect(reconnectFor(5000)).toBe('jitter');
  });
});

describe('error codes', () => {
  it('are retryable exactly where waiting helps', () => {
    const retryable = Object.entries(ERROR_CODES).filter(([, { retryable }]) => retryable);
    expect(retryable.map(([code]) => code)).toEqual(['rate_limited', 'overloaded', 'storage_unavailable', 'slow_mode', 'internal']);
  });
});
