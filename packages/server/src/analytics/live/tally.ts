import type { DropReason } from '../../events.ts';
import type { NamedLiveFact } from '../live-facts-sink.ts';
import { REASON_NUMBERS } from '../measures/drop-reasons.ts';
import { clampedBinOf } from '../rollup/bins.ts';
import { LatencyBins } from './latency-bins.ts';

/** A duration beyond a day is a broken clock, not a latency. */
const LONGEST_MS = 86_400_000;
const EMPTY_BYTES = 200;
const BYTES_PER_REASON = 50;

/** What happened in one room, or in all, within one second. */
export class Tally {
  joins = 0;
  leaves = 0;
  /** Connections that came, without those that went: of a room or of all, never a sum over rooms. */
  change = 0;
  #bins: LatencyBins | undefined;
  #maxMs = 0;
  #drops: Map<DropReason, number> | undefined;

  get memory(): number {
    return EMPTY_BYTES + (this.#bins?.memory ?? 0) + (this.#drops?.size ?? 0) * BYTES_PER_REASON;
  }

  /** Anything but a duration and a whole count from 1 is ignored: a sink does not throw. */
  deliver(latencyMs: number, count: number): void {
    if (!Number.isFinite(latencyMs) || !Number.isSafeInteger(count) || count < 1) return;
    const latency = Math.min(latencyMs, LONGEST_MS);
    this.#bins ??= new LatencyBins();
    this.#bins.add(clampedBinOf(latency), count);
    if (latency > this.#maxMs) this.#maxMs = latency;
  }

  drop(reason: DropReason, count: number): void {
    this.#drops ??= new Map();
    this.#drops.set(reason, (this.#drops.get(reason) ?? 0) + count);
  }

  /** All but `change`. */
  add(other: Tally): void {
    this.joins += other.joins;
    this.leaves += other.leaves;
    if (other.#bins !== undefined) {
      this.#bins ??= new LatencyBins();
      this.#bins.merge(other.#bins);
      if (other.#maxMs > this.#maxMs) this.#maxMs = other.#maxMs;
    }
    for (const [reason, count] of other.#drops ?? []) this.drop(reason, count);
  }

  /** Connections stand elsewhere: they are there without anything happening. */
  *facts(room: string | undefined, t: number): Generator<NamedLiveFact, void> {
    const { joins, leaves } = this;
    if (joins > 0 || leaves > 0) yield { kind: 'moved', room, t, joins, leaves };
    if (this.#bins !== undefined) {
      const bins: number[] = [];
      this.#bins.forEach((bin, weight) => {
        bins.push(bin, weight);
      });
      yield { kind: 'latency', room, t, bins, maxMs: this.#maxMs };
    }
    for (const [reason, count] of this.#drops ?? []) yield { kind: 'drops', t, reason: REASON_NUMBERS[reason], count };
  }
}
