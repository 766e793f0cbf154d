export type Spread = { readonly median: number; readonly min: number; readonly max: number };

function sorted(values: readonly number[]): number[] {
  return [...values].sort((a, b) => a - b);
}

export function median(values: readonly number[]): number {
  const inOrder = sorted(values);
  const middle = inOrder.length >> 1;
  const upper = inOrder[middle] ?? Number.NaN;
  return inOrder.length % 2 === 1 ? upper : ((inOrder[middle - 1] ?? Number.NaN) + upper) / 2;
}

export function spread(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/**
 * The distribution-free 95 % interval of the median: order statistics whose binomial tail is at most 2.5 % on either side.
 * Undefined below six values, where no pair of them reaches 95 %.
 */
export function medianInterval95(values: readonly number[]): { readonly low: number; readonly high: number } | undefined {
  const n = values.length;
  let tail = 0;
  let term = 0.5 ** n;
  let rank = 0;
  while (tail + term <= 0.025) {
    tail += term;
    term *= (n - rank) / (rank + 1);
    rank++;
  }
  const inOrder = sorted(values);
  const low = inOrder[rank - 1];
  const high = inOrder[n - rank];
  return low === undefined || high === undefined ? undefined : { low, high };
}
