import { expect, test } from 'vitest';
import type { LogMessage } from '../kit/irc-log.ts';
import { replayAtSpeed, replayInTurn } from '../kit/replay.ts';
import { type Rng, seeded } from '../kit/rng.ts';
import { useServer } from '../kit/server-process.ts';

const server = useServer();

/** A minute of 20 users: bursts and pauses, as people write. */
function busyMinute(rng: Rng, messages: number): LogMessage[] {
  const times = Array.from({ length: messages }, () => 1_209_276_000_000 + Math.floor(60_000 * rng.next() ** 2)).sort((a, b) => a - b);
  return times.map((atMs, i) => ({
    atMs,
    userId: `user ${rng.between(1, 20)}`,
    content: `line ${i} ${'x'.repeat(rng.between(0, 200))}`,
    messageId: rng.uuid(),
  }));
}

test('ORDER-1 ORDER-2: a minute of 20 users replayed at 20 times its pace reaches everyone in one order, and history equals it', async () => {
  await seeded(2008, async (rng) => {
    const replay = await replayAtSpeed(server(), 'minute', busyMinute(rng, 300), 20);
    expect(replay).toMatchObject({ findings: [], messages: 300, users: 20 });
  });
});

test('ORDER-1 ORDER-2: said one after the other, the room has the order of the log', async () => {
  await seeded(2008, async (rng) => {
    const replay = await replayInTurn(server(), 'in-turn', busyMinute(rng, 200));
    expect(replay).toMatchObject({ findings: [], messages: 200 });
  });
});
