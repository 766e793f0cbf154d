import { expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { TestClient } from '../kit/client.ts';
import { UNLIMITED, useServer } from '../kit/server-process.ts';
import { within } from '../kit/wait.ts';

const server = useServer({ ...UNLIMITED, LOG_LEVEL: 'warn' });

test('HEART-1 HEART-2: a connection is pinged every 25 s, one that never answers is closed after 60 s, one that answers stays', async () => {
  const good = await TestClient.connect(server(), { userId: 'good' });
  let pings = 0;
  good.socket.on('ping', () => {
    pings++;
  });
  const dead = new WebSocket(server().wsUrl, { autoPong: false });
  const startedAt = performance.now();
  const ended = new Promise<number>((resolve) => dead.once('close', () => resolve((performance.now() - startedAt) / 1000)));
  const seconds = await within('the silent one is closed', ended, 100_000);
  console.log(`closed after ${seconds.toFixed(1)} s of silence, ${pings} pings`);
  expect(seconds).toBeGreaterThan(55);
  expect(seconds).toBeLessThan(90);
  expect(pings).toBeGreaterThanOrEqual(2);
  expect(pings).toBeLessThanOrEqual(4);
  expect(good.isOpen).toBe(true);
});
