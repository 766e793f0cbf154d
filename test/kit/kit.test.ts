import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { TestClient, UpgradeRefused } from './client.ts';
import { isAck, isMessage } from './frames.ts';
import {
  differing,
  holes,
  isReplayOf,
  lastStoredOf,
  missingIds,
  receiverDisorder,
  repeatedIds,
  reusedSeqs,
  senderDisorder,
} from './history-checker.ts';
import { Rng, seeded } from './rng.ts';

const message = (seq: number, messageId = `m${seq}`, content = String(seq), userId = 'u') => ({ seq, messageId, content, userId });

describe('the history checker', () => {
  test('finds a missing and a doubled id', () => {
    expect(missingIds(['m1', 'm2'], [message(1)])).toEqual(['missing: m2']);
    expect(repeatedIds([message(1), message(2, 'm1')])).toEqual(['twice: m1']);
    expect([...missingIds(['m1'], [message(1)]), ...repeatedIds([message(1), message(2)])]).toEqual([]);
  });

  test('finds a hole, but not where a new epoch begins', () => {
    expect(holes([message(1), message(3)], [])).toEqual(['hole between seq 1 and 3']);
    expect(holes([message(1), message(3)], [{ epoch: 'b', seq: 2 }])).toEqual([]);
    expect(holes([message(2), message(2)], [])).toEqual(['seq 2 after 2']);
  });

  test('finds a seq that was used for two messages, over all receivers', () => {
    expect(reusedSeqs([[message(1, 'a')], [message(1, 'b')]])).toEqual(['seq 1 is a and b']);
    expect(reusedSeqs([[message(1, 'a')], [message(1, 'a'), message(2, 'a')]])).toEqual([]);
  });

  test('takes a replay that is what is stored, and behind it what the next crash took', () => {
    const bases = [
      { epoch: 'a', seq: 0 },
      { epoch: 'b', seq: 10 },
    ];
    const found = [message(1), message(2), message(11)];
    expect(lastStoredOf('a', found, bases)).toBe(2);
    expect(lastStoredOf('b', found, bases)).toBe(11);
    expect(isReplayOf([1, 2], [1, 2], 2)).toBe(true);
    expect(isReplayOf([1, 2], [1, 2, 3, 4], 2)).toBe(true);
    expect(isReplayOf([1, 2], [1], 2)).toBe(false);
    expect(isReplayOf([1, 3], [1, 2, 3], 3)).toBe(false);
    expect(isReplayOf([1], [1, 2], 5)).toBe(false);
  });

  test('finds disorder of a sender, of a receiver, and between receivers', () => {
    expect(senderDisorder([message(1, 'a', '2'), message(2, 'b', '1')], Number)).toEqual(['of u: 1 after 2']);
    expect(receiverDisorder('r', [message(2), message(1)])).toEqual(['r: seq 1 after 2']);
    expect(differing(['m1', 'm2'], new Map([['r', [message(2), message(1)]]]))).toHaveLength(1);
    expect(differing(['m1'], new Map([['r', [message(1), message(2)]]]))).toEqual(['r: 2 messages instead of 1']);
    expect(differing(['m1'], new Map([['r', [message(1)]]]))).toEqual([]);
  });
});

describe('the seeded random source', () => {
  test('repeats itself, stays in its bounds, and its failures name the seed', async () => {
    const [one, two] = [new Rng(7), new Rng(7)];
    for (let i = 0; i < 100; i++) {
      const number = one.between(3, 5);
      expect(number).toBe(two.between(3, 5));
      expect([3, 4, 5]).toContain(number);
    }
    expect(one.uuid()).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    await expect(seeded(7, () => Promise.reject(new Error('no')))).rejects.toThrow(/SEED=/);
  });
});

describe('the test client', () => {
  let server: Server;
  const target = { wsUrl: '' };

  beforeAll(async () => {
    server = createServer();
    const sockets = new WebSocketServer({ noServer: true });
    server.on('upgrade', (request, socket, head) => {
      if (request.url?.includes('refuse') === true) {
        socket.end('HTTP/1.1 503 Service Unavailable\r\ncontent-length: 4\r\nconnection: close\r\n\r\nfull');
        return;
      }
      sockets.handleUpgrade(request, socket, head, (ws) => {
        let seq = 10;
        ws.send('{"type":"joined","roomId":"r","epoch":"new","seq":12,"recovered":true,"replay":2}');
        const say = (content: string) =>
          ws.send(JSON.stringify({ type: 'chat', roomId: 'r', messageId: `m${seq}`, userId: 'u', content, seq: ++seq }));
        say('first');
        say('second');
        ws.on('message', (bytes) => {
          const frame = JSON.parse(bytes.toString());
          if (frame.type === 'end') ws.close(4408, 'slow');
          say(frame.content);
          ws.send(JSON.stringify({ type: 'ack', ref: frame.ref, messageId: 'm', roomId: 'r', epoch: 'new', seq }));
        });
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    target.wsUrl = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/ws`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  test('records messages and acks, and its position moves when the replay has ended', async () => {
    const client = await TestClient.connect(target, { rooms: ['r'] });
    await client.next(isMessage('first'));
    await client.next(isMessage('second'));
    expect(client.position('r')).toEqual({ epoch: 'new', seq: 12 });
    client.chat('hi', { ref: 1 });
    await client.next(isAck(1));
    expect(client.messages('r').map(({ content, epoch, seq }) => [content, epoch, seq])).toEqual([
      ['first', 'new', 11],
      ['second', 'new', 12],
      ['hi', 'new', 13],
    ]);
    expect(client.acks.get(1)?.seq).toBe(13);
    expect(client.position('r')).toEqual({ epoch: 'new', seq: 13 });
    await client.close();
  });

  test('says what it waited for when the time or the connection ends', async () => {
    const client = await TestClient.connect(target, { rooms: ['r'] });
    await expect(client.next(isMessage('never'), 20)).rejects.toThrow(/not within 20 ms/);
    const waiting = client.next(isMessage('never'));
    client.send({ type: 'end' });
    await expect(waiting).rejects.toThrow(/4408/);
    expect(await client.closed).toEqual({ code: 4408, reason: 'slow' });
  });

  test('tells a refused upgrade with its status and body', async () => {
    const refused = TestClient.connect(target, { query: { refuse: '1' } });
    await expect(refused).rejects.toThrow(UpgradeRefused);
    await expect(refused).rejects.toMatchObject({ status: 503, body: 'full' });
  });
});
