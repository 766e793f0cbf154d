import { readdirSync, readFileSync } from 'node:fs';
import { Agent, get } from 'node:http';
import type { Endpoint, Question } from './questions.ts';

export interface Answer extends Question {
  readonly ms: number;
  /** Milliseconds of the processor that all threads of the server took meanwhile. */
  readonly cpuMs: number;
  readonly bytes: number;
  /** Undefined for an answer as it should be. */
  readonly problem: string | undefined;
}

/** Asks over one connection that stays open, one question after the other. */
export class Asker {
  readonly #base: string;
  readonly #pid: number;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(base: string, pid: number) {
    this.#base = base;
    this.#pid = pid;
  }

  /** From the question to the last byte of the answer. Never throws for what the server does. */
  ask(question: Question): Promise<Answer> {
    const cpuBefore = cpuMsOf(this.#pid);
    const startedAt = performance.now();
    return new Promise((resolve) => {
      const end = (bytes: number, problem: string | undefined): void => {
        const ms = performance.now() - startedAt;
        resolve({ ...question, ms, cpuMs: cpuMsOf(this.#pid) - cpuBefore, bytes, problem });
      };
      const request = get(this.#base + question.path, { agent: this.#agent }, (response) => {
        const pieces: Buffer[] = [];
        response.on('data', (piece: Buffer) => pieces.push(piece));
        response.on('error', (error) => end(0, error.message));
        response.on('end', () => {
          const body = Buffer.concat(pieces);
          end(body.length, response.statusCode === 200 ? undefined : `${response.statusCode} ${body.toString().slice(0, 200)}`);
        });
      });
      request.on('error', (error) => end(0, error.message));
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

export interface Latencies {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** Milliseconds. */
export function latenciesOf(values: readonly number[]): Latencies {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
  return { count: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}

export function byEndpoint(answers: readonly Answer[]): ReadonlyMap<Endpoint, readonly Answer[]> {
  return Map.groupBy(answers, ({ endpoint }) => endpoint);
}

/** Of all threads of a process, as the scheduler counts it. */
function cpuMsOf(pid: number): number {
  const tasks = `/proc/${pid}/task`;
  let ns = 0;
  for (const task of readdirSync(tasks)) {
    try {
      ns += Number(readFileSync(`${tasks}/${task}/schedstat`, 'utf8').split(' ')[0]);
    } catch {
      // a thread that has just ended
    }
  }
  return ns / 1e6;
}
