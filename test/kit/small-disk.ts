import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Large pieces first, for speed. */
const PIECES = [1024 * 1024, 4096].map((size) => Buffer.alloc(size, 1));

/** A disk of its own that can be filled up and freed again. Needs the right to mount; see `canMount`. */
export class SmallDisk {
  readonly dir: string;
  readonly #filler: string;

  constructor(mebibytes: number) {
    this.dir = mkdtempSync(join(tmpdir(), 'hubbub-disk-'));
    this.#filler = join(this.dir, 'filler');
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'tmpfs', this.dir]);
  }

  /** Writes until there is no room for another 4 KiB. */
  fill(): void {
    const file = openSync(this.#filler, 'a');
    try {
      for (const piece of PIECES) writeAll(file, piece);
    } finally {
      closeSync(file);
    }
  }

  free(): void {
    rmSync(this.#filler, { force: true });
  }

  remove(): void {
    execFileSync('umount', ['-l', this.dir]);
    rmSync(this.dir, { recursive: true, force: true });
  }
}

function writeAll(file: number, piece: Buffer): void {
  try {
    while (writeSync(file, piece) === piece.length);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
}

/** Whether this process may mount; where tests must run (`CI=true`), it has to. */
export function canMount(tests: number): boolean {
  try {
    new SmallDisk(1).remove();
    return true;
  } catch (error) {
    if (process.env.CI === 'true') throw error;
    console.warn(`skipped: ${tests} tests, because no tmpfs can be mounted here: ${String(error)}`);
    return false;
  }
}
