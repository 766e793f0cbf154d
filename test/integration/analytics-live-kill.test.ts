import { expect, test } from 'vitest';
import { ask } from '../kit/analytics-check.ts';
import { TestClient } from '../kit/client.ts';
import { ServerProcess } from '../kit/server-process.ts';
import { sleep } from '../kit/wait.ts';

interface Series {
  readonly completeUntil: string;
  readonly buckets: readonly { readonly connections: { readonly max: number; readonly mean: number } }[];
}

/** Of the hour, whatever minute it is. */
async function connections(server: ServerProcess, to: number, room: string) {
  const query = { measures: 'connections', step: '1h', from: new Date(to - 1000).toISOString(), to: new Date(to).toISOString(), room };
  const { completeUntil, buckets } = (await ask(server, { what: 'series', query })) as unknown as Series;
  return { completeUntil: Date.parse(completeUntil), ...buckets[0]?.connections };
}

test('ASK-14 connections to a room that an answer counted as complete are there after a kill, though nobody wrote', async () => {
  let server = await ServerProcess.start();
  try {
    for (const userId of ['u', 'v']) await TestClient.join(server, { userId, rooms: ['p'] });
    const joinedAt = Date.now();
    await sleep(5000);
    const before = await connections(server, joinedAt, 'p');
    expect(before.completeUntil).toBeGreaterThan(joinedAt);
    await server.kill9();
    server = await server.restart();
    const after = await connections(server, joinedAt, 'p');
    expect(after.max).toBe(2);
    // Of about 5 s of 2 connections.
    expect(after.mean).toBeGreaterThan((before.mean ?? 0) / 2);
  } finally {
    await server.dispose();
  }
});
