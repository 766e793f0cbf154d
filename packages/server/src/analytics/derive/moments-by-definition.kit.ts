import type { MomentSpan } from './moment-scan.ts';

const DAY = 8640;

/** The definition, word by word, for counts by bucket; all buckets below `end` are closed. */
export function momentsByDefinition(counts: ReadonlyMap<number, number>, end: number): MomentSpan[] {
  const countOf = (bucket: number): number => counts.get(bucket) ?? 0;
  const middle = (values: number[]): number => {
    const sorted = [...values].sort((a, b) => a - b);
    return ((sorted[44] ?? 0) + (sorted[45] ?? 0)) / 2;
  };
  const spans: MomentSpan[] = [];
  for (const bucket of [...counts.keys()].sort((a, b) => a - b)) {
    // No threshold is below 8; what a run holds begins no other.
    if (countOf(bucket) <= 8 || bucket < (spans.at(-1)?.endBucket ?? 0)) continue;
    const baseline = Array.from({ length: 90 }, (_, i) => bucket - 90 + i);
    const first = Math.min(...[...counts.keys()].filter((at) => countOf(at) > 0 && at >= bucket - DAY && at < bucket));
    if (baseline.filter((at) => at > first).length < 60) continue;
    const before = baseline.map(countOf);
    const median = middle(before);
    const mad = middle(before.map((count) => Math.abs(count - median)));
    const threshold = median + Math.max(12, 6 * Math.max(1.4826 * mad, Math.sqrt(median), 1));
    let to = bucket;
    while (to < end && countOf(to) > threshold) to++;
    if (to === bucket) continue;
    const run = Array.from({ length: to - bucket }, (_, i) => countOf(bucket + i));
    const messages = run.reduce((sum, count) => sum + count, 0);
    spans.push({ startBucket: bucket, endBucket: to, messages, peak: Math.max(...run), isOpen: to === end });
  }
  return spans;
}
