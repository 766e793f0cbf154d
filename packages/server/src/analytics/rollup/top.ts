export interface Ranked {
  /** User, term, emoji or reason. */
  readonly number: number;
  readonly count: number;
}

/** From so many on, counts are sorted: a heap of as many is no longer cheaper. */
const MOST_HEAPED = 1000;

/**
 * The `limit` largest counts, most first, ties by number; all that tie with the last one as well, since the order among them is by a
 * name that only the caller knows. Counts of 0 are left out. `size`: at least how many there are.
 */
export function topOf(forEach: (visit: (number: number, count: number) => void) => void, size: number, limit: number): Ranked[] {
  const least = size <= limit ? 0 : limit <= MOST_HEAPED ? leastByHeap(forEach, limit) : leastBySort(forEach, size, limit);
  const top: Ranked[] = [];
  forEach((number, count) => {
    if (count >= least) top.push({ number, count });
  });
  return top.sort((a, b) => b.count - a.count || a.number - b.number);
}

/** The `limit`th largest count; 0 when there are fewer. A heap whose root is the smallest of those kept: nearly all counts end there. */
function leastByHeap(forEach: (visit: (number: number, count: number) => void) => void, limit: number): number {
  const heap = new Float64Array(limit);
  let least = 0;
  forEach((_, count) => {
    if (count <= least) return;
    let at = 0;
    for (let child = 1; child < limit; child = 2 * at + 1) {
      if (child + 1 < limit && (heap[child + 1] ?? 0) < (heap[child] ?? 0)) child += 1;
      if ((heap[child] ?? 0) >= count) break;
      heap[at] = heap[child] ?? 0;
      at = child;
    }
    heap[at] = count;
    least = heap[0] ?? 0;
  });
  return least;
}

function leastBySort(forEach: (visit: (number: number, count: number) => void) => void, size: number, limit: number): number {
  const counts = new Float64Array(size);
  let length = 0;
  forEach((_, count) => {
    counts[length++] = count;
  });
  const sorted = counts.subarray(0, length).sort();
  return length > limit ? (sorted[length - limit] ?? Number.POSITIVE_INFINITY) : 0;
}
