import { describe, expect, it } from 'vitest';
import type { EventSink } from '../events.ts';
import { combineSinks } from './combine-sinks.ts';

const METHODS = [
  'connected',
  'disconnected',
  'entered',
  'exited',
  'joined',
  'left',
  'accepted',
  'stored',
  'delivered',
  'dropped',
  'closed',
  'resumed',
  'wrote',
] as const;

function recorder(calls: unknown[][], name: string): EventSink {
  const entries = METHODS.map((method) => [method, (...args: unknown[]) => void calls.push([name, method, ...args])]);
  return Object.fromEntries(entries) as EventSink;
}

describe('combined sinks', () => {
  it('are the sink itself when there is one', () => {
    const sink = recorder([], 'a');
    expect(combineSinks(sink)).toBe(sink);
  });

  it.each(METHODS)('tell everyone, in order, with everything: %s', (method) => {
    const calls: unknown[][] = [];
    const both = combineSinks(recorder(calls, 'a'), recorder(calls, 'b'));
    (both[method] as (...args: unknown[]) => void)('x', 2, 3);
    const [first, second] = calls;
    expect(calls).toHaveLength(2);
    expect(first?.slice(1)).toEqual(second?.slice(1));
    expect(first?.slice(0, 3)).toEqual(['a', method, 'x']);
  });
});
