import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../test/kit/fake-clock.ts';
import { Heartbeat } from './heartbeat.ts';

function setUp(count = 1) {
  const clock = new FakeClock();
  const heartbeat = new Heartbeat(clock);
  const peers = Array.from({ length: count }, () => {
    const peer = {
      seenAt: clock.monotonic(),
      pings: [] as number[],
      destroyedAt: undefined as number | undefined,
      ping: () => void peer.pings.push(clock.monotonic()),
      destroy: () => {
        peer.destroyedAt ??= clock.monotonic();
        heartbeat.remove(peer);
      },
    };
    heartbeat.add(peer);
    return peer;
  });
  return { clock, heartbeat, peers, start: clock.monotonic() };
}

describe('the heartbeat', () => {
  it('HEART-1: pings each connection every 25 s', () => {
    const { clock, peers, start } = setUp();
    const [peer] = peers;
    for (let i = 0; i < 100; i += 1) {
      clock.advance(1000);
      if (peer) peer.seenAt = clock.monotonic();
    }
    const pings = peer?.pings ?? [];
    expect(pings).toHaveLength(4);
    expect(pings[0]).toBeLessThanOrEqual(start + 25_000);
    expect(pings.slice(1).map((at, i) => at - (pings[i] ?? 0))).toEqual([25_000, 25_000, 25_000]);
  });

  it('spreads the pings over the seconds', () => {
    const { clock, peers } = setUp(50);
    for (let second = 1; second <= 25; second += 1) {
      clock.advance(1000);
      expect(peers.reduce((sum, peer) => sum + peer.pings.length, 0)).toBe(second * 2);
    }
  });

  it('HEART-2: ends a connection that was silent for 60 s, not one that was heard just before', () => {
    const { clock, peers, start } = setUp();
    const [peer] = peers;
    clock.advance(59_000);
    expect(peer?.destroyedAt).toBeUndefined();
    clock.advance(26_000);
    expect(peer?.destroyedAt).toBeGreaterThan(start + 60_000);
    expect(peer?.destroyedAt).toBeLessThanOrEqual(start + 85_000);
    const other = setUp();
    const [lively] = other.peers;
    for (let i = 0; i < 4; i += 1) {
      other.clock.advance(59_000);
      if (lively) lively.seenAt = other.clock.monotonic();
    }
    expect(lively?.destroyedAt).toBeUndefined();
  });

  it('HEART-2: takes exactly 60 s for alive', () => {
    const { clock, heartbeat, peers } = setUp();
    const [peer] = peers;
    if (peer) peer.seenAt = clock.monotonic() - 60_000;
    for (let i = 0; i < 25; i += 1) heartbeat.tick();
    expect([peer?.destroyedAt, peer?.pings.length]).toEqual([undefined, 1]);
    if (peer) peer.seenAt -= 1;
    for (let i = 0; i < 25; i += 1) heartbeat.tick();
    expect(peer?.destroyedAt).toBeDefined();
  });

  it('forgets what was removed, and stops', () => {
    const { clock, heartbeat, peers } = setUp(2);
    const [first, second] = peers;
    if (first) {
      heartbeat.remove(first);
      heartbeat.remove(first);
    }
    clock.advance(25_000);
    expect([first?.pings.length, second?.pings.length]).toEqual([0, 1]);
    heartbeat.stop();
    clock.advance(200_000);
    expect([second?.pings.length, second?.destroyedAt]).toEqual([1, undefined]);
  });
});
