import type { RoomHistory } from './history.ts';
import { MOMENT_BASELINE, MomentScan } from './moment-scan.ts';

/** The first bucket of moments from which on a scan up to `bucket` is right whatever came before: after one that no moment goes on over. */
export function calmBucket(room: number, bucket: number, history: RoomHistory): number {
  const quiet = new MomentScan(0);
  for (let to = bucket; ; to -= MOMENT_BASELINE) {
    const counts = new Map([...history.counts(room, to - MOMENT_BASELINE, to)].map((each) => [each.bucket, each.count]));
    for (let at = to - 1; at >= to - MOMENT_BASELINE; at--) if (quiet.isQuiet(counts.get(at) ?? 0)) return at + 1;
  }
}
