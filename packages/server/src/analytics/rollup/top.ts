export interface Ranked {
  /** User, term, emoji or reason. */
  readonly number: number;
  readonly count: number;
}

/** Of more a heap is no longer cheap. */
const MOST_HEAPED = 1000;
const TALLIED = 4096;
/** How many there are of each count below. */
const tally = new Int32Array(TALLIED);

/**
 * The `limit` largest counts, most first, ties by number; all that tie with the last one as well, since the order among them is by a
 * name that only the caller knows. `counts[i]` is of `numbers[i]`; counts of 0 are left out.
 */
export function topOf(numbers: ArrayLike<number>, counts: ArrayLike<number>, limit: number): Ranked[] {
  const least = counts.length <= limit ? 0 : leastOf(counts, limit);
  const top: Ranked[] = [];
  for (let i = 0; i < counts.length; i++) {
    const count = counts[i] ?? 0;
    if (count >= least && count !== 0) top.push({ number: numbers[i] ?? 0, count });
  }
  return top.sort((a, b) => b.count - a.count || a.number - b.number);
}

/** The `limit`th largest of counts, of which there are no fewer. */
export const leastOf = (counts: ArrayLike<number>, limit: number): number =>
  limit <= MOST_HEAPED ? leastByHeap(counts, limit) : leastByTally(counts, limit);

/** The `limit`th largest count; 0 when there are fewer. A heap whose root is the smallest of those kept: nearly all counts end there. */
function leastByHeap(counts: ArrayLike<number>, limit: number): number {
  const heap = new Float64Array(limit);
  let least = 0;
  for (let i = 0; i < counts.length; i++) {
    const count = counts[i] ?? 0;
    if (count <= least) continue;
    let at = 0;
    for (let child = 1; child < limit; child = 2 * at + 1) {
      if (child + 1 < limit && (heap[child + 1] ?? 0) < (heap[child] ?? 0)) child += 1;
      if ((heap[child] ?? 0) >= count) break;
      heap[at] = heap[child] ?? 0;
      at = child;
    }
    heap[at] = count;
    least = heap[0] ?? 0;
  }
  return least;
}

/** Counts below a bound, which nearly all are, are told apart by how many there are of each; the others are sorted. */
function leastByTally(counts: ArrayLike<number>, limit: number): number {
  tally.fill(0);
  const large: number[] = [];
  for (let i = 0; i < counts.length; i++) {
    const count = counts[i] ?? 0;
    if (count < TALLIED) tally[count] = (tally[count] ?? 0) + 1;
    else large.push(count);
  }
  if (large.length >= limit) return Float64Array.from(large).sort()[large.length - limit] ?? 0;
  let left = limit - large.length;
  let least = TALLIED;
  while (left > 0 && least > 0) left -= tally[--least] ?? 0;
  return least;
}
