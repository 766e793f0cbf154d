import type { StoredMessage } from '../store/store.ts';
import { type Line, LineSplitter } from './line-splitter.ts';
import { type ImportedEvent, parseLine } from './parse-line.ts';
import { untilAborted } from './pieces.ts';
import type { ImportEnd, ImporterDeps, ImportOptions, ImportProgress, ImportSummary } from './port.ts';
import { RankLedger } from './rank-ledger.ts';
import { Refusals } from './refusals.ts';
import { writeWithPatience } from './write-with-patience.ts';

const BATCH_EVENTS = 500;
const PATIENCE_MS = 60_000;
/** Refused lines fill no batch, so progress is also told after so many lines. */
const LINES_PER_PROGRESS = 5_000;

interface Batch {
  readonly events: readonly ImportedEvent[];
  /** The last line read when it was closed. */
  readonly throughLine: number;
}

/**
 * One import. While the store writes a batch the next one is read and parsed, and no further: at most two batches are in memory
 * whatever the size of the file.
 */
export class ImportRun {
  readonly #deps: ImporterDeps;
  readonly #options: ImportOptions;
  readonly #splitter = new LineSplitter();
  readonly #ledger = new RankLedger();
  readonly #refusals = new Refusals();
  #events: ImportedEvent[] = [];
  #lastLine = 0;
  #read = 0;
  #inserted = 0;
  #repeated = 0;
  #throughLine = 0;
  #linesThisTurn = 0;
  #linesSinceProgress = 0;
  /** The write under way; resolves to false when it failed for good, never rejects. */
  #writing: Promise<boolean> = Promise.resolve(true);
  #end: ImportEnd | undefined;

  constructor(deps: ImporterDeps, options: ImportOptions) {
    this.#deps = deps;
    this.#options = options;
  }

  async importAll(pieces: AsyncIterable<Uint8Array | string>): Promise<ImportSummary> {
    try {
      await this.#takeAll(pieces);
      await this.#submit();
      await this.#writing;
    } finally {
      this.#ledger.close();
    }
    return { ...this.#progress(), refusals: this.#refusals.groups(), end: this.#end ?? { kind: 'complete' } };
  }

  /** A source that fails is one of the ways to end; a fault of our own is thrown on. */
  async #takeAll(pieces: AsyncIterable<Uint8Array | string>): Promise<void> {
    for await (const piece of untilAborted(this.#guarded(pieces), this.#options.signal)) {
      await this.#takeLines(this.#splitter.push(typeof piece === 'string' ? Buffer.from(piece) : piece));
      if (this.#mustStop()) return;
    }
    // After a failure or a stop the rest is half a line.
    if (!this.#mustStop()) await this.#takeLines(this.#splitter.end());
  }

  async *#guarded(pieces: AsyncIterable<Uint8Array | string>): AsyncGenerator<Uint8Array | string> {
    try {
      yield* pieces;
    } catch (error) {
      this.#end ??= { kind: 'source_failed', message: messageOf(error) };
    }
  }

  async #takeLines(lines: Iterable<Line>): Promise<void> {
    for (const line of lines) {
      this.#take(line);
      if (this.#events.length >= (this.#options.batchEvents ?? BATCH_EVENTS)) await this.#submit();
      if (++this.#linesSinceProgress >= LINES_PER_PROGRESS) this.#tellProgress();
      if (++this.#linesThisTurn >= (this.#options.linesPerTurn ?? Number.POSITIVE_INFINITY)) await this.#nextTurn();
      if (this.#mustStop()) return;
    }
  }

  #take(line: Line): void {
    this.#read += 1;
    this.#lastLine = line.number;
    if (line.kind === 'refused') {
      this.#refusals.add(line.number, line.reason, '');
      return;
    }
    const parsed = parseLine(line.text, this.#context);
    if (parsed.kind === 'event') this.#events.push(parsed.event);
    else this.#refusals.add(line.number, parsed.reason, parsed.detail);
  }

  readonly #context = {
    now: () => this.#deps.clock.now(),
    rank: (time: number, id: string) => this.#ledger.rank(time, id),
  };

  #mustStop(): boolean {
    if (this.#options.signal?.aborted === true) this.#end ??= { kind: 'stopped' };
    return this.#end !== undefined;
  }

  #nextTurn(): Promise<void> {
    this.#linesThisTurn = 0;
    return new Promise((resolve) => this.#deps.clock.endOfTurn(resolve));
  }

  /** Waits for the write before this one, starts this one, and does not wait for it. */
  async #submit(): Promise<void> {
    const batch: Batch = { events: this.#events, throughLine: this.#lastLine };
    this.#events = [];
    if (!(await this.#writing)) return;
    this.#writing = this.#write(batch);
  }

  async #write(batch: Batch): Promise<boolean> {
    const writer = { store: this.#deps.store, clock: this.#deps.clock, signal: this.#options.signal };
    const outcome = await writeWithPatience(writer, batch.events, this.#options.patienceMs ?? PATIENCE_MS);
    if (outcome.kind === 'failed') {
      const isAsked = this.#options.signal?.aborted === true;
      this.#end = isAsked ? { kind: 'stopped' } : { kind: 'store_failed', message: outcome.message };
      return false;
    }
    this.#count(batch, outcome.inserted);
    return true;
  }

  #count(batch: Batch, inserted: readonly boolean[]): void {
    const fresh: StoredMessage[] = [];
    const through = new Map<string, number>();
    batch.events.forEach((event, index) => {
      if (inserted[index] !== true) {
        this.#repeated += 1;
        return;
      }
      this.#inserted += 1;
      if (!('content' in event)) return;
      fresh.push(event);
      through.set(event.roomId, Math.max(event.timestamp, through.get(event.roomId) ?? 0));
    });
    this.#throughLine = batch.throughLine;
    if (fresh.length > 0) this.#deps.onImported(through, fresh);
    this.#tellProgress();
  }

  #tellProgress(): void {
    this.#linesSinceProgress = 0;
    this.#options.onProgress?.(this.#progress());
  }

  #progress(): ImportProgress {
    return {
      read: this.#read,
      inserted: this.#inserted,
      repeated: this.#repeated,
      refused: this.#refusals.total,
      throughLine: this.#throughLine,
    };
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
