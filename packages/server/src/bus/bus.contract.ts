import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AppendOutcome, Bus, Draft, Publication, RoomSeed } from './bus.ts';

export interface BusUnderTest {
  readonly bus: Bus;
  /** Sets the wall clock of the bus forward or back. */
  jump(ms: number): void;
}

const MINUTE = 60_000;
const SEED: RoomSeed = { epoch: 'e', seq: 0, timestamp: 0, knownIds: [], knownSince: 0 };
const EARLIER = { messageId: 'old', userId: 'ann', epoch: 'e0', seq: 3 };

function draft(messageId: string, given: Partial<Draft> = {}): Draft {
  const author = { userId: 'ann', username: 'Ann', authorJson: '' };
  return { roomId: 'r', type: 'chat', ...author, content: 'hi', messageId, isClientId: true, replyTo: undefined, arrivedAt: 0, ...given };
}

/** What every bus must do; the exact memory for ids is each one's own affair. */
export function busContract(name: string, make: () => Promise<BusUnderTest>): void {
  const setUp = async (seeds: Readonly<Record<string, RoomSeed>> = { r: SEED }) => {
    const { bus, jump } = await make();
    const heard: Publication[] = [];
    bus.listen({ onPublication: (publication) => heard.push(publication), onNewEpoch: () => {} });
    for (const [roomId, seed] of Object.entries(seeds)) await bus.open(roomId, seed);
    const append = (each: Draft): Promise<AppendOutcome> => new Promise((resolve) => bus.append(each, resolve));
    return { bus, jump, heard, append };
  };

  describe(`the ${name} bus`, () => {
    it('ORDER-1: goes on after the seed, by one each, and says where', async () => {
      const { heard, append } = await setUp({ r: { ...SEED, epoch: 'e7', seq: 41 } });
      expect(await append(draft('a'))).toMatchObject({ kind: 'accepted', publication: { epoch: 'e7', seq: 42 } });
      expect(await append(draft('b'))).toMatchObject({ kind: 'accepted', publication: { epoch: 'e7', seq: 43 } });
      expect(heard.map((each) => [each.epoch, each.seq, each.draft.messageId])).toEqual([
        ['e7', 42, 'a'],
        ['e7', 43, 'b'],
      ]);
    });

    it('answers where the order of an opened room stands', async () => {
      const { bus } = await setUp({});
      expect(await bus.open('x', { ...SEED, epoch: 'e1', seq: 5 })).toEqual({ epoch: 'e1', seq: 5 });
    });

    it('tells its listener before it tells the sender', async () => {
      const { bus } = await make();
      const order: string[] = [];
      bus.listen({ onPublication: () => order.push('listener'), onNewEpoch: () => {} });
      await bus.open('r', SEED);
      await new Promise<void>((resolve) =>
        bus.append(draft('a'), () => {
          order.push('sender');
          resolve();
        }),
      );
      expect(order).toEqual(['listener', 'sender']);
    });

    it('ID-3, ID-4: publishes a repeat of the same user once and says where the first one is', async () => {
      const { heard, append } = await setUp();
      await append(draft('a'));
      await append(draft('b'));
      expect(await append(draft('a', { content: 'other words' }))).toEqual({
        kind: 'repeat',
        known: { messageId: 'a', userId: 'ann', epoch: 'e', seq: 1 },
      });
      expect(heard).toHaveLength(2);
      expect(await append(draft('c'))).toMatchObject({ publication: { seq: 3 } });
    });

    it('ID-5: refuses the id of another user', async () => {
      const { heard, append } = await setUp();
      await append(draft('a'));
      expect(await append(draft('a', { userId: 'bob' }))).toEqual({ kind: 'taken' });
      expect(heard).toHaveLength(1);
    });

    it('ID-6: knows the ids that it was opened with', async () => {
      const { heard, append } = await setUp({ r: { ...SEED, knownIds: [EARLIER] } });
      expect(await append(draft('old'))).toEqual({ kind: 'repeat', known: EARLIER });
      expect(await append(draft('old', { userId: 'bob' }))).toEqual({ kind: 'taken' });
      expect(heard).toEqual([]);
    });

    it('ID-2, ORDER-4: counts and remembers each room for itself', async () => {
      const { heard, append } = await setUp({ r: SEED, x: { ...SEED, seq: 10 } });
      await append(draft('a'));
      expect(await append(draft('a', { roomId: 'x' }))).toMatchObject({ kind: 'accepted', publication: { seq: 11 } });
      expect(await append(draft('b'))).toMatchObject({ publication: { seq: 2 } });
      expect(heard).toHaveLength(3);
    });

    it('ORDER-3: holds timestamps while the clock is back, and goes on when it has passed them', async () => {
      const { jump, heard, append } = await setUp();
      await append(draft('a'));
      jump(-60 * MINUTE);
      await append(draft('b'));
      jump(120 * MINUTE);
      await append(draft('c'));
      const [a = 0, b = 0, c = 0] = heard.map((each) => each.timestamp);
      expect(b).toBe(a);
      expect(c).toBeGreaterThanOrEqual(a + 59 * MINUTE);
    });

    it('ORDER-3: starts no earlier than the seed’s timestamp', async () => {
      const future = Date.UTC(2200, 0, 1);
      const { heard, append } = await setUp({ r: { ...SEED, timestamp: future } });
      await append(draft('a'));
      expect(heard[0]?.timestamp).toBe(future);
    });

    it('ID-6: remembers an id for ten minutes', async () => {
      const { jump, append } = await setUp();
      await append(draft('a'));
      for (let minute = 1; minute <= 9; minute += 1) {
        jump(MINUTE);
        await append(draft(`m${minute}`));
      }
      expect(await append(draft('a'))).toMatchObject({ kind: 'repeat', known: { seq: 1 } });
    });

    it('says since when it knows ids, and knows every one since then', async () => {
      const { bus, jump, append } = await setUp({ r: { ...SEED, knownSince: 1234 } });
      expect(bus.knownSince('r')).toBe(1234);
      const sent: { id: string; at: number }[] = [];
      for (let i = 0; i < 60; i += 1) {
        const outcome = await append(draft(`m${i}`));
        if (outcome.kind === 'accepted') sent.push({ id: `m${i}`, at: outcome.publication.timestamp });
        jump(MINUTE);
      }
      const since = bus.knownSince('r');
      const known = sent.filter(({ at }) => at >= since);
      expect(known.length).toBeGreaterThanOrEqual(10);
      for (const { id } of known) expect((await append(draft(id))).kind).toBe('repeat');
    });

    it('knows nothing of a room that is not open', async () => {
      const { bus } = await setUp();
      expect(bus.knownSince('nowhere')).toBe(Number.POSITIVE_INFINITY);
      bus.close('r');
      expect(bus.knownSince('r')).toBe(Number.POSITIVE_INFINITY);
      bus.close('r');
    });

    it('opens a closed room again with what it is told', async () => {
      const { bus, append } = await setUp();
      await append(draft('a'));
      bus.close('r');
      await bus.open('r', { ...SEED, seq: 1, knownIds: [{ messageId: 'a', userId: 'ann', epoch: 'e', seq: 1 }] });
      expect(await append(draft('a'))).toMatchObject({ kind: 'repeat' });
      expect(await append(draft('b'))).toMatchObject({ publication: { seq: 2 } });
    });

    it('ORDER-1, ID-3: orders any sequence of drafts densely, each id once, and never says an id is another’s that is not', async () => {
      const sending = fc.record({
        id: fc.integer({ min: 0, max: 15 }),
        userId: fc.constantFrom('ann', 'bob'),
        room: fc.constantFrom('r', 'x'),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(sending, { maxLength: 60 }), async (sendings) => {
          const { heard, append } = await setUp({ r: SEED, x: SEED });
          const owners = new Map<string, { userId: string; seq: number }>();
          const counts: Record<string, number> = { r: 0, x: 0 };
          for (const { id, userId, room } of sendings) {
            const outcome = await append(draft(`m${id}`, { userId, roomId: room }));
            const owner = owners.get(`${room} ${id}`);
            if (owner === undefined) {
              counts[room] = (counts[room] ?? 0) + 1;
              owners.set(`${room} ${id}`, { userId, seq: counts[room] ?? 0 });
              expect(outcome).toMatchObject({ kind: 'accepted', publication: { seq: counts[room] } });
            } else if (owner.userId === userId) expect(outcome).toMatchObject({ kind: 'repeat', known: { seq: owner.seq } });
            else expect(outcome).toEqual({ kind: 'taken' });
          }
          expect(heard).toHaveLength(owners.size);
        }),
        { numRuns: 60 },
      );
    });

    it('is available', async () => {
      expect((await setUp()).bus.isAvailable()).toBe(true);
    });
  });
}
