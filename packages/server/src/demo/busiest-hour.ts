import type { Range } from './arguments.ts';
import type { EventBatches } from './log-events.ts';

const HOUR_MS = 3_600_000;

/** The hour (UTC) with the most messages, the first of equal ones; undefined: there are none, or it was stopped. */
export async function findBusiestHour(batches: EventBatches, signal: AbortSignal): Promise<Range | undefined> {
  const counts = new Map<number, number>();
  for await (const batch of batches) {
    if (signal.aborted) return undefined;
    for (const { type, timestamp } of batch) {
      if (type !== 'chat') continue;
      const hour = Math.floor(timestamp / HOUR_MS);
      counts.set(hour, (counts.get(hour) ?? 0) + 1);
    }
  }
  let busiest: readonly [number, number] | undefined;
  for (const [hour, count] of counts) {
    if (busiest === undefined || count > busiest[1] || (count === busiest[1] && hour < busiest[0])) busiest = [hour, count];
  }
  return busiest === undefined ? undefined : { from: busiest[0] * HOUR_MS, to: (busiest[0] + 1) * HOUR_MS };
}
