import type { ImportEnd, ImportSummary } from './port.ts';
import { count, perSecond } from './progress-view.ts';
import { REFUSAL_REASONS } from './refusals.ts';

/** What is said at the end of one file. Lines with their ends. */
export function report(name: string, summary: ImportSummary, seconds: number): string {
  const { read, inserted, repeated, refused } = summary;
  const rate = `${seconds.toFixed(1)} s (${count(perSecond(read, seconds))} events/s)`;
  const lines = [
    `${name}: ${count(read)} events read in ${rate}: ${count(inserted)} new, ${count(repeated)} already there, ${count(refused)} refused.`,
  ];
  for (const { reason, count: times, examples } of summary.refusals) {
    lines.push(`  refused ${count(times)} × ${reason}: ${REFUSAL_REASONS[reason]}`);
    for (const { line, detail } of examples) lines.push(`    line ${line}${detail === '' ? '' : `: ${detail}`}`);
    if (times > examples.length) lines.push(`    … and ${count(times - examples.length)} more`);
  }
  const end = describeEnd(summary.end);
  if (end !== undefined) lines.push(`  ${end} ${describeReach(summary.throughLine)}`);
  return `${lines.join('\n')}\n`;
}

function describeReach(throughLine: number): string {
  if (throughLine === 0) return 'Nothing of it was taken.';
  return `Everything up to line ${count(throughLine)} is in; running it again goes on without doubling.`;
}

function describeEnd(end: ImportEnd): string | undefined {
  switch (end.kind) {
    case 'complete':
      return undefined;
    case 'stopped':
      return 'Stopped as asked.';
    case 'source_failed':
    case 'store_failed':
    case 'server_failed':
      return `Failed: ${end.message}.`;
  }
}

/** 0: all was read; 1: failed, or refused lines when those matter; 130: stopped. */
export function exitCode(summaries: readonly ImportSummary[], isStrict: boolean): number {
  if (summaries.some(({ end }) => end.kind === 'stopped')) return 130;
  if (summaries.some(({ end }) => end.kind !== 'complete')) return 1;
  return isStrict && summaries.some(({ refused }) => refused > 0) ? 1 : 0;
}
