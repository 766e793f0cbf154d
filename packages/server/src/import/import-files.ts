import type { Readable, Writable } from 'node:stream';
import type { Clock } from '../util/clock.ts';
import type { ImportProgress, ImportSummary, ImportTarget } from './port.ts';
import { showProgress } from './progress-view.ts';
import { report } from './report.ts';
import { openSource, type Source } from './source.ts';
import { SourceFailed } from './source-failed.ts';

export interface Terminal {
  readonly stdin: Readable;
  /** For what was done. */
  readonly out: Writable;
  /** For progress. */
  readonly err: Writable & { readonly isTTY?: boolean };
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** Imports one after the other. A file that cannot be read does not keep the next one out; a store or a server that failed does. */
export async function importFiles(paths: readonly string[], target: ImportTarget, terminal: Terminal): Promise<readonly ImportSummary[]> {
  const summaries: ImportSummary[] = [];
  for (const path of paths) {
    const summary = await importFile(path, target, terminal);
    summaries.push(summary);
    if (summary.end.kind !== 'complete' && summary.end.kind !== 'source_failed') break;
  }
  return summaries;
}

async function importFile(path: string, target: ImportTarget, terminal: Terminal): Promise<ImportSummary> {
  const { clock, signal } = terminal;
  const started = clock.monotonic();
  let progress = NOTHING;
  const onProgress = (now: ImportProgress): void => {
    progress = now;
  };
  const source = await openOrFail(path, terminal.stdin);
  const hide = showProgress({ ...source, progress: () => progress }, terminal.err, clock);
  try {
    const summary = await target.importPieces(source.chunks, { signal, onProgress });
    progress = summary;
    hide();
    terminal.out.write(report(source.name, summary, (clock.monotonic() - started) / 1000, source.looksLikeLines()));
    return summary;
  } catch (error) {
    hide();
    throw error;
  }
}

const NOTHING: ImportProgress = { read: 0, inserted: 0, repeated: 0, refused: 0, throughLine: 0 };

/** A file that is away is reported like one that breaks off. */
async function openOrFail(path: string, stdin: Readable): Promise<Source> {
  try {
    return await openSource(path, stdin);
  } catch (error) {
    const failure = error instanceof SourceFailed ? error : new SourceFailed(error instanceof Error ? error.message : String(error));
    return { name: path, size: undefined, bytesRead: () => 0, looksLikeLines: () => true, chunks: failing(failure) };
  }
}

// biome-ignore lint/correctness/useYield: it only fails
async function* failing(failure: SourceFailed): AsyncGenerator<Uint8Array> {
  throw failure;
}
