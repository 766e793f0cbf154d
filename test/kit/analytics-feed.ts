import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ImportSummary } from '../../packages/server/src/import/port.ts';
import { TOKEN_FILE } from '../../packages/server/src/import/running-server.ts';
import { importThroughServer } from '../../packages/server/src/import/server-client.ts';
import type { OracleEvent } from '../../packages/server/test/oracle/events.ts';
import { TestClient } from './client.ts';
import { type Incoming, isSequenced } from './frames.ts';
import type { InjectedClock } from './injected-clock.ts';
import type { ServerProcess } from './server-process.ts';
import { eventually } from './wait.ts';

const IMPORT = fileURLToPath(new URL('../../packages/server/import.mjs', import.meta.url));

const linesOf = (events: readonly OracleEvent[]): string => events.map((event) => `${JSON.stringify(event)}\n`).join('');

type Environment = Readonly<Record<string, string>>;

/** Runs the import command on a file with these events, in the server's folder. */
export async function importFile(server: ServerProcess, events: readonly OracleEvent[], env: Environment = {}): Promise<void> {
  const path = join(server.dataDir, 'events.jsonl');
  await writeFile(path, linesOf(events));
  await importPath(server, path, env);
}

/** Runs the import command on a file. */
export async function importPath({ dataDir }: Pick<ServerProcess, 'dataDir'>, path: string, env: Environment = {}): Promise<void> {
  const child = spawn(process.execPath, [IMPORT, path], { env: { PATH: process.env.PATH ?? '', DATA_DIR: dataDir, ...env } });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`the import ended with ${code}: ${output.slice(-2000)}`);
}

/** Streams events to a running server as the import command does; however that ends. */
export async function streamImport({ url, dataDir }: ServerProcess, events: readonly OracleEvent[]): Promise<ImportSummary> {
  const token = readFileSync(join(dataDir, TOKEN_FILE), 'utf8').trim();
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < events.length; at += 100) yield Buffer.from(linesOf(events.slice(at, at + 100)));
  }
  return importThroughServer({ url, token }, pieces());
}

/** Says messages through connections of their users, each at its time by the server's clock. */
export class LiveFeed {
  readonly #server: ServerProcess;
  readonly #clock: InjectedClock;
  readonly #clients = new Map<string, TestClient>();
  readonly #rooms: readonly string[];
  #sent = 0;

  constructor(server: ServerProcess, clock: InjectedClock, rooms: readonly string[]) {
    this.#server = server;
    this.#clock = clock;
    this.#rooms = rooms;
  }

  /** Resolves when it has come back: it has its time, and is on its way to the store. */
  async say({ t, room, user, username = user, content = '', messageId = '', replyTo }: OracleEvent): Promise<void> {
    const client = await this.#clientOf(user, username);
    this.#clock.set(Math.max(this.#clock.now, Date.parse(String(t))));
    const ref = this.#sent++;
    client.chat(content, { roomId: room, messageId, ref, ...(replyTo === undefined ? {} : { replyTo }) });
    const isAnswer = (frame: Incoming): boolean =>
      frame.type === 'error' ? frame.ref === ref : isSequenced(frame) && frame.roomId === room && frame.messageId === messageId;
    const answer = await client.next(isAnswer);
    if (answer.type === 'error') throw new Error(`refused: ${JSON.stringify(answer)} for ${JSON.stringify(content)}`);
  }

  /** Waits until all of it is stored, and ends the connections. */
  async end(): Promise<void> {
    const clients = [...this.#clients.values()];
    const acked = (): number => clients.reduce((sum, { acks }) => sum + acks.size, 0);
    await eventually('all is acked', () => (acked() === this.#sent ? true : undefined), 30_000);
    for (const client of clients) client.cut();
  }

  async #clientOf(userId: string, username: string): Promise<TestClient> {
    const key = JSON.stringify([userId, username]);
    const known = this.#clients.get(key);
    if (known !== undefined) return known;
    const client = await TestClient.join(this.#server, { userId, username, rooms: this.#rooms });
    this.#clients.set(key, client);
    return client;
  }
}
