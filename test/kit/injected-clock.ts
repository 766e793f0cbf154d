import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PRELOAD = new URL('./injected-clock-preload.mjs', import.meta.url);

/** The wall clock of servers that are started with its `env`: it stands until it is set. Their timers run as always. */
export class InjectedClock {
  readonly env: Readonly<Record<string, string>>;
  readonly #dir = mkdtempSync(join(tmpdir(), 'hubbub-clock-'));
  readonly #file: number;
  #now = 0;

  constructor(now: number) {
    const path = join(this.#dir, 'now');
    this.#file = openSync(path, 'w');
    this.env = { NODE_OPTIONS: `--import=${PRELOAD.href}`, TEST_CLOCK_FILE: path };
    this.set(now);
  }

  get now(): number {
    return this.#now;
  }

  /** Whole milliseconds since 1970. Every thread has it with its next reading. */
  set(now: number): void {
    this.#now = now;
    writeSync(this.#file, new Uint8Array(Float64Array.of(now).buffer), 0, 8, 0);
  }

  dispose(): void {
    closeSync(this.#file);
    rmSync(this.#dir, { recursive: true, force: true });
  }
}
