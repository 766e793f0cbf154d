import { CLOSE_CODES } from '@hubbub/protocol';
import { describe, expect, it } from 'vitest';
import { settingsOf } from '../settings.ts';
import { Connection } from './connection.ts';
import type { Effect } from './steps.ts';

function bench(random = 1, renewsToken = false) {
  const effects: Effect[] = [];
  const connection = new Connection({
    settings: settingsOf({}),
    random: () => random,
    renewsToken,
    emit: (effect) => effects.push(effect),
  });
  const socket = () => effects.flatMap((effect) => (effect.kind === 'open' ? [effect.socket] : [])).at(-1) ?? 0;
  return { connection, effects, socket };
}

/** Connects, ends at once with the code, and says how long it waits. */
function waitAfter(code: number, failures: number, random: number): number {
  const { connection } = bench(random);
  connection.open(0);
  for (let i = 0; i < failures; i += 1) {
    if (connection.state.kind === 'waiting') connection.open(0);
    connection.opened(0);
    connection.ended(code, 0);
  }
  return connection.state.kind === 'waiting' ? connection.state.retryAt : -1;
}

describe('a connection', () => {
  it('CLIENT-1: goes from connecting to connected to waiting, and back again', () => {
    const { connection, effects } = bench();
    connection.open(0);
    expect(connection.state).toEqual({ kind: 'connecting', attempt: 1 });
    connection.opened(5);
    expect(connection.state).toEqual({ kind: 'connected', since: 5 });
    connection.ended(1006, 10);
    expect(connection.state).toEqual({ kind: 'waiting', retryAt: 510, attempt: 2, closeCode: 1006 });
    connection.tick(509);
    expect(connection.state.kind).toBe('waiting');
    connection.tick(510);
    expect(connection.state).toEqual({ kind: 'connecting', attempt: 2 });
    expect(effects.map(({ kind }) => kind)).toEqual(['connection', 'open', 'connection', 'connection', 'connection', 'open']);
  });

  it('CLIENT-1: never gives up after an end that may be retried, however often it happens', () => {
    const { connection } = bench();
    connection.open(0);
    for (let i = 0; i < 5000; i += 1) {
      connection.ended(1006, 0);
      connection.tick(30_000);
    }
    expect(connection.state).toEqual({ kind: 'connecting', attempt: 5001 });
  });

  it.each(Object.values(CLOSE_CODES))('CLIENT-1: after close code $code does as the protocol says: $reconnect', ({ code, reconnect }) => {
    const isOver = reconnect === 'no' || reconnect === 'with-new-token';
    const { connection } = bench();
    connection.open(0);
    connection.ended(code, 0);
    expect(connection.state.kind).toBe(isOver ? 'closed' : 'waiting');
    if (isOver) expect(connection.state).toEqual({ kind: 'closed', reason: { kind: 'refused', closeCode: code } });
  });

  it('CLIENT-1: comes back after an expired token when it can get a new one', () => {
    const { connection } = bench(1, true);
    connection.open(0);
    connection.ended(4401, 0);
    expect(connection.state.kind).toBe('waiting');
  });

  it('CLIENT-2: waits anything from nothing to a ceiling that doubles up to 30 s', () => {
    expect([1, 2, 3, 4, 6, 7, 8, 50].map((failures) => waitAfter(1006, failures, 1))).toEqual([
      500, 1000, 2000, 4000, 16_000, 30_000, 30_000, 30_000,
    ]);
    expect(waitAfter(1006, 50, 0)).toBe(0);
    expect(waitAfter(1012, 3, 0.25)).toBe(500);
  });

  it('CLIENT-2: comes back at once when it was too slow, and with jitter when that goes on', () => {
    expect(waitAfter(4408, 1, 1)).toBe(0);
    expect(waitAfter(4408, 2, 1)).toBe(1000);
  });

  it('CLIENT-2: waits longer, and never not at all, for a server that has too much to do', () => {
    for (const code of [1013, 4429])
      expect([waitAfter(code, 1, 0), waitAfter(code, 1, 1), waitAfter(code, 20, 0)]).toEqual([2000, 4000, 15_000]);
  });

  it('CLIENT-2: begins small again once a connection lasted', () => {
    const { connection } = bench();
    connection.open(0);
    for (let i = 0; i < 8; i += 1) {
      connection.ended(1006, 0);
      connection.tick(30_000);
    }
    connection.opened(0);
    connection.ended(1006, 10_000);
    expect(connection.state).toMatchObject({ kind: 'waiting', retryAt: 10_500 });
  });

  it('CLIENT-3: knows a socket that it gave up', () => {
    const { connection, socket } = bench();
    connection.open(0);
    const first = socket();
    connection.abandon(0);
    expect(connection.isCurrent(first)).toBe(false);
    connection.tick(500);
    expect([connection.isCurrent(first), connection.isCurrent(socket())]).toEqual([false, true]);
  });

  it('CLIENT-4: gives up an attempt that is not answered in 10 s', () => {
    const { connection, effects } = bench();
    connection.open(0);
    connection.tick(9_999);
    expect(connection.state.kind).toBe('connecting');
    expect(connection.tick(10_000)).toBe(false);
    expect(connection.state.kind).toBe('waiting');
    expect(connection.tick(10_500)).toBe(false);
    expect(effects.some(({ kind }) => kind === 'abandon')).toBe(true);
  });

  it('CLIENT-4: asks after 30 s of silence, and gives up when 10 s later nothing was said', () => {
    const { connection } = bench();
    connection.open(0);
    connection.opened(0);
    expect([connection.tick(29_999), connection.tick(30_000)]).toEqual([false, true]);
    connection.asked(30_000);
    expect(connection.nextAt).toBe(40_000);
    connection.heard(35_000);
    expect([connection.tick(64_999), connection.tick(65_000)]).toEqual([false, true]);
    connection.asked(65_000);
    expect(connection.tick(75_000)).toBe(false);
    expect(connection.state.kind).toBe('waiting');
  });

  it('CLIENT-11: woken up, connects at once or asks whether the server is still there', () => {
    const { connection } = bench();
    connection.open(0);
    connection.ended(1006, 0);
    expect(connection.wake(1)).toBe(false);
    expect(connection.state.kind).toBe('connecting');
    connection.opened(2);
    expect(connection.wake(3)).toBe(true);
  });

  it('closes for good, once', () => {
    const { connection, effects, socket } = bench();
    connection.open(0);
    connection.close({ kind: 'asked' });
    expect(connection.isCurrent(socket())).toBe(false);
    connection.close({ kind: 'asked' });
    connection.ended(1006, 1);
    expect(connection.wake(2)).toBe(false);
    expect(connection.state).toEqual({ kind: 'closed', reason: { kind: 'asked' } });
    expect(connection.nextAt).toBe(Number.POSITIVE_INFINITY);
    expect(effects.filter(({ kind }) => kind === 'abandon')).toHaveLength(1);
  });
});
