/** One publication as it went out, for those who come back. */
export interface RingEntry {
  readonly seq: number;
  readonly timestamp: number;
  readonly messageId: string;
  readonly userId: string;
  /** The framed bytes, shared with the fan-out. */
  readonly frame: Uint8Array;
}

/**
 * The newest publications of a room, `seq` without holes. Bounded by count and bytes, except that what the store does
 * not have yet is never evicted: ring and store together always reach from the first stored message to the head.
 */
export class Ring {
  readonly #maxEntries: number;
  readonly #maxBytes: number;
  #entries: RingEntry[] = [];
  /** Index of the oldest live entry; the slots before it are garbage until the next compaction. */
  #start = 0;
  #bytes = 0;
  #storedSeq = 0;

  constructor(maxEntries: number, maxBytes: number) {
    this.#maxEntries = maxEntries;
    this.#maxBytes = maxBytes;
  }

  get size(): number {
    return this.#entries.length - this.#start;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The oldest `seq` held; undefined when empty. */
  get firstSeq(): number | undefined {
    return this.#entries[this.#start]?.seq;
  }

  /** Adds the next publication; returns by how many bytes the ring grew (negative: it shrank by evictions). */
  push(entry: RingEntry): number {
    const before = this.#bytes;
    this.#entries.push(entry);
    this.#bytes += entry.frame.length;
    this.#evict(this.#maxEntries, this.#maxBytes);
    return this.#bytes - before;
  }

  /** Everything up to `seq` is in the store; returns by how many bytes the ring shrank, as a negative number or 0. */
  markStored(seq: number): number {
    if (seq > this.#storedSeq) this.#storedSeq = seq;
    const before = this.#bytes;
    this.#evict(this.#maxEntries, this.#maxBytes);
    return this.#bytes - before;
  }

  /** Drops all that is stored; returns the bytes freed as a negative number or 0. */
  shed(): number {
    const before = this.#bytes;
    this.#evict(0, 0);
    return this.#bytes - before;
  }

  /** The entry with this `seq`, if it is held. */
  at(seq: number): RingEntry | undefined {
    const first = this.firstSeq;
    return first === undefined || seq < first ? undefined : this.#entries[this.#start + (seq - first)];
  }

  /** The newest `count` entries, oldest first. */
  newest(count: number): readonly RingEntry[] {
    return this.#entries.slice(Math.max(this.#start, this.#entries.length - count));
  }

  /** Bytes of the entries after `seq`. */
  bytesAfter(seq: number): number {
    let bytes = 0;
    for (let i = this.#entries.length - 1; i >= this.#start; i--) {
      const entry = this.#entries[i];
      if (entry === undefined || entry.seq <= seq) break;
      bytes += entry.frame.length;
    }
    return bytes;
  }

  find(messageId: string): RingEntry | undefined {
    for (let i = this.#entries.length - 1; i >= this.#start; i--) {
      const entry = this.#entries[i];
      if (entry?.messageId === messageId) return entry;
    }
    return undefined;
  }

  #evict(maxEntries: number, maxBytes: number): void {
    while (this.size > maxEntries || this.#bytes > maxBytes) {
      const oldest = this.#entries[this.#start];
      if (oldest === undefined || oldest.seq > this.#storedSeq) break;
      this.#bytes -= oldest.frame.length;
      this.#start++;
    }
    // Amortised: a slot is moved at most once for each one that was evicted.
    if (this.#start > 64 && this.#start * 2 > this.#entries.length) {
      this.#entries = this.#entries.slice(this.#start);
      this.#start = 0;
    }
  }
}
