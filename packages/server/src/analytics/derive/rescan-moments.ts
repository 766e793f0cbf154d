import type { DirtyRange } from './dirty-ranges.ts';
import type { RoomHistory } from './history.ts';
import { MOMENT_BASELINE, MOMENT_BUCKET_MS, MomentScan, type MomentSpan } from './moment-scan.ts';

/** What a room's list of moments says so far; it may be out of date from the dirty range on. */
export interface FoundMoments {
  /** The moment with startBucket ≤ bucket < endBucket. */
  covering(room: number, bucket: number): Pick<MomentSpan, 'startBucket'> | undefined;
}

/** `moments` take the place of all that start at fromBucket ≤ bucket < toBucket. */
export interface Rescan {
  readonly fromBucket: number;
  readonly toBucket: number;
  readonly moments: readonly MomentSpan[];
}

/**
 * Scans a dirty range again: from the beginning of the moment it lies in, and on until neither the list nor the scan has an open one, after which
 * both are equal (or the next dirty range begins: take them in ascending order, and write each result before the next).
 * `openFrom`: the first bucket that messages may still come to in order, asked again as time goes on between two reads: from there on a
 * watch looks. Yields after each read of 15 minutes.
 */
export function* rescanMoments(
  room: number,
  range: DirtyRange,
  openFrom: () => number,
  found: FoundMoments,
  history: RoomHistory,
): Generator<void, Rescan> {
  const first = Math.floor(range.fromT / MOMENT_BUCKET_MS);
  const last = Math.ceil(range.toT / MOMENT_BUCKET_MS);
  const fromBucket = found.covering(room, first - 1)?.startBucket ?? first;
  const scan = MomentScan.at(room, fromBucket, history);
  const spans = new Map<number, MomentSpan>();
  const keep = (span: MomentSpan): unknown => spans.set(span.startBucket, span);
  for (let end = openFrom(); scan.next < end; end = openFrom()) {
    const readTo = Math.min(scan.next + MOMENT_BASELINE, end);
    for (const { bucket, count } of history.counts(room, scan.next, readTo)) {
      while (scan.next < bucket && !isSettled()) scan.close(0, keep);
      if (isSettled()) break;
      scan.close(count, keep);
    }
    while (scan.next < readTo && !isSettled()) scan.close(0, keep);
    if (isSettled()) break;
    yield;
  }
  return { fromBucket, toBucket: Math.max(scan.next, last), moments: [...spans.values()] };

  function isSettled(): boolean {
    return scan.next >= last && !scan.isOpen && found.covering(room, scan.next - 1) === undefined;
  }
}
