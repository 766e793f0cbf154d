import { StoreUnavailable } from '../../store/store.ts';
import type { LiveFactsSink } from '../live-facts-sink.ts';
import { type Entry, factsOf, type Room, type Unwritten } from './unwritten.ts';

export interface WriteLimits {
  /** In one write. */
  readonly writeTallies: number;
  readonly writeUsers: number;
}

/** Brings what is unwritten to the sink, in pieces, one at a time; what the store cannot take now waits for the next call. */
export class FactWriter {
  readonly #unwritten: Unwritten;
  readonly #sink: LiveFactsSink;
  readonly #onBug: (error: unknown) => void;
  readonly #limits: WriteLimits;
  #inFlight: readonly Entry[] = [];
  #writing: Promise<void> | undefined;
  #refused = 0;

  constructor(unwritten: Unwritten, sink: LiveFactsSink, onBug: (error: unknown) => void, limits: WriteLimits) {
    this.#unwritten = unwritten;
    this.#sink = sink;
    this.#onBug = onBug;
    this.#limits = limits;
  }

  /** What there was no place for, and what the sink refused for good. */
  get lost(): number {
    return this.#unwritten.lost + this.#refused;
  }

  /** Never rejects. A call while one is under way ends with that one. */
  write(): Promise<void> {
    this.#writing ??= this.#writeAll().finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  /** As `write`, with what came while one was under way. */
  async writeRest(): Promise<void> {
    await this.#writing;
    await this.write();
  }

  /** With what is on its way. */
  *entries(): Generator<Entry, void> {
    yield* this.#inFlight;
    yield* this.#unwritten.entries();
  }

  *entriesOf(room: Room): Generator<Entry, void> {
    for (const entry of this.#inFlight) if (entry.room === room) yield entry;
    yield* this.#unwritten.entriesOf(room);
  }

  async #writeAll(): Promise<void> {
    for (let isFull = true; isFull; ) {
      const entries = this.#unwritten.take(this.#limits.writeTallies, this.#limits.writeUsers);
      isFull = entries.length > 0 && !this.#unwritten.isEmpty;
      if (!(await this.#writeOne(entries))) return;
    }
  }

  /** False: not now. */
  async #writeOne(entries: readonly Entry[]): Promise<boolean> {
    const facts = [...factsOf(entries)];
    if (facts.length === 0) return true;
    this.#inFlight = entries;
    try {
      await this.#sink.write(facts);
      return true;
    } catch (error) {
      if (error instanceof StoreUnavailable) {
        this.#unwritten.giveBack(entries);
        return false;
      }
      this.#refused += facts.length;
      this.#onBug(error);
      return true;
    } finally {
      this.#inFlight = [];
    }
  }
}
