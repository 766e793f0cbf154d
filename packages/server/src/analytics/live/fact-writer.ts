import { StoreUnavailable } from '../../store/store.ts';
import type { LiveFactsSink } from '../live-facts-sink.ts';
import { type Entry, factsOf, type Room, standingOf, type Unwritten } from './unwritten.ts';

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
  #writtenUntil: number;

  constructor(unwritten: Unwritten, sink: LiveFactsSink, onBug: (error: unknown) => void, limits: WriteLimits, second: number) {
    this.#writtenUntil = second;
    this.#unwritten = unwritten;
    this.#sink = sink;
    this.#onBug = onBug;
    this.#limits = limits;
  }

  /** What there was no place for, and what the sink refused for good. */
  get lost(): number {
    return this.#unwritten.lost + this.#refused;
  }

  /** The second before which all is written. */
  get writtenUntil(): number {
    return this.#writtenUntil;
  }

  /** Everything before `second` is unwritten or written. Never rejects. A call while one is under way ends with that one. */
  write(second: number): Promise<void> {
    this.#writing ??= this.#writeAll(second).finally(() => {
      this.#writing = undefined;
    });
    return this.#writing;
  }

  /** As `write`, with what came while one was under way. */
  async writeRest(second: number): Promise<void> {
    await this.#writing;
    await this.write(second);
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

  async #writeAll(second: number): Promise<void> {
    for (let isFull = true; isFull; ) {
      const entries = this.#unwritten.take(this.#limits.writeTallies, this.#limits.writeUsers);
      isFull = entries.length > 0 && !this.#unwritten.isEmpty;
      if (!(await this.#writeOne(entries, isFull ? undefined : second))) return;
    }
    this.#writtenUntil = second;
  }

  /** False: not now. */
  async #writeOne(entries: readonly Entry[], until: number | undefined): Promise<boolean> {
    const facts = [...factsOf(entries)];
    const standing = standingOf(entries);
    if (facts.length === 0 && standing.length === 0) return true;
    this.#inFlight = entries;
    try {
      await this.#sink.write(facts, { standing, until });
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
