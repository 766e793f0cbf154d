import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type Client, connect, type Room, type SendOutcome } from '../../packages/client/src/index.ts';
import { repeatedIds } from '../kit/history-checker.ts';
import { fullHistory } from '../kit/http.ts';
import { ServerProcess, UNLIMITED } from '../kit/server-process.ts';
import { eventually, within } from '../kit/wait.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

interface Place {
  server: ServerProcess;
  readonly clients: Client[];
  come(userId: string): Room;
}

async function withPlace(run: (place: Place) => Promise<void>): Promise<void> {
  const place: Place = {
    server: await ServerProcess.start({ env: UNLIMITED }),
    clients: [],
    come(userId) {
      const client = connect({ url: place.server.wsUrl, userId, retryBaseMs: 100, retryMaxMs: 500, maxPending: 500 });
      place.clients.push(client);
      return client.join('r');
    },
  };
  try {
    await run(place);
  } finally {
    for (const client of place.clients) client.close();
    await place.server.dispose();
  }
}

const isLive = (room: Room) => (room.state.kind === 'live' ? true : undefined);
const idsOf = (messages: readonly { readonly messageId: string }[]) => messages.map(({ messageId }) => messageId);

/** Sends so many, without waiting for any. */
const sendMany = (room: Room, from: number, count: number): Promise<SendOutcome>[] =>
  Array.from({ length: count }, (_, i) => room.send(`${from + i}`));

describe('the SDK against a server process', () => {
  test('CLIENT-5, CLIENT-7, CLIENT-9: after kill -9 in the middle of sending nothing is missing, nothing is there twice, and the order is that of writing', async () => {
    await withPlace(async (place) => {
      const [ann, bob] = [place.come('ann'), place.come('bob')];
      await eventually('both are live', () => isLive(ann) && isLive(bob));
      const outcomes = sendMany(ann, 0, 20);
      await within('a first one is stored', outcomes[3] as Promise<SendOutcome>);
      await place.server.kill9();
      outcomes.push(...sendMany(ann, 20, 10));
      await eventually('the loss is noticed', () => (bob.state.kind === 'resuming' ? true : undefined));
      place.server = await place.server.restart();
      const settled = await within('all are settled', Promise.all(outcomes), 20_000);
      expect(settled.map(({ kind }) => kind)).toEqual(settled.map(() => 'stored'));

      const history = await fullHistory(place.server, 'r');
      expect(history.map(({ content }) => content)).toEqual(outcomes.map((_, i) => `${i}`));
      expect(history.map(({ seq }) => seq)).toEqual(settled.map((outcome) => outcome.kind === 'stored' && outcome.position.seq));
      expect(repeatedIds(history)).toEqual([]);
      for (const room of [ann, bob]) {
        await eventually('everything is shown', () => (room.snapshot().messages.length === history.length ? true : undefined));
        expect(idsOf(room.snapshot().messages)).toEqual(idsOf(history));
        expect(room.snapshot().pending).toEqual([]);
      }
    });
  });

  test('CLIENT-5, EPOCH-1: a restart resets nobody: every message comes to every listener once', async () => {
    await withPlace(async (place) => {
      const [ann, bob] = [place.come('ann'), place.come('bob')];
      const heard: string[] = [];
      bob.subscribe((event) => {
        if (event.kind === 'message') heard.push(event.message.content);
        if (event.kind === 'reset') heard.push('reset');
      });
      await eventually('both are live', () => isLive(ann) && isLive(bob));
      await Promise.all(sendMany(ann, 0, 5));
      await place.server.term();
      const rest = sendMany(ann, 5, 5);
      place.server = await place.server.restart();
      await within('all are settled', Promise.all(rest));
      await eventually('bob heard all', () => (heard.length >= 10 ? true : undefined));
      expect(heard).toEqual(Array.from({ length: 10 }, (_, i) => `${i}`));
    });
  });

  test('takes another WebSocket than the built-in one', async () => {
    await withPlace(async (place) => {
      const client = connect({ url: place.server.wsUrl, WebSocket });
      place.clients.push(client);
      expect(await within('it is stored', client.join('r').send('hi'))).toMatchObject({ kind: 'stored', position: { seq: 1 } });
    });
  });

  test('CLIENT-18: the script of the README works as printed', async () => {
    await withPlace(async ({ server }) => {
      const readme = readFileSync(`${ROOT}/packages/client/README.md`, 'utf8');
      const script = /```js\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
      expect(script.trimEnd().split('\n')).toHaveLength(10);
      const child = spawn(process.execPath, ['--input-type=module', '-'], { cwd: ROOT, env: { PATH: '', HUBBUB_URL: server.wsUrl } });
      let output = '';
      for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
      const ended = new Promise((resolve) => child.once('close', resolve));
      child.stdin.end(script);
      expect(await within('the script ends', ended)).toBe(0);
      expect(output).toBe('Bot: Hello from Node\nstored at 1\n');
    });
  });
});
