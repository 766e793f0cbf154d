import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { TestClient } from '../kit/client.ts';
import { isAck, isMessage } from '../kit/frames.ts';
import { fullHistory, get, type Health } from '../kit/http.ts';
import { runToExit, ServerProcess } from '../kit/server-process.ts';

test('CONFIG-1: wrong variables stop the start with one message that lists every one of them', async () => {
  const wrong = {
    PORT: '99999',
    LOG_LEVEL: 'loud',
    STORE: 'stone',
    RATE_LIMIT_PER_SEC: '-1',
    MAX_CONNECTIONS: 'many',
    HISTORY_ON_JOIN: '201',
    ANALYTICS: 'maybe',
    ALLOWED_ORIGINS: 'nonsense',
  };
  const { code, log } = await runToExit({ env: wrong });
  expect(code).toBe(1);
  for (const [name, value] of Object.entries(wrong)) {
    expect(log).toContain(name);
    expect(log).toContain(value);
  }
  expect(log).not.toMatch(/\bat .*\.(ts|js):\d/);
});

test('CONFIG-3 CONFIG-1: variables of features that this version does not have stop the start, secrets masked', async () => {
  const { code, log } = await runToExit({
    env: { REDIS_URL: 'redis://:hunter2@127.0.0.1:6379', AUTH_SECRET: 'a-secret-of-more-than-thirty-two-characters' },
  });
  expect(code).toBe(1);
  expect(log).toContain('REDIS_URL');
  expect(log).toContain('AUTH_SECRET');
  expect(log).not.toMatch(/hunter2|thirty-two/);
});

test('CONFIG-2: PORT=0 picks a free port each time and prints it', async () => {
  const [one, two] = await Promise.all([ServerProcess.start(), ServerProcess.start()]);
  try {
    expect(one.port).not.toBe(two.port);
    expect(one.port).toBeGreaterThan(1023);
    expect((await get(one, '/health')).status).toBe(200);
  } finally {
    await Promise.all([one.dispose(), two.dispose()]);
  }
});

test('a port in use stops the start with an error that names it', async () => {
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
  const { port } = holder.address() as AddressInfo;
  try {
    const { code, log } = await runToExit({ port });
    expect(code).toBe(1);
    expect(log).toContain(String(port));
    expect(log).toMatch(/in use|EADDRINUSE/i);
    expect(log).not.toMatch(/Unhandled|Uncaught/i);
  } finally {
    holder.close();
  }
});

test('a data folder that cannot be used stops the start with an error that names it', async () => {
  const { code, log } = await runToExit({ dataDir: '/dev/null/nowhere' });
  expect(code).toBe(1);
  expect(log).toContain('/dev/null/nowhere');
});

test('a second server on the same data folder refuses to start and names the first; a folder left by a killed one is taken', async () => {
  let first = await ServerProcess.start();
  try {
    const { code, log } = await runToExit({ dataDir: first.dataDir });
    expect(code).toBe(1);
    expect(log).toContain(String(first.pid));
    await first.kill9();
    first = await first.restart();
    expect((await get(first, '/ready')).status).toBe(200);
  } finally {
    await first.dispose();
  }
});

test('STORE-5: without a store chat works, nothing is kept, and health says disabled', async () => {
  const server = await ServerProcess.start({ env: { STORE: 'none' } });
  try {
    expect((await get<Health>(server, '/health')).body.storage).toBe('disabled');
    const client = await TestClient.join(server, { rooms: ['r'] });
    client.chat('gone', { ref: 1 });
    await client.next(isMessage('gone'));
    await client.next(isAck(1));
    expect((await fullHistory(server, 'r').catch(() => [])).length).toBe(0);
    expect(await server.term()).toEqual({ code: 0, signal: null });
  } finally {
    await server.dispose();
  }
});

test('a memory store keeps history until the stop', async () => {
  const server = await ServerProcess.start({ env: { STORE: 'memory' } });
  try {
    const client = await TestClient.join(server, { rooms: ['r'] });
    client.chat('kept for now', { ref: 1 });
    await client.next(isAck(1));
    expect((await fullHistory(server, 'r')).map(({ content }) => content)).toEqual(['kept for now']);
  } finally {
    await server.dispose();
  }
});
