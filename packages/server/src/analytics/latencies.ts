import { QuantileSketch } from '@hubbub/sketch';
import { Window } from './window.ts';

const INTERVAL_MS = 10_000;
/** Thirty closed ones and the one in progress. */
const INTERVALS = 31;
/** A duration beyond a day is a broken clock, not a latency. */
const LONGEST_MS = 86_400_000;

export interface LatencySummary {
  readonly count: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

/** Durations of the last five minutes (up to ten seconds more) in milliseconds, within 1 %; at most 0.5 MB, usually some 30 KB. */
export class Latencies {
  readonly #window = new Window({
    intervalMs: INTERVAL_MS,
    size: INTERVALS,
    make: () => new QuantileSketch(),
    clear: (sketch) => sketch.clear(),
  });

  /** Anything but a duration and a whole count from 1 is ignored: a sink does not throw. Times are ForwardTime. */
  add(durationMs: number, count: number, now: number): void {
    if (Number.isFinite(durationMs) && Number.isSafeInteger(count) && count > 0)
      this.#window.at(now).add(Math.min(Math.max(durationMs, 0), LONGEST_MS), count);
  }

  /** All zeros without any. */
  summary(now: number): LatencySummary {
    const merged = new QuantileSketch();
    this.#window.forEachOfLast(INTERVALS, now, (sketch) => merged.merge(sketch));
    const at = (q: number): number => Math.round((merged.quantile(q) ?? 0) * 1000) / 1000;
    return { count: merged.count, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: Math.round((merged.max ?? 0) * 1000) / 1000 };
  }
}
