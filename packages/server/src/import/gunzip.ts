import { createGunzip, type Gunzip } from 'node:zlib';
import { SourceFailed } from './source-failed.ts';

/**
 * Gunzips chunk by chunk, handing out everything that one chunk gave before the next one is fed. A plain pipe would throw away what
 * it still holds when it meets the end of a truncated file; here all that could be decompressed has been handed out before the error.
 */
export async function* gunzipChunks(name: string, chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip();
  const feeder = new Feeder(name, gunzip);
  try {
    for await (const chunk of chunks) {
      const failure = await feeder.feed((done) => gunzip.write(chunk, done));
      yield* feeder.take();
      if (failure !== undefined) throw failure;
      // What follows the last gzip member (padding, mostly) is ignored, as gzip itself does.
      if (feeder.isEnded) return;
    }
    // Not by the callback of end(): that comes before the last bytes are judged.
    const failure = await feeder.feed(() => gunzip.end());
    yield* feeder.take();
    if (failure !== undefined) throw failure;
  } finally {
    gunzip.destroy();
  }
}

class Feeder {
  readonly #name: string;
  readonly #gunzip: Gunzip;
  #out: Uint8Array[] = [];
  #failure: SourceFailed | undefined;
  #settle: (() => void) | undefined;
  isEnded = false;

  constructor(name: string, gunzip: Gunzip) {
    this.#name = name;
    this.#gunzip = gunzip;
    gunzip.on('readable', () => this.#drain());
    gunzip.on('error', (error) => this.#fail(error));
    gunzip.on('end', () => {
      this.isEnded = true;
      // After an end in the middle a write is never called back.
      this.#settle?.();
    });
  }

  /** Runs one step to its end; answers what went wrong so far. */
  async feed(step: (done: (error?: Error | null) => void) => void): Promise<SourceFailed | undefined> {
    await new Promise<void>((resolve) => {
      this.#settle = resolve;
      if (this.#failure !== undefined || this.isEnded) return resolve();
      step((error) => {
        if (error instanceof Error) this.#fail(error);
        resolve();
      });
    });
    this.#drain();
    return this.#failure;
  }

  /** A failed write may say so by its callback, by the event, or by both. */
  #fail(error: Error): void {
    this.#failure ??= new SourceFailed(this.#describe(error));
    this.#settle?.();
  }

  *take(): Generator<Uint8Array> {
    const out = this.#out;
    this.#out = [];
    yield* out;
  }

  #drain(): void {
    for (let chunk = this.#gunzip.read(); chunk !== null; chunk = this.#gunzip.read()) this.#out.push(chunk);
  }

  #describe(error: Error & { readonly code?: string }): string {
    const isCut = error.code === 'Z_BUF_ERROR';
    return isCut ? `${this.#name} is cut off: the gzip stream has no end` : `${this.#name} is damaged: ${error.message}`;
  }
}
