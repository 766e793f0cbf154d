/** What became of a container's changes. */
export interface Settled {
  /** Undefined when nothing is left of it. */
  readonly body: Uint8Array | undefined;
  /** How often something fell below zero and was kept as zero. */
  readonly shortfalls: number;
  /** How much could not be read, and was begun anew. */
  readonly corrupt: number;
}

/** A container while one transaction changes it; afterwards it may stay for the next. */
export interface PendingContainer {
  /** The body as it is to be kept now; changes begin anew on top of it. */
  settle(): Settled;
  /** Bytes of memory, about. */
  readonly memory: number;
}
