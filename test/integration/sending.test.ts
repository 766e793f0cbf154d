import { expect, test } from 'vitest';
import { loadDirectSend } from '../../packages/server/src/transport/direct-send.ts';
import { TestClient } from '../kit/client.ts';
import { isMessage } from '../kit/frames.ts';
import { ServerProcess } from '../kit/server-process.ts';

const native = loadDirectSend('auto');

test.each([
  ['off', 'sending: through streams'],
  ['auto', native.kind === 'direct' ? 'sending: direct' : 'sending: through streams'],
])('with DIRECT_SEND=%s the log says "%s", and a room talks', async (setting, line) => {
  const server = await ServerProcess.start({ env: { DIRECT_SEND: setting } });
  try {
    expect(server.log).toContain(line);
    const [one, two] = await Promise.all(['one', 'two'].map((userId) => TestClient.join(server, { userId, rooms: ['r'] })));
    one?.chat('hello', { roomId: 'r' });
    for (const client of [one, two]) await client?.next(isMessage('hello'));
    for (const client of [one, two]) client?.cut();
  } finally {
    await server.dispose();
  }
});
