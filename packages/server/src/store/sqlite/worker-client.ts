import { Worker } from 'node:worker_threads';
import { StoreUnavailable } from '../store.ts';
import { type Failure, fromFailure } from './failure.ts';
import type { DatabaseOptions } from './open-database.ts';

export type Call = readonly [number: number, operation: string, values: readonly unknown[]];
/** In place of a call's number: the thread was not asked. */
export const NEWS = 0;
type Reply = readonly [number: number, value: unknown, failure?: Failure];
type Operation = (...values: never[]) => unknown;

interface Waiting {
  readonly resolve: (value: never) => void;
  readonly reject: (error: Error) => void;
}

/** What a thread is told at its start. */
export interface ThreadParts {
  readonly role: string;
  readonly database: DatabaseOptions;
}

/** As compiled and as written: the thread runs the file beside this one. */
const FILE = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);

/** Most of what a thread makes is garbage at once: a larger nursery than this costs memory and saves nothing (an import: 455 → 330 MB). */
export const THREAD_LIMITS = { maxYoungGenerationSizeMb: 24 };

/** Calls into a thread, answered in order. A thread that died fails what it had and is replaced at the next call. */
export class WorkerClient<Target> {
  readonly #parts: ThreadParts;
  readonly #file: URL;
  readonly #onNews: (news: unknown) => void;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #isClosed = false;
  #calls = 0;

  /** The thread starts with the first call, or with `start`. */
  constructor(parts: ThreadParts, file = FILE, onNews: (news: unknown) => void = () => {}) {
    this.#parts = parts;
    this.#file = file;
    this.#onNews = onNews;
  }

  start(): this {
    this.#worker ??= this.#spawn();
    return this;
  }

  call<Name extends keyof Target & string>(
    operation: Name,
    ...values: Target[Name] extends Operation ? Parameters<Target[Name]> : never
  ): Promise<Target[Name] extends Operation ? ReturnType<Target[Name]> : never> {
    if (this.#isClosed) return Promise.reject(new StoreUnavailable('the store is closed'));
    this.#worker ??= this.#spawn();
    const worker = this.#worker;
    return new Promise((resolve, reject) => {
      this.#calls += 1;
      this.#waiting.set(this.#calls, { resolve, reject });
      worker.postMessage([this.#calls, operation, values]);
    });
  }

  /** Lets the calls that were made end. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#worker?.terminate();
  }

  /** For tests: the thread dies as if it had crashed. */
  async kill(): Promise<void> {
    await this.#worker?.terminate();
  }

  #spawn(): Worker {
    const worker = new Worker(this.#file, { name: `store-${this.#parts.role}`, workerData: this.#parts, resourceLimits: THREAD_LIMITS });
    let reason = 'it ended';
    worker.on('message', (reply: Reply) => this.#settle(reply));
    worker.on('error', (error) => {
      reason = String(error);
    });
    worker.on('exit', () => this.#onExit(worker, reason));
    return worker;
  }

  #settle([number, value, failure]: Reply): void {
    if (number === NEWS) return this.#onNews(value);
    const waiting = this.#waiting.get(number);
    this.#waiting.delete(number);
    if (failure === undefined) waiting?.resolve(value as never);
    else waiting?.reject(fromFailure(failure));
  }

  #onExit(worker: Worker, reason: string): void {
    if (this.#worker !== worker) return;
    this.#worker = undefined;
    const lost = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { reject } of lost) reject(new StoreUnavailable(`the store's ${this.#parts.role} thread died: ${reason}`));
  }
}
