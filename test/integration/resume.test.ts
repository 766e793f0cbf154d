import { describe, expect, test } from 'vitest';
import { type Received, TestClient } from '../kit/client.ts';
import { isAck, isJoined, isMessage, type Joined, type Position } from '../kit/frames.ts';
import { receiverDisorder } from '../kit/history-checker.ts';
import { useServer } from '../kit/server-process.ts';
import { eventually } from '../kit/wait.ts';

const server = useServer();

const seqs = (messages: readonly Received[]): number[] => messages.map(({ seq }) => seq);
const range = (from: number, to: number): number[] => Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);

/** Says `count` things, and returns when the last one is stored. */
async function say(client: TestClient, roomId: string, count: number, content: (i: number) => string = (i) => `m${i}`): Promise<void> {
  for (let i = 1; i <= count; i++) {
    client.chat(content(i), i === count ? { roomId, ref: `said-${i}` } : { roomId });
    if (i % 500 === 0) await client.settled();
  }
  await client.next(isAck(`said-${count}`), 30_000);
}

/** Connects, joins with `since`, and takes all of the replay. */
async function resume(
  roomId: string,
  since: Position | undefined,
): Promise<{ client: TestClient; joined: Joined; replayed: readonly Received[] }> {
  const client = await TestClient.connect(server(), { userId: 'returns', rooms: [], history: undefined });
  client.send({ type: 'join', roomId, since });
  const joined = await client.next(isJoined(roomId));
  await eventually('the replay ends', () => (client.messages(roomId).length >= (joined.replay ?? 0) ? true : undefined), 20_000);
  await client.settled();
  return { client, joined, replayed: client.messages(roomId) };
}

async function roomWith(roomId: string, count: number, content?: (i: number) => string): Promise<{ writer: TestClient; epoch: string }> {
  const writer = await TestClient.join(server(), { userId: 'writer', rooms: [roomId], records: true });
  await say(writer, roomId, count, content);
  return { writer, epoch: writer.joins[0]?.epoch ?? '' };
}

