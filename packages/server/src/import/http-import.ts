import type { Importer, ImportOptions, ImportProgress, ImportSummary } from './port.ts';

/** The path of the route, and the type of both bodies: one JSON value a line. */
export const IMPORT_PATH = '/api/admin/import';
export const NDJSON = 'application/x-ndjson';

/** A line of the answer. Any number of `progress`, then one `summary`; `error` instead of it only for a fault of the server. */
export type ImportAnswer =
  | { readonly progress: ImportProgress }
  | { readonly summary: ImportSummary }
  | { readonly error: { readonly code: string; readonly message: string } };

/**
 * Small, so that live messages wait for a short write at most, and the event loop for a fraction of a millisecond: on a server an
 * import is a guest.
 */
const GUEST: ImportOptions = { batchEvents: 200, linesPerTurn: 25 };

/**
 * Imports the body of `POST /api/admin/import` and writes the answer's lines, each with its line end. The body is read only as fast as
 * the store takes it, so the sender feels the back-pressure. It is not closed when the import ends early: the answer still has to go
 * out on the same connection. Resolves when the last line was written; a body that breaks off ends in a summary too.
 */
export async function handleImportStream(
  body: AsyncIterable<Uint8Array>,
  write: (line: string) => void,
  importer: Importer,
  signal?: AbortSignal,
): Promise<ImportSummary> {
  const say = (answer: ImportAnswer): void => write(`${JSON.stringify(answer)}\n`);
  try {
    const summary = await importer.importLines(leftOpen(body), { ...GUEST, signal, onProgress: (progress) => say({ progress }) });
    say({ summary });
    return summary;
  } catch (error) {
    say({ error: { code: 'internal', message: 'A bug on our side; it has been logged.' } });
    throw error;
  }
}

/** The same iterable without `return`, which would destroy the request and with it the connection. */
function leftOpen<T>(body: AsyncIterable<T>): AsyncIterable<T> {
  return {
    [Symbol.asyncIterator]() {
      const iterator = body[Symbol.asyncIterator]();
      return { next: () => iterator.next() };
    },
  };
}
