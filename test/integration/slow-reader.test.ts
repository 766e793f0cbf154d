import { describe, expect, test } from 'vitest';
import { TestClient } from '../kit/client.ts';
import { isAck, isJoined } from '../kit/frames.ts';
import { metricSum } from '../kit/http.ts';
import { useServer } from '../kit/server-process.ts';
import { eventually } from '../kit/wait.ts';

const server = useServer();
const LONG = '💬'.repeat(990);
/** Enough to fill the kernel's buffers on both sides and then the queue. */
const MOST_MESSAGES = 9_000;

const slowReaders = () => metricSum(server(), /slow/i);

/** Talks until a slow reader was counted; answers how many messages that took. */
async function talkUntilCut(writer: TestClient, roomId: string, before: number): Promise<number> {
  for (let i = 1; i <= MOST_MESSAGES; i++) {
    const isLast = i % 50 === 0;
    writer.chat(`${i} ${LONG}`, isLast ? { roomId, ref: i } : { roomId });
    if (!isLast) continue;
    await writer.next(isAck(i), 15_000);
    if ((await slowReaders()) > before) return i;
  }
  throw new Error(`nobody was cut in ${MOST_MESSAGES} messages`);
}

describe('a reader that does not keep up', () => {
  test('SLOW-1 SLOW-2 P6: one that never reads is cut and counted, the others get everything', async () => {
    const before = await slowReaders();
    const writer = await TestClient.join(server(), { userId: 'writer', rooms: ['never'] });
    const good = await TestClient.join(server(), { userId: 'good', rooms: ['never'] });
    const slow = await TestClient.join(server(), { userId: 'slow', rooms: ['never'] });
    slow.socket.pause();
    const count = await talkUntilCut(writer, 'never', before);
    await eventually(
      'its socket is destroyed',
      async () => {
        const { body } = await fetch(`${server().url}/health`).then(async (response) => ({
          body: (await response.json()) as { clients: number },
        }));
        return body.clients === 2 ? true : undefined;
      },
      15_000,
    );
    await eventually('the others have it all', () => (good.messages('never').length === count ? true : undefined));
    expect(good.messages('never').map(({ seq }) => seq)).toEqual(Array.from({ length: count }, (_, i) => i + 1));
    for (const client of [slow, good, writer]) client.cut();
  });

  test('SLOW-1 SLOW-3: one that wakes up in time reads 4408, has no holes in what it got, and resumes', async () => {
    const before = await slowReaders();
    const writer = await TestClient.join(server(), { userId: 'writer', rooms: ['late'] });
    const slow = await TestClient.join(server(), { userId: 'slow', rooms: ['late'] });
    slow.socket.pause();
    const count = await talkUntilCut(writer, 'late', before);
    slow.socket.resume();
    expect((await slow.closed).code).toBe(4408);
    const got = slow.messages('late').map(({ seq }) => seq);
    expect(got).toEqual(got.map((_, i) => i + 1));
    expect(got.length).toBeLessThan(count);
    const back = await TestClient.connect(server(), { userId: 'slow', rooms: [] });
    back.send({ type: 'join', roomId: 'late', since: slow.position('late') });
    const joined = await back.next(isJoined('late'));
    expect(joined.recovered).toBe(true);
    await eventually('what it missed', () => (back.messages('late').length === joined.replay ? true : undefined));
    expect([...got, ...back.messages('late').map(({ seq }) => seq)]).toEqual(Array.from({ length: count }, (_, i) => i + 1));
    for (const client of [back, writer]) client.cut();
  });
});
