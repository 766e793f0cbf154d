import { type Store, StoreUnavailable } from '../store/store.ts';
import type { Clock } from '../util/clock.ts';
import type { ImportedEvent } from './parse-line.ts';

const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 5_000;

export interface Writer {
  readonly store: Pick<Store, 'importEvents'>;
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
}

export type Written =
  | { readonly kind: 'written'; readonly inserted: readonly boolean[] }
  | { readonly kind: 'failed'; readonly message: string };

/** Safe to repeat: nothing of a batch that failed was written, and what was written is known by its id. */
export async function writeWithPatience(writer: Writer, events: readonly ImportedEvent[], patienceMs: number): Promise<Written> {
  if (events.length === 0) return { kind: 'written', inserted: [] };
  const started = writer.clock.monotonic();
  for (let delayMs = FIRST_RETRY_MS; ; delayMs = Math.min(2 * delayMs, LAST_RETRY_MS)) {
    try {
      return { kind: 'written', inserted: await writer.store.importEvents(events) };
    } catch (error) {
      if (!(error instanceof StoreUnavailable)) return { kind: 'failed', message: `the store refused a batch: ${messageOf(error)}` };
      const isOver = writer.clock.monotonic() - started + delayMs > patienceMs;
      if (isOver || writer.signal?.aborted === true) return { kind: 'failed', message: `the store is away: ${messageOf(error)}` };
    }
    await pause(writer, delayMs);
  }
}

function pause(writer: Writer, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    const cancel = writer.clock.after(delayMs, finish);
    function finish(): void {
      cancel();
      writer.signal?.removeEventListener('abort', finish);
      resolve();
    }
    writer.signal?.addEventListener('abort', finish);
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
