import { LIMITS } from '@hubbub/protocol';
import { describe, expect, it } from 'vitest';
import { FakeClock } from '../../test/kit/fake-clock.ts';
import { busContract } from './bus.contract.ts';
import type { AppendOutcome, Draft, RoomSeed } from './bus.ts';
import { MemoryBus } from './memory-bus.ts';

busContract('memory', async () => {
  const clock = new FakeClock();
  return { bus: new MemoryBus(clock), jump: (ms) => clock.jumpWall(ms) };
});

const seedAt = (now: number): RoomSeed => ({ epoch: 'e', seq: 0, timestamp: 0, knownIds: [], knownSince: now });

async function setUp(maxKnownIds?: number) {
  const clock = new FakeClock();
  const bus = new MemoryBus(clock, maxKnownIds);
  bus.listen({ onPublication: () => {}, onNewEpoch: () => {} });
  await bus.open('r', seedAt(clock.now()));
  await bus.open('x', seedAt(clock.now()));
  const append = (messageId: string, roomId = 'r', isClientId = true): AppendOutcome | undefined => {
    let outcome: AppendOutcome | undefined;
    const author = { userId: 'ann', username: 'Ann', authorJson: '' };
    const draft: Draft = { roomId, type: 'chat', ...author, content: 'c', messageId, isClientId, replyTo: undefined, arrivedAt: 0 };
    bus.append(draft, (settled) => {
      outcome = settled;
    });
    return outcome;
  };
  return { clock, bus, append };
}

describe('the memory bus', () => {
  it('settles at once', async () => {
    const { append } = await setUp();
    expect(append('a')?.kind).toBe('accepted');
  });

  it('neither remembers nor asks for ids that the server made', async () => {
    const { append } = await setUp();
    append('a', 'r', false);
    expect(append('a')?.kind).toBe('accepted');
    expect(append('a', 'r', false)?.kind).toBe('accepted');
  });

  it('throws for a room that is not open: a bug of the caller', async () => {
    const { bus, append } = await setUp();
    expect(() => append('a', 'nowhere')).toThrow('nowhere');
    await bus.stop();
    expect(() => append('a')).toThrow('not open');
  });

  it('throws before anybody listens', async () => {
    const bus = new MemoryBus(new FakeClock());
    await bus.open('r', seedAt(0));
    const draft = { roomId: 'r', messageId: 'a', isClientId: true } as Draft;
    expect(() => bus.append(draft, () => {})).toThrow();
  });

  it('gives up its older ids, in all rooms, when there are too many, and says so', async () => {
    const { clock, bus, append } = await setUp(4);
    const start = clock.now();
    for (const id of ['a', 'b', 'c', 'd']) append(id);
    append('y', 'x', false);
    expect(bus.knownSince('r')).toBe(start);
    clock.advance(1000);
    append('e');
    clock.advance(1000);
    append('f');
    expect(bus.knownSince('r')).toBe(start + 1000);
    expect(bus.knownSince('x')).toBe(start + 1000);
    expect(append('a')?.kind).toBe('accepted');
    expect(append('f')?.kind).toBe('repeat');
  });

  it('counts the ids of a closed room no longer', async () => {
    const { clock, bus, append } = await setUp(4);
    for (const id of ['a', 'b', 'c']) append(id, 'x');
    bus.close('x');
    clock.advance(1000);
    for (const id of ['d', 'e', 'f']) append(id);
    expect(bus.knownSince('r')).toBe(clock.now() - 1000);
    for (const id of ['d', 'e', 'f']) expect(append(id)?.kind).toBe('repeat');
  });

  it('forgets an id after two times ten minutes at the latest, so that memory has an end', async () => {
    const { clock, append } = await setUp();
    append('a');
    for (let i = 0; i < 2; i += 1) {
      clock.advance(LIMITS.idMemoryMs);
      append(`later-${i}`);
    }
    expect(append('a')?.kind).toBe('accepted');
  });
});
