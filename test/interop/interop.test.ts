import { spawn } from 'node:child_process';
import { afterAll, expect, test } from 'vitest';
import { TestClient } from '../kit/client.ts';
import { isMessage } from '../kit/frames.ts';
import { useServer } from '../kit/server-process.ts';
import { within } from '../kit/wait.ts';
import { CLIENTS, type ForeignClient } from './tools.ts';

const server = useServer({});
const skipped: string[] = [];

afterAll(() => {
  if (skipped.length > 0) console.warn(`skipped: ${skipped.length} of ${CLIENTS.length} foreign clients (${skipped.join(', ')})`);
});

/** Runs the client; its exit code and all that it printed. */
function run({ command }: ForeignClient): Promise<{ code: number | null; output: string }> {
  const [file, ...args] = command(server().url, server().wsUrl);
  const child = spawn(file, args, { stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, NODE: process.execPath } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, output })));
}

test.for(CLIENTS)('$name joins, sends a message and receives one', { timeout: 420_000 }, async (client, { skip }) => {
  if (!client.prepare()) {
    skipped.push(client.name);
    if (process.env.CI === 'true') throw new Error(`${client.name} is missing and could not be installed`);
    skip(`${client.name} is missing and could not be installed`);
  }
  const { name } = client;
  const host = await TestClient.join(server(), { userId: 'host', rooms: [`interop-${name}`] });
  const running = run(client);
  const early = running.then(({ code, output }) => Promise.reject(new Error(`${name} ended with ${code} too early:\n${output}`)));
  const hello = await Promise.race([host.next(isMessage(`hello from ${name}`), 40_000), early]);
  expect(hello).toMatchObject({ userId: name, username: name, seq: 1 });
  early.catch(() => undefined);
  host.chat(`welcome ${name}`);
  const { code, output } = await within(`${name} ends`, running, 40_000);
  console.log(`${name}:\n${output.trim()}`);
  expect(output).toContain(`hello from ${name}`);
  expect(output).toContain(`welcome ${name}`);
  expect(code).toBe(0);
  await host.close();
});
