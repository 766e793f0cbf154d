import type { SeriesMeasure } from '../catalogue/ids.ts';
import type { NamedCount } from './names.ts';
import { LISTED, type MeasuredBucket, type MeasureValues } from './values.ts';

/** What the messages of a bucket say. */
export interface Truth {
  readonly values: MeasureValues;
  /** Every count of a list, by name. */
  all(source: 'terms' | 'emoji'): ReadonlyMap<string, number>;
}

export interface Difference {
  readonly measure: string;
  readonly kept: unknown;
  readonly recounted: unknown;
}

interface Differences {
  readonly differences: readonly Difference[];
  /** Of what is kept approximately: by how much a count may lie below the true one. */
  readonly bounds: Readonly<Record<string, number>>;
}

const APPROXIMATE = { topTerms: 'terms', topEmoji: 'emoji' } as const;
const NOTHING: Differences = { differences: [], bounds: {} };

/** `kept` undefined: it cannot be read, or is not kept. Within the bound that is said a difference is none. */
export function differencesOf(measures: readonly SeriesMeasure[], kept: MeasuredBucket | undefined, truth: Truth): Differences {
  if (kept === undefined) return NOTHING;
  const bounds: Record<string, number> = {};
  const differences = measures.flatMap((id) => {
    const share = kept.remarks.approx?.[id] ?? 0;
    if (share === 0 || (id !== 'topTerms' && id !== 'topEmoji')) return differenceOf(id, kept.values[id], truth.values[id]);
    const counts = truth.all(APPROXIMATE[id]);
    let total = 0;
    for (const count of counts.values()) total += count;
    const bound = Math.round(share * total);
    bounds[id] = bound;
    return isWithin(kept.values[id] as readonly NamedCount[], counts, bound) ? [] : differenceOf(id, kept.values[id], truth.values[id]);
  });
  return { differences, bounds };
}

export function differenceOf(measure: string, kept: unknown, recounted: unknown): Difference[] {
  return kept === undefined || JSON.stringify(kept) === JSON.stringify(recounted) ? [] : [{ measure, kept, recounted }];
}

/** No count is above the true one nor more than the bound below it, and nothing is left out that would stand higher in any case. */
function isWithin(kept: readonly NamedCount[], counts: ReadonlyMap<string, number>, bound: number): boolean {
  const listed = new Set(kept.map(({ key }) => key));
  const isRight = kept.every(({ key, count }) => {
    const truth = counts.get(key) ?? 0;
    return count <= truth && truth - count <= bound;
  });
  const last = kept.length < LISTED ? 0 : (kept.at(-1)?.count ?? 0);
  return isRight && [...counts].every(([key, count]) => listed.has(key) || count - bound <= last);
}
