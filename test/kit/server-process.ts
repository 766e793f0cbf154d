import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll } from 'vitest';
import { eventually, within } from './wait.ts';

const MAIN = fileURLToPath(new URL('../../packages/server/start.mjs', import.meta.url));
const LOG_CHARACTERS = 1_000_000;
const START_TIMEOUT_MS = 20_000;

export interface ServerOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Default: a new temporary folder, removed by `dispose`. */
  readonly dataDir?: string;
  /** Default 0: a free one. */
  readonly port?: number;
  /** A command that runs the rest of its arguments, such as `['prlimit', '--fsize=…']`. */
  readonly wrapper?: readonly string[];
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The environment of a server under test: nothing of ours leaks in but what it takes to run at all. */
function environment(options: ServerOptions, dataDir: string): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '',
    HOME: process.env.HOME ?? '/',
    HOST: '127.0.0.1',
    PORT: String(options.port ?? 0),
    DATA_DIR: dataDir,
    ...options.env,
  };
}

/** A child that runs the server's main file, whatever becomes of it. */
export class ServerChild {
  readonly process: ChildProcess;
  readonly exited: Promise<Exit>;
  #log = '';

  constructor(options: ServerOptions, dataDir: string) {
    const [command = process.execPath, ...rest] = [...(options.wrapper ?? []), process.execPath, MAIN];
    this.process = spawn(command, rest, { env: environment(options, dataDir), stdio: ['ignore', 'pipe', 'pipe'] });
    const keep = (chunk: Buffer): void => {
      this.#log = (this.#log + chunk.toString()).slice(-LOG_CHARACTERS);
    };
    this.process.stdout?.on('data', keep);
    this.process.stderr?.on('data', keep);
    this.exited = new Promise((resolve) => this.process.once('close', (code, signal) => resolve({ code, signal })));
  }

  /** Standard output and error, the newest million characters. */
  get log(): string {
    return this.#log;
  }

  get hasExited(): boolean {
    return this.process.exitCode !== null || this.process.signalCode !== null;
  }

  /** The port of the URL it printed. */
  get printedPort(): number | undefined {
    const url = /https?:\/\/[\w.[\]:-]+?:(\d+)/.exec(this.#log);
    return url === null ? undefined : Number(url[1]);
  }
}

/** A server that is ready. It is a process like any other: what it does is seen over its port and its exit code only. */
export class ServerProcess {
  readonly dataDir: string;
  readonly port: number;
  readonly #child: ServerChild;
  readonly #options: ServerOptions;
  readonly #ownsDataDir: boolean;

  private constructor(child: ServerChild, port: number, dataDir: string, options: ServerOptions, ownsDataDir: boolean) {
    this.#child = child;
    this.port = port;
    this.dataDir = dataDir;
    this.#options = options;
    this.#ownsDataDir = ownsDataDir;
  }

  static async start(options: ServerOptions = {}): Promise<ServerProcess> {
    const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'hubbub-test-')));
    const ownsDataDir = options.dataDir === undefined;
    try {
      return await ServerProcess.#launch(options, dataDir, ownsDataDir);
    } catch (error) {
      if (ownsDataDir) await rm(dataDir, { recursive: true, force: true });
      throw error;
    }
  }

  static async #launch(options: ServerOptions, dataDir: string, ownsDataDir: boolean): Promise<ServerProcess> {
    const child = new ServerChild(options, dataDir);
    try {
      const port = await eventually('the server prints its URL', () => alive(child).printedPort, START_TIMEOUT_MS);
      await eventually(
        '/ready answers 200',
        async () => ((await statusOf(port, '/ready', alive(child))) === 200 ? true : undefined),
        START_TIMEOUT_MS,
      );
      return new ServerProcess(child, port, dataDir, options, ownsDataDir);
    } catch (error) {
      child.process.kill('SIGKILL');
      throw new Error(`the server did not start: ${error instanceof Error ? error.message : String(error)}\n${child.log}`);
    }
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get wsUrl(): string {
    return `ws://127.0.0.1:${this.port}/ws`;
  }

  get pid(): number {
    return this.#child.process.pid ?? -1;
  }

  get log(): string {
    return this.#child.log;
  }

  get exited(): Promise<Exit> {
    return this.#child.exited;
  }

  get hasExited(): boolean {
    return this.#child.hasExited;
  }

  async kill9(): Promise<Exit> {
    this.#child.process.kill('SIGKILL');
    return within('SIGKILL ends the server', this.exited);
  }

  async term(timeoutMs = 30_000): Promise<Exit> {
    this.#child.process.kill('SIGTERM');
    return within('SIGTERM ends the server', this.exited, timeoutMs);
  }

  /** A new process on the same data and the same port. The old one must have ended. */
  async restart(env: Readonly<Record<string, string>> = {}): Promise<ServerProcess> {
    const options = { ...this.#options, env: { ...this.#options.env, ...env }, port: this.port };
    return ServerProcess.#launch(options, this.dataDir, this.#ownsDataDir);
  }

  /** Ends what still runs and removes the temporary folder. */
  async dispose(): Promise<void> {
    if (!this.hasExited) await this.kill9();
    if (this.#ownsDataDir) await rm(this.dataDir, { recursive: true, force: true });
  }
}

function alive(child: ServerChild): ServerChild {
  if (child.hasExited) throw new Error(`it exited with ${child.process.exitCode ?? child.process.signalCode}`);
  return child;
}

async function statusOf(port: number, path: string, _child: ServerChild): Promise<number | undefined> {
  try {
    return (await fetch(`http://127.0.0.1:${port}${path}`)).status;
  } catch {
    return undefined;
  }
}

/** Starts the server's main file and waits for its end: for starts that must fail. */
export async function runToExit(options: ServerOptions, timeoutMs = START_TIMEOUT_MS): Promise<Exit & { readonly log: string }> {
  const dataDir = options.dataDir ?? (await mkdtemp(join(tmpdir(), 'hubbub-test-')));
  const child = new ServerChild(options, dataDir);
  try {
    return { ...(await within('the start fails', child.exited, timeoutMs)), log: child.log };
  } finally {
    if (!child.hasExited) child.process.kill('SIGKILL');
    if (options.dataDir === undefined) await rm(dataDir, { recursive: true, force: true });
  }
}

/** What most tests want: no limit that a fast test would run into. */
export const UNLIMITED = { RATE_LIMIT_PER_SEC: '0', MAX_CONNECTIONS_PER_IP: '0' } as const;

/** One server for all tests of a file (or of a `describe`). */
export function useServer(env: Readonly<Record<string, string>> = UNLIMITED): () => ServerProcess {
  let server: ServerProcess | undefined;
  beforeAll(async () => {
    server = await ServerProcess.start({ env });
  });
  afterAll(async () => {
    await server?.dispose();
  });
  return () => {
    if (server === undefined) throw new Error('the server is started before the first test');
    return server;
  };
}
