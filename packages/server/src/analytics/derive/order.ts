/** A message's place in its room: by time, then `seq`, then `row`, the order of arrival, which no number may depend on. */
export interface Order {
  /** Milliseconds since 1970 UTC. */
  readonly t: number;
  /** Imported messages, which have none, all carry the same number. */
  readonly seq: number;
  /** The number of the stored row: unique. */
  readonly row: number;
}

/** Negative: `a` comes first. 0: the same message. */
export function compareOrder(a: Order, b: Order): number {
  return a.t - b.t || a.seq - b.seq || a.row - b.row;
}

/** Whether definitions that say "before" or "later" mean it: messages of one time and one `seq` are simultaneous, whichever came first. */
export const isBefore = (a: Omit<Order, 'row'>, b: Omit<Order, 'row'>): boolean => a.t < b.t || (a.t === b.t && a.seq < b.seq);

/** The place before every message of time `t` or later. */
export const startOf = (t: number): Order => ({ t, seq: Number.NEGATIVE_INFINITY, row: Number.NEGATIVE_INFINITY });

/** The place after every message up to time `t`. */
export const endOf = (t: number): Order => ({ t, seq: Number.POSITIVE_INFINITY, row: Number.POSITIVE_INFINITY });
