import type { Store, StoredMessage } from '../store/store.ts';
import type { Clock } from '../util/clock.ts';
import type { RefusalGroup } from './refusals.ts';

export interface ImportProgress {
  /** Lines read that were not blank. */
  readonly read: number;
  readonly inserted: number;
  /** Events that the store had already. */
  readonly repeated: number;
  readonly refused: number;
  /** Every line up to this one is stored or refused. From 1, blank lines count; 0: none yet. */
  readonly throughLine: number;
}

export type ImportEnd =
  | { readonly kind: 'complete' }
  /** Somebody asked it to stop. */
  | { readonly kind: 'stopped' }
  /** The file cannot be read further; what came before is in. */
  | { readonly kind: 'source_failed'; readonly message: string }
  /** The store did not come back in time. */
  | { readonly kind: 'store_failed'; readonly message: string }
  /** The server that was to do it refused or went away. */
  | { readonly kind: 'server_failed'; readonly message: string };

export interface ImportSummary extends ImportProgress {
  readonly refusals: readonly RefusalGroup[];
  readonly end: ImportEnd;
}

export interface ImporterDeps {
  readonly store: Pick<Store, 'importEvents'>;
  readonly clock: Clock;
  /**
   * After each batch that inserted messages: room id → newest timestamp (ms) of what was inserted there, and the messages. Joins and
   * leaves are in neither: they stand in no history.
   */
  onImported(through: ReadonlyMap<string, number>, inserted: readonly StoredMessage[]): void;
}

export interface ImportOptions {
  /** Stops after the present batch. */
  readonly signal?: AbortSignal | undefined;
  /** After each batch, and at least every few thousand refused lines. */
  readonly onProgress?: ((progress: ImportProgress) => void) | undefined;
  /** Events in one write. Default 500. */
  readonly batchEvents?: number;
  /** Lines handled before other work of this process gets its turn. Default: no limit. */
  readonly linesPerTurn?: number;
  /** How long a store that is away is tried again, ms. Default 60,000. */
  readonly patienceMs?: number;
}

export interface Importer {
  /**
   * Imports JSON lines, given as pieces cut anywhere. Never rejects for what the source or the store does: `summary.end` says how it
   * ended, `summary.throughLine` how far everything is in.
   */
  importLines(pieces: AsyncIterable<Uint8Array | string>, options?: ImportOptions): Promise<ImportSummary>;
}

/** Where the import command puts events: a store of its own, or a running server. */
export interface ImportTarget {
  /** For people: `the store in ./data`. */
  readonly name: string;
  importPieces(pieces: AsyncIterable<Uint8Array>, options: Pick<ImportOptions, 'signal' | 'onProgress'>): Promise<ImportSummary>;
  /** Ends it cleanly. */
  close(): Promise<void>;
}

export type OpenedTarget =
  | { readonly kind: 'opened'; readonly target: ImportTarget }
  /** `message`: a sentence that says what to do. */
  | { readonly kind: 'failed'; readonly message: string };
