/** Wall clock, and the processor's time of this thread: the steadier figure where others use the machine. */
export interface Taken {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

/** Divides the time of a thread among the parts of its work; what no part takes is of the rest. */
export class Stopwatch<Part extends string> {
  readonly #rest: Part;
  readonly #parts = new Map<Part, Taken>();
  readonly #startedAt = now();

  constructor(rest: Part) {
    this.#rest = rest;
  }

  get seconds(): number {
    return since(this.#startedAt).seconds;
  }

  during<T>(part: Part, run: () => T): T {
    const start = now();
    try {
      return run();
    } finally {
      this.#parts.set(part, sum(this.#parts.get(part) ?? NONE, since(start)));
    }
  }

  taken(): Record<Part, Taken> {
    const all = since(this.#startedAt);
    const named = [...this.#parts.values()].reduce(sum, NONE);
    this.#parts.set(this.#rest, { seconds: all.seconds - named.seconds, cpuSeconds: all.cpuSeconds - named.cpuSeconds });
    return Object.fromEntries(this.#parts) as Record<Part, Taken>;
  }
}

const NONE: Taken = { seconds: 0, cpuSeconds: 0 };
const sum = (a: Taken, b: Taken): Taken => ({ seconds: a.seconds + b.seconds, cpuSeconds: a.cpuSeconds + b.cpuSeconds });

function now(): Taken {
  const { user, system } = process.threadCpuUsage();
  return { seconds: performance.now() / 1000, cpuSeconds: (user + system) / 1e6 };
}

function since(start: Taken): Taken {
  const end = now();
  return { seconds: end.seconds - start.seconds, cpuSeconds: end.cpuSeconds - start.cpuSeconds };
}
