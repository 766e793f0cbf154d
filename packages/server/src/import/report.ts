import type { ImportEnd, ImportSummary } from './port.ts';
import { count, events, perSecond } from './progress-view.ts';
import { REFUSAL_REASONS } from './refusals.ts';

const NOT_LINES = '  This is not JSON lines, the one format that is taken: one JSON object a line, plain or gzip. See docs/import.md.';

/** What is said at the end of one file. Lines with their ends. `looksLikeText`: by its first bytes it may be JSON lines. */
export function report(name: string, summary: ImportSummary, seconds: number, looksLikeText = true): string {
  // The one sentence that matters; numbers of nothing would hide it.
  if (summary.read === 0 && summary.end.kind === 'source_failed') return `${name}: ${summary.end.message}.\n`;
  const { read, inserted, repeated, refused } = summary;
  const rate = `${seconds.toFixed(1)} s (${count(perSecond(read, seconds))} events/s)`;
  const lines = [
    `${name}: ${events(read)} read in ${rate}: ${count(inserted)} new, ${count(repeated)} already there, ${count(refused)} refused.`,
  ];
  for (const { reason, count: times, examples } of summary.refusals) {
    lines.push(`  refused ${count(times)} × ${reason}: ${REFUSAL_REASONS[reason]}`);
    for (const { line, detail } of examples) lines.push(`    line ${line}${detail === '' ? '' : `: ${detail}`}`);
    if (times > examples.length) lines.push(`    … and ${count(times - examples.length)} more`);
  }
  if (isAllRefused(summary) && !looksLikeText) lines.push(NOT_LINES);
  const end = describeEnd(summary.end);
  if (end !== undefined) lines.push(`  ${end} ${describeReach(summary.throughLine)}`);
  return `${lines.join('\n')}\n`;
}

/** Most likely another file than the one that was meant. */
function isAllRefused({ read, refused }: ImportSummary): boolean {
  return refused > 0 && refused === read;
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

/** 0: all was read; 1: failed, a file of which no line could be taken, or refused lines when those matter; 130: stopped. */
export function exitCode(summaries: readonly ImportSummary[], isStrict: boolean): number {
  if (summaries.some(({ end }) => end.kind === 'stopped')) return 130;
  if (summaries.some(({ end }) => end.kind !== 'complete')) return 1;
  if (summaries.some(isAllRefused)) return 1;
  return isStrict && summaries.some(({ refused }) => refused > 0) ? 1 : 0;
}
