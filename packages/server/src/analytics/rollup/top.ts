export interface Ranked {
  /** User, term, emoji or reason. */
  readonly number: number;
  readonly count: number;
}

/**
 * The `limit` largest counts, most first, ties by number; all that tie with the last one as well, since the order among them is by a
 * name that only the caller knows. Counts of 0 are left out.
 */
export function topOf(forEach: (visit: (number: number, count: number) => void) => void, size: number, limit: number): Ranked[] {
  const counts = new Float64Array(size);
  let length = 0;
  forEach((_, count) => {
    counts[length++] = count;
  });
  const sorted = counts.subarray(0, length).sort();
  const least = length > limit ? (sorted[length - limit] ?? Number.POSITIVE_INFINITY) : 0;
  const top: Ranked[] = [];
  forEach((number, count) => {
    if (count >= least) top.push({ number, count });
  });
  return top.sort((a, b) => b.count - a.count || a.number - b.number);
}
