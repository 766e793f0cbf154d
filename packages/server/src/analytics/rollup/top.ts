export interface Ranked {
  /** User, term, emoji or reason. */
  readonly number: number;
  readonly count: number;
}

/** From so many on, counts are sorted: a heap of as many is no longer cheaper. */
const MOST_HEAPED = 1000;

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
  limit <= MOST_HEAPED ? leastByHeap(counts, limit) : leastBySort(counts, limit);

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

function leastBySort(counts: ArrayLike<number>, limit: number): number {
  return Float64Array.from(counts).sort()[counts.length - limit] ?? 0;
}