describe('coming back', () => {
  test('RESUME-1 RESUME-2: replays exactly what was missed, in order, then goes on live', async () => {
    const { writer } = await roomWith('ring', 5);
    const reader = await TestClient.join(server(), { userId: 'returns', rooms: ['ring'] });
    await say(writer, 'ring', 3);
    await reader.next(isMessage('m3'));
    const since = reader.position('ring');
    expect(since?.seq).toBe(8);
    reader.cut();
    await say(writer, 'ring', 20);
    const { client, joined, replayed } = await resume('ring', since);
    expect(joined).toMatchObject({ recovered: true, replay: 20, seq: 28, epoch: since?.epoch });
    expect(seqs(replayed)).toEqual(range(9, 28));
    writer.chat('live', { roomId: 'ring' });
    expect(await client.next(isMessage('live'))).toMatchObject({ seq: 29 });
    expect(client.messages('ring')).toEqual(writer.messages('ring').slice(-21));
  });

  test('RESUME-1: with nothing missed replays nothing and is recovered', async () => {
    const { epoch } = await roomWith('nothing', 3);
    const { joined, replayed } = await resume('nothing', { epoch, seq: 3 });
    expect(joined).toMatchObject({ recovered: true, replay: 0, seq: 3 });
    expect(replayed).toEqual([]);
  });

  test('RESUME-1: from before the first message replays everything', async () => {
    const { epoch } = await roomWith('from-zero', 70);
    const { joined, replayed } = await resume('from-zero', { epoch, seq: 0 });
    expect(joined).toMatchObject({ recovered: true, replay: 70 });
    expect(seqs(replayed)).toEqual(range(1, 70));
  });

  test('RESUME-1: beyond the ring is recovered from the store', async () => {
    const { epoch } = await roomWith('store', 1_600);
    const { joined, replayed } = await resume('store', { epoch, seq: 100 });
    expect(joined).toMatchObject({ recovered: true, replay: 1_500 });
    expect(seqs(replayed)).toEqual(range(101, 1_600));
  });

  test('RESUME-5: 5,000 messages missed are replayed, 5,001 are told', async () => {
    const { epoch } = await roomWith('many', 5_001);
    const all = await resume('many', { epoch, seq: 1 });
    expect(all.joined).toMatchObject({ recovered: true, replay: 5_000 });
    expect(seqs(all.replayed)).toEqual(range(2, 5_001));
    const told = await resume('many', { epoch, seq: 0 });
    expect(told.joined).toMatchObject({ recovered: false, replay: 50, seq: 5_001 });
    expect(seqs(told.replayed)).toEqual(range(4_952, 5_001));
  });

  test('RESUME-5: more than 4 MiB missed is told, however few messages', async () => {
    const { epoch } = await roomWith('large', 1_200, (i) => `${i} ${'💬'.repeat(990)}`);
    const told = await resume('large', { epoch, seq: 10 });
    expect(told.joined).toMatchObject({ recovered: false, replay: 50 });
    const recovered = await resume('large', { epoch, seq: 400 });
    expect(recovered.joined).toMatchObject({ recovered: true, replay: 800 });
    expect(seqs(recovered.replayed)).toEqual(range(401, 1_200));
  });

  test('RESUME-3 RESUME-8: from an unknown epoch or ahead of the head is told, with the latest messages', async () => {
    const { epoch } = await roomWith('unknown', 60);
    for (const since of [
      { epoch: 'never-was', seq: 3 },
      { epoch, seq: 61 },
      { epoch, seq: 2 ** 52 },
    ]) {
      const { joined, replayed, client } = await resume('unknown', since);
      expect([since, joined]).toEqual([since, expect.objectContaining({ recovered: false, replay: 50, seq: 60, epoch })]);
      expect(seqs(replayed)).toEqual(range(11, 60));
      await client.close();
    }
  });

  test('ROOM-8: joining again without a position replays nothing, with one it is a resume', async () => {
    const { writer, epoch } = await roomWith('again', 10);
    writer.send({ type: 'join', roomId: 'again' });
    const plain = await writer.next(isJoined('again'));
    expect(plain).toMatchObject({ epoch, seq: 10 });
    expect(plain.replay ?? 0).toBe(0);
    const before = writer.messages('again').length;
    writer.send({ type: 'join', roomId: 'again', since: { epoch, seq: 4 } });
    expect(await writer.next(isJoined('again'))).toMatchObject({ recovered: true, replay: 6, seq: 10 });
    await writer.settled();
    expect(seqs(writer.messages('again').slice(before))).toEqual(range(5, 10));
    await say(writer, 'again', 1);
    expect(seqs(writer.messages('again')).at(-1)).toBe(11);
  });

  test('RESUME-6 ORDER-6: what is said while a replay runs comes after it, in order, once', async () => {
    const { writer, epoch } = await roomWith('busy', 2_500);
    let isSaying = true;
    const talk = (async () => {
      for (let i = 0; isSaying; i++) {
        writer.chat(`live ${i}`, { roomId: 'busy' });
        if (i % 20 === 0) await writer.settled();
      }
    })();
    const clients = await Promise.all(
      [0, 900, 1_800, 2_450, 2_500].map(async (seq) => {
        const client = await TestClient.connect(server(), { userId: `r${seq}`, rooms: [] });
        client.send({ type: 'join', roomId: 'busy', since: { epoch, seq } });
        expect(await client.next(isJoined('busy'), 20_000)).toMatchObject({ recovered: true });
        return { client, seq };
      }),
    );
    await eventually(
      'live messages after the replays',
      () => (clients.every(({ client }) => (client.messages('busy').at(-1)?.seq ?? 0) > 2_550) ? true : undefined),
      20_000,
    );
    isSaying = false;
    await talk;
    await say(writer, 'busy', 1, () => 'the end');
    for (const { client, seq } of clients) {
      await client.next(isMessage('the end'), 20_000);
      const messages = client.messages('busy');
      expect(receiverDisorder(client.userId, messages)).toEqual([]);
      expect(seqs(messages)).toEqual(range(seq + 1, messages.at(-1)?.seq ?? 0));
    }
  });

  test('RESUME-7: a reader that takes a long replay slowly is not cut', async () => {
    const { writer, epoch } = await roomWith('paced', 900, (i) => `${i} ${'💬'.repeat(990)}`);
    const client = await TestClient.connect(server(), { userId: 'paced', rooms: [] });
    client.socket.pause();
    client.send({ type: 'join', roomId: 'paced', since: { epoch, seq: 0 } });
    await say(writer, 'paced', 5);
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    client.socket.resume();
    await eventually('all of it arrives', () => (client.messages('paced').length >= 905 ? true : undefined), 20_000);
    expect(client.isOpen).toBe(true);
    expect(seqs(client.messages('paced'))).toEqual(range(1, 905));
  });
});
